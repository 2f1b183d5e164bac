"""What may be wrong with what a person gave us, said in one sentence.

The one rule: every error that a person can cause is an `InputError`; it knows the place, and its
text says what is wrong and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class InputError(ValueError):
    """Something a person gave us is wrong.

    `line` and `column` count from 1, as editors do; 0 means that the place is not known.
    `source` is the file, where there is one.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, source: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.source = source

    def __str__(self) -> str:
        place = [self.source] if self.source else []
        if self.line:
            place += [str(self.line), str(self.column or 1)]
        return ": ".join(([":".join(place)] if place else []) + [self.message])


class UnknownName(InputError, KeyError):
    """A name that nothing here bears; the text offers the nearest one that something does."""


class NotComputed(InputError):
    """A value or gradient was asked for that this run did not compute; it is not zero, it is not there."""


class Cancelled(Exception):
    """Raised by a checkpoint to stop a computation that nobody waits for any more."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A clause that offers the known name closest to `name`, or lists a few; empty if none is known."""
    names = sorted({candidate for candidate in known if candidate})
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if not close:
        close = [candidate for candidate in names if candidate.lower() == name.lower()]
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return ""
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"known: {shown}"


def unknown(kind: str, name: str, known: Iterable[str], line: int = 0, column: int = 0) -> UnknownName:
    """The error for a `kind` of thing called `name` that does not exist."""
    advice = nearest(name, known)
    return UnknownName(f"unknown {kind} '{name}'" + (f"; {advice}" if advice else ""), line, column)


def check_entry(name: str, shape: Sequence[int], entry: Sequence[int]) -> None:
    """Raises `InputError` where `entry` is no index of one number of the value `name`, of `shape`."""
    if len(entry) != len(shape) or any(not -n <= k < n for k, n in zip(entry, shape, strict=True)):
        raise InputError(f"'{name}' has the shape {tuple(shape)}; there is no entry {list(entry)}")
