"""Mean or sum: finding in a program where a loss is averaged over examples, and writing the other instead.

The one rule: the text is changed at the places that the parser gives, and nowhere else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from graph_explorer.engine.trace import Trace

Kind = Literal["mean", "sum"]

#: Losses that average unless `reduction` says otherwise.
_LOSSES = frozenset({"mse", "mse_loss", "l1_loss", "binary_cross_entropy", "cross_entropy", "nll_loss"})
_OTHER: dict[str, Kind] = {"mean": "sum", "sum": "mean"}


@dataclass(frozen=True)
class Averaging:
    """A place in a program where numbers become one. `start` and `end` are offsets in its text.

    `before` and `after` stand around the word when it is written anew: an argument that was not there.
    """

    kind: Kind
    line: int
    start: int
    end: int
    before: str = ""
    after: str = ""

    def swapped(self, program: str) -> str:
        """The program with the sum for the mean, or the other way round."""
        return program[: self.start] + self.before + _OTHER[self.kind] + self.after + program[self.end :]


def find(program: str) -> Averaging | None:
    """The last mean or sum of a program; None where there is none, or the text is no program."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError):
        return None
    offsets = [0]
    for row in program.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(row))
    rows = program.splitlines()

    def offset(line: int, column: int) -> int:
        return offsets[line - 1] + len(rows[line - 1].encode()[:column].decode(errors="ignore"))

    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = [one for call in calls if (one := _averaging(call, offset)) is not None]
    return max(found, key=lambda one: one.start, default=None)


def _averaging(call: ast.Call, offset: Callable[[int, int], int]) -> Averaging | None:
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name in _OTHER:
        end = offset(function.end_lineno or 1, function.end_col_offset or 0)
        return Averaging("mean" if name == "mean" else "sum", call.lineno, end - len(name), end)
    if name not in _LOSSES:
        return None
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "reduction"), None)
    if given is None:
        at = offset(call.end_lineno or 1, call.end_col_offset or 1) - 1
        return Averaging("mean", call.lineno, at, at, ', reduction="', '"')
    for kind in ("mean", "sum"):
        if isinstance(given, ast.Constant) and given.value == kind:
            start = offset(given.lineno, given.col_offset) + 1
            return Averaging(kind, call.lineno, start, start + len(kind))
    return None


def entries(trace: Trace, averaging: Averaging) -> int:
    """How many numbers become one there; 0 where that is not known."""
    for node in reversed(trace.graph.nodes):
        here = node.place is not None and node.place.line == averaging.line
        reduces = node.op.startswith("Reduce") or node.op.endswith("Loss")
        if here and reduces and trace.has_value(node.id) and trace.has_value(node.inputs[0]):
            if node.op.endswith("Loss"):
                return int(trace.value(node.inputs[1]).size)
            return int(trace.value(node.inputs[0]).size // max(trace.value(node.id).size, 1))
    return 0
