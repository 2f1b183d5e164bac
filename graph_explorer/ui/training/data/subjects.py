"""What the tables of a set say: its columns with their moments, and its examples row by row.

The one rule: a subject knows no widget, and answers for one cell at a time, so that a large set costs
nothing until it is scrolled to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.lab.preview import Column, Preview

_MOMENTS = ("Column", "Missing", "Least", "Mean", "Largest", "Deviation", "Note")
_MISSING, _NOTE = 1, 6
_MOST_WORDS = 6


class Subject(Protocol):
    """A table: its headings, and what stands in a cell. Columns of words begin at the left."""

    @property
    def headings(self) -> tuple[str, ...]: ...

    def is_words(self, column: int) -> bool: ...

    def text(self, row: int, column: int) -> str: ...

    def is_wrong(self, row: int, column: int) -> bool: ...


@dataclass(frozen=True)
class ColumnsOf:
    """A row a column of the set."""

    found: Preview

    @property
    def headings(self) -> tuple[str, ...]:
        return _MOMENTS

    def is_words(self, column: int) -> bool:
        return column in (0, _NOTE)

    def text(self, row: int, column: int) -> str:
        each = self.found.columns[row]
        if column == 0:
            return each.name
        if column == _MISSING:
            return f"{each.missing:,}"
        if column == _NOTE:
            return note(each)
        value = (each.least, each.mean, each.largest, each.deviation)[column - 2]
        return "" if np.isnan(value) else number(value, 4)

    def is_wrong(self, row: int, column: int) -> bool:
        each = self.found.columns[row]
        words = bool(each.words) and row != self.found.target
        return (column == _MISSING and each.missing > 0) or (column == _NOTE and words)


@dataclass(frozen=True)
class ExamplesOf:
    """A row an example: its place, its numbers, and the portion it belongs to where it belongs to one."""

    found: Preview

    @property
    def headings(self) -> tuple[str, ...]:
        numbers = (self.found.texts.counted, *(column.name for column in self.found.columns))
        return numbers if self.found.found is None else (*numbers, "Portion")

    @cached_property
    def _trained(self) -> frozenset[int]:
        return frozenset(self.found.training)

    def is_words(self, column: int) -> bool:
        return column > len(self.found.columns)

    def text(self, row: int, column: int) -> str:
        if column == 0:
            return str(self.found.texts.numbers[row])
        if self.is_words(column):
            return "training" if row in self._trained else "validation"
        return self.found.texts.text(row, column - 1)

    def is_wrong(self, row: int, column: int) -> bool:
        """Whether an empty cell is what keeps the file from being read."""
        return not self.text(row, column)


def note(column: Column) -> str:
    """What is worth knowing of a column beside its moments."""
    if column.constant:
        return "constant: it tells nothing"
    listed = [f"{word} {count:,}" for word, count in column.words[:_MOST_WORDS]]
    left = len(column.words) - len(listed)
    said = ", ".join([*listed, *([f"and {left} more"] if left else [])])
    return f"words among numbers: {said}" if said and not np.isnan(column.mean) else said
