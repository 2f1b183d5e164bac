"""How long painting takes on this machine, learnt from what was painted lately.

The one rule: what took longer than expected counts at once, what took less only by and by: a frame that
comes too early disturbs nobody.
"""

from __future__ import annotations

#: Seconds that painting takes at least, however little there is to be painted.
LEAST = 0.0012
_LOWEST, _HIGHEST = 0.3, 10.0
#: How much of a lower measurement is believed.
_FALL = 0.2


class Pace:
    """The factor by which painting takes longer than its content lets expect."""

    def __init__(self) -> None:
        self.factor = 1.0

    def seconds(self, content: float, pieces: int = 1) -> float:
        """How long it will take to paint in so many pieces what should take `content` seconds."""
        return pieces * LEAST + content * self.factor

    def learn(self, content: float, pieces: int, spent: float) -> None:
        """Takes in that painting it took `spent` seconds; too little content tells nothing."""
        if content * self.factor < LEAST:
            return
        found = min(max((spent - pieces * LEAST) / content, _LOWEST), _HIGHEST)
        self.factor = max(found, self.factor + _FALL * (found - self.factor))
