"""What questions are made from: a document and its run.

The one rule: a source is read only, and all chance in a question comes from the generator that its
maker is given, so that the same document and seed give the same question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from graph_explorer.document import Document, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import bracketed, number
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import surface_of

Array = np.ndarray[Any, Any]

#: Arrays up to this many entries are printed whole in a question.
PRINTED = 16
#: Numbers in a question have this many significant digits.
DIGITS = 4
#: How far reckoning with rounded numbers may lead from the answer, as a part of the largest number in it.
RELATIVE = 0.005
#: Where rounding alone changes an answer by more than this part, digits have cancelled.
_LOST = 0.05


@dataclass(frozen=True, eq=False)
class Source:
    """A document, its trace, and the example in which it can be opened ("" for a document of one's own)."""

    document: Document
    trace: Trace
    link: str = ""

    @cached_property
    def pulls(self) -> tuple[Pulled, ...]:
        """The steps backward whose numbers can be printed: finite, and few enough."""
        found = (step for step in self.trace.steps if isinstance(step, Pulled))
        return tuple(step for step in found if self._printable(step))

    def _printable(self, step: Pulled) -> bool:
        upstream = step.upstream
        if isinstance(upstream, tuple):
            return False  # of several outputs: which of them would be asked for?
        inputs = [value for value in self.trace.inputs_of(step.node) if value is not None]
        return all(small(array) for array in (upstream, step.contribution, step.accumulated, *inputs))

    @cached_property
    def computed(self) -> tuple[Node, ...]:
        """The operations with one output whose inputs and values can be printed."""
        return tuple(
            node
            for node in self.trace.graph
            if not node.is_leaf
            and len(node.outputs) == 1
            and self.trace.has_value(node.id)
            and small(self.trace.value(node.id))
            and all(value is None or small(value) for value in self.trace.inputs_of(node))
        )

    @property
    def output(self) -> str:
        return self.trace.output

    @cached_property
    def surface(self) -> Surface | None:
        """The surface of the document; None where it has none."""
        try:
            return surface_of(self.document)
        except InputError:
            return None


def source(document: Document, link: str = "") -> Source:
    """The source for questions about `document`, run once."""
    return Source(document, run(document), link)


def small(array: Any) -> bool:
    """Whether all entries can be printed in a question, and are finite numbers."""
    values = np.asarray(array)
    return values.size <= PRINTED and values.dtype.kind in "fiub" and bool(np.isfinite(values).all())


def one_entry(array: Array, random: Random) -> tuple[tuple[int, ...], str]:
    """An entry of an array by chance, and how it is written after the array's name: (0, 1), "[0,1]"."""
    index = tuple(random.randrange(size) for size in array.shape)
    return index, f"[{','.join(map(str, index))}]" if index else ""


def written(array: Any) -> str:
    """A small array whole, with the digits of a question."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number(found[()], DIGITS)
    return "[" + ", ".join(written(part) for part in found) + "]"


def given(name: str, array: Any) -> str:
    """A value as a line of what is given: `x = 1.5`."""
    return f"{name} = {written(array)}"


def as_printed(array: Any) -> Array:
    """The numbers that a learner sees: rounded to the digits of a question."""
    found = np.asarray(array)
    if found.dtype.kind != "f":
        return found
    rounded = [float(f"{value:.{DIGITS}g}") for value in found.ravel()]
    return np.array(rounded, dtype=found.dtype).reshape(found.shape)


def rounded(value: Any, digits: int = 3) -> float:
    """A number with few significant digits, for questions that reckon with what they show."""
    return float(f"{float(value):.{digits}g}")


def reckoned(answer: float, from_printed: float, tolerance: float) -> float | None:
    """The tolerance that also allows for what comes out of the printed numbers.

    None where their rounding leads so far away that the question cannot be answered from them.
    """
    gap = abs(from_printed - answer)
    if not gap <= _LOST * abs(answer) + tolerance:
        return None
    return max(tolerance, 1.2 * gap)


def allowance(*numbers: float) -> float:
    """The tolerance of an answer that is made of `numbers`: a part of the largest of them."""
    size = max((abs(part) for part in numbers), default=0.0)
    return RELATIVE * size if size else 1e-6


def added(parts: Iterable[float]) -> str:
    """Numbers as a sum: 4 + (−2) + 1.5."""
    first, *others = (number(part, DIGITS) for part in parts)
    return " + ".join([first, *map(bracketed, others)])
