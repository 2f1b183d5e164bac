"""What a remedy has to know of a document: its layers, its hidden activations, where they are written.

The one rule: what something is follows from the graph and one run of it; only where it is written
follows from the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.document import Document, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.health import Measures, measure
from graph_explorer.engine.health.chains import is_layer
from graph_explorer.engine.health.units import GATES, SQUASHING
from graph_explorer.engine.trace import Trace
from graph_explorer.remedies.text import NotApplicable, Spot, spots, stands_at

Array = np.ndarray[Any, Any]

#: Activations that are told apart: those that squash, those that close, and those that do neither.
SMOOTH = frozenset({"Gelu", "Elu", "Selu", "Celu", "LeakyRelu", "PRelu", "Softplus", "Swish", "Mish"})
ACTIVATIONS = frozenset({*SQUASHING, *GATES, *SMOOTH})
#: Those for which weights are begun twice as large: they pass half of what comes in.
HALVING = frozenset({"Relu", "LeakyRelu", "PRelu", "Gelu", "Elu", "Swish", "Mish", "ThresholdedRelu"})


@dataclass(frozen=True)
class Written:
    """An activation as it is written, and all nodes that it stands for: several in a loop or function."""

    spot: Spot
    nodes: tuple[Node, ...]

    @property
    def call(self) -> ast.Call:
        assert isinstance(self.spot.node, ast.Call)
        return self.spot.node


class Anatomy:
    """A document, looked at once; `NotApplicable` where it cannot be run."""

    def __init__(self, document: Document) -> None:
        self.document = document
        try:
            self.trace: Trace = run(document)
        except InputError as error:
            raise NotApplicable(f"the document has to run first: {error.message}") from None
        self.measures: Measures = measure(self.trace)
        self.graph = document.graph

    @property
    def text(self) -> str:
        """The program; `NotApplicable` where the document has none."""
        if self.document.model is not None:
            raise NotApplicable("the model has no program; convert it to .toml first")
        return self.document.program

    @cached_property
    def layers(self) -> frozenset[str]:
        """The nodes in which weights meet the signal."""
        return frozenset(node.id for node in self.graph if is_layer(node, self.measures))

    @cached_property
    def before_layers(self) -> frozenset[str]:
        """The nodes behind which a layer is still to come."""
        found: set[str] = set()
        for node in reversed(self.graph.nodes):
            users = {use.node for name in node.outputs if name for use in self.graph.uses(name)}
            if users & (found | self.layers):
                found.add(node.id)
        return frozenset(found)

    def is_gate(self, node: Node) -> bool:
        """Whether a value multiplies another signal, as the gates of an LSTM do."""
        for use in self.graph.uses(node.id):
            taker = self.graph.node(use.node)
            others = [name for name in taker.inputs if name and name != node.id]
            signals = [
                one
                for one in others
                if one not in self.measures.weights and self.graph.node(one).op != "constant"
            ]
            if taker.op == "Mul" and signals:
                return True
        return False

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.text.encode().splitlines()

    def nodes_of(self, expression: ast.expr) -> tuple[Node, ...]:
        """All nodes that were written as this expression of the program."""
        return tuple(node for node in self.graph if stands_at(expression, node.place, self._lines))

    def written(self, operations: frozenset[str]) -> Iterator[Written]:
        """Hidden activations of these kinds: behind which there is another layer, and which are no gates."""
        for spot in spots(self.text):
            if not isinstance(spot.node, ast.Call):
                continue
            nodes = tuple(node for node in self.nodes_of(spot.node) if node.op in operations)
            hidden = any(node.id in self.before_layers for node in nodes)
            if hidden and not any(self.is_gate(node) for node in nodes):
                yield Written(spot, nodes)


def proved(document: Document) -> Document:
    """The document, once it is known to run; `NotApplicable` with the reason where it does not."""
    try:
        run(document)
    except InputError as error:
        raise NotApplicable(f"the changed program would not run: {error.message}") from None
    return document
