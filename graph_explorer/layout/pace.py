"""Long loops that ask now and then whether to go on.

The rule: whatever takes time that grows with the graph asks several times in a tenth of a second, so
that a layout nobody waits for any more ends at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

_T = TypeVar("_T")
Pause = Callable[[], None]
"""Called between pieces of work; it may raise to give up."""
_EVERY: Final = 2048


def paced(items: Iterable[_T], pause: Pause) -> Iterator[_T]:
    """The same items, with a pause after some thousands."""
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            pause()
        yield item
