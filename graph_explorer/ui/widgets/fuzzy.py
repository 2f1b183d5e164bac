"""Finding things by a few of their letters.

The one rule: every word that is typed must occur in one piece, or as beginnings of words in their
order, as in "zg" or "zegra" for "Zero the gradients".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def score(pattern: str, text: str) -> float | None:
    """How well `pattern` fits `text`, more is better; None where it does not."""
    total = 0.0
    for word in pattern.lower().split():
        found = _word(word, text.lower())
        if found is None:
            return None
        total += found
    return total - len(text) / 1000


def _word(word: str, text: str) -> float | None:
    at = text.find(word)
    if at >= 0:
        return 10.0 * len(word) + (8.0 if _begins(text, at) else 0.0) + (4.0 if at == 0 else 0.0)
    total, at = 0.0, -1
    for letter in word:
        next_at = _place(letter, text, at + 1)
        if next_at < 0:
            return None
        total += 3.0 if _begins(text, next_at) else 2.0
        at = next_at
    return total


def _place(letter: str, text: str, start: int) -> int:
    """Where `letter` comes next: right here, else at the next beginning of a word; -1 if at neither."""
    if text[start : start + 1] == letter:
        return start
    starts = (k for k in range(start, len(text)) if text[k] == letter and _begins(text, k))
    return next(starts, -1)


def _begins(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def best(pattern: str, things: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """The things whose text fits, the best first; all of them, in their order, for an empty pattern."""
    scored = ((score(pattern, text(thing)), thing) for thing in things)
    fitting = [(found, thing) for found, thing in scored if found is not None]
    if pattern.strip():
        fitting.sort(key=lambda pair: -pair[0])
    return [thing for _, thing in fitting]
