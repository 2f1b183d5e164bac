"""What stands in the table of nodes, and which rows it has in what order.

The one rule: it follows from a state alone, so that a job can sort and filter as well as the table itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import brief, number, shape
from graph_explorer.ui.jobs import Checkpoint
from graph_explorer.ui.state import State

Places = NDArray[np.int64]
COLUMNS = ("Node", "Operation", "Shape", "Value", "Gradient", "Reached", "Change", "Caption")
NODE, OPERATION, SHAPE, VALUE, GRADIENT, REACHED, CHANGE, CAPTION = range(len(COLUMNS))
#: What is said of a value that cannot be compared with the kept run.
_STATUS = {"shape": "other shape", "added": "new"}


#: After so many nodes a job looks whether it is still wanted.
_PORTION = 1_000


def key(array: Any) -> float:
    """What an array sorts by: the number, or the norm; what is no number comes last."""
    found = np.asarray(array, dtype=np.float64)
    with np.errstate(all="ignore"):
        size = float(found) if found.ndim == 0 else float(np.sqrt(np.sum(np.square(found))))
    return np.inf if np.isnan(size) else size


def changed(apart: Difference | None, name: str) -> str:
    """How much a value and its gradient differ from the kept run, in a few letters; empty for not at all."""
    if apart is None or name not in apart.now.graph:
        return ""
    place = apart.now.plan.number[name]
    status = apart.status[place]
    if status in _STATUS:
        return _STATUS[status]
    value, gradient = (float(c.relative[place]) for c in (apart.values, apart.gradients))
    parts = [number(value, 2) if value > 0 else "", f"∂ {number(gradient, 2)}" if gradient > 0 else ""]
    return ", ".join(part for part in parts if part)


def _change(apart: Difference | None, name: str) -> float:
    """What a node sorts by when it is about change: the larger one; −1 where there is none."""
    if apart is None or name not in apart.now.graph:
        return -1.0
    place = apart.now.plan.number[name]
    if apart.status[place] in _STATUS:
        return float(np.inf)
    return float(np.fmax(np.fmax(apart.values.relative[place], apart.gradients.relative[place]), -1.0))


@dataclass(frozen=True)
class Cells:
    """The cells of the table at one state, whose nodes are its rows."""

    state: State

    def text(self, node: Node, column: int) -> str:
        """What stands in a cell."""
        if column == NODE:
            return node.id
        if column == OPERATION:
            return node.op
        if column == SHAPE:
            made = self._made(node)
            return shape(np.shape(made)) if made is not None else ""
        if column == VALUE:
            value = self.state.value(node.id)
            return brief(value) if value is not None else ""
        if column == GRADIENT:
            gradient = self._gradient(node)
            return brief(gradient) if gradient is not None else ""
        if column == CHANGE:
            return changed(self.state.difference, node.id)
        return self._reached(node) if column == REACHED else node.caption

    def _reached(self, node: Node) -> str:
        """How far the run is with this node."""
        trace, at = self.state.trace, self.state.time
        if trace is None:
            return "given" if node.is_leaf else "not run"
        if not trace.has_value(node.id, at):
            return "not yet" if trace.has_value(node.id) else "failed"
        if trace.has_gradient(node.id, at):
            return "complete" if trace.is_complete(node.id, at) else "in part"
        return "value" if trace.takes_gradient(node.id) else "no gradient"

    def sorts_by(self, node: Node, column: int) -> Any:
        """What a node sorts by; where there is nothing, first."""
        if column in (VALUE, GRADIENT):
            found = self.state.value(node.id) if column == VALUE else self._gradient(node)
            return key(found) if found is not None else -np.inf
        if column == CHANGE:
            return _change(self.state.difference, node.id)
        if column == SHAPE:
            made = self._made(node)
            return int(np.size(made)) if made is not None else -1
        return self.text(node, column)

    def _made(self, node: Node) -> Any:
        """The value of a node that has one in this run, now or later: its shape is known already."""
        trace = self.state.trace
        if trace is None:
            return self.state.value(node.id)
        return trace.value(node.id) if trace.has_value(node.id) else None

    def _gradient(self, node: Node) -> Any:
        """The gradient of a node as far as it is known now."""
        trace, at = self.state.trace, self.state.time
        return trace.gradient(node.id, at) if trace is not None and trace.has_gradient(node.id, at) else None


def arranged(
    state: State, nodes: Sequence[Node], typed: str, by: int, down: bool, checkpoint: Checkpoint
) -> Places:
    """The positions of the nodes with every word that is `typed`, in the order of a column, (rows,)."""
    rows = np.arange(len(nodes))
    words = typed.lower().split()
    if words:
        texts = (f"{node.id} {node.op} {node.caption}".lower() for node in nodes)
        rows = np.flatnonzero([all(word in text for word in words) for text in texts])
    if by != NODE:
        cells, keys = Cells(state), []
        for place, position in enumerate(rows.tolist()):
            if place % _PORTION == 0:
                checkpoint(place / len(rows))
            keys.append(cells.sorts_by(nodes[position], by))
        rows = rows[sorted(range(len(rows)), key=keys.__getitem__)]
    return rows[::-1] if down else rows
