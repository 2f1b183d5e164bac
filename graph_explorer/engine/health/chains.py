"""How the gradient grows or shrinks on its way back through the layers.

The one rule: a layer is where weights meet the signal (a node that takes something made of parameters
alone, and something else); along the deepest chain of them the norms of the gradients are compared.
Norms and not typical entries: a layer that turns the signal without stretching it keeps the norm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from graph_explorer.engine.graph import Node
from graph_explorer.engine.health.bounds import bound
from graph_explorer.engine.health.finding import Finding
from graph_explorer.engine.health.measures import Measures
from graph_explorer.engine.notation import number

#: Operations that mix the whole signal with weights; entry by entry only where there are none of these.
_MIXING = frozenset({"MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum", "LSTM", "GRU", "RNN"})
_SCALING = frozenset({"Mul"})


@dataclass(frozen=True)
class Chain:
    """The layers of the deepest chain, first to last, and the norms of the gradients of what they give."""

    layers: tuple[str, ...]
    norms: tuple[float, ...]

    @property
    def moving(self) -> tuple[int, int]:
        """The places of the first and last layer whose gradient is a positive finite number."""
        places = [k for k, norm in enumerate(self.norms) if 0 < norm < math.inf]
        return (places[0], places[-1]) if places else (0, -1)

    @property
    def ratio(self) -> float:
        """The norm at the first of these layers divided by that at the last; NaN without two."""
        first, last = self.moving
        return self.norms[first] / self.norms[last] if last > first else math.nan

    @property
    def factor(self) -> float:
        """By how much a layer multiplies the gradient on its way back, on the (geometric) average."""
        first, last = self.moving
        if last <= first:
            return math.nan
        return math.exp((math.log(self.norms[first]) - math.log(self.norms[last])) / (last - first))


def chain_of(measures: Measures) -> Chain:
    """The deepest chain of layers on the way to the output; of parallel ones the strongest at each depth."""
    levels = levels_of(measures)
    norms = [[float(measures.gradients.norm[measures.place(name)]) for name in level] for level in levels]
    layers, strongest = [], []
    for level, row in zip(levels, norms, strict=True):
        best = max(range(len(row)), key=row.__getitem__)
        layers.append(level[best])
        strongest.append(row[best])
    return Chain(tuple(layers), tuple(strongest))


def levels_of(measures: Measures) -> list[list[str]]:
    """The layers on a longest way to the output, first to last: what they give, parallel ones together."""
    mixing = _levels(measures, _MIXING)
    if len(mixing) >= 2:
        return mixing
    scaling = _levels(measures, _SCALING)
    return scaling if len(scaling) >= 2 or not mixing else mixing


def is_layer(node: Node, measures: Measures, operations: frozenset[str] = _MIXING | _SCALING) -> bool:
    """Whether the signal meets weights in a node of these operations."""
    if node.op not in operations:
        return False
    weights = measures.weights
    inputs = [name for name in node.inputs if name]
    learnt = any(name in weights for name in inputs)
    signal = any(name not in weights and measures.trace.graph.node(name).op != "constant" for name in inputs)
    return learnt and signal


def _levels(measures: Measures, operations: frozenset[str]) -> list[list[str]]:
    """The layers that lie on a longest way to the output, by how many lie before them on it."""
    trace, graph = measures.trace, measures.trace.graph
    known = measures.gradients.known
    layers = {node.id for node in graph if is_layer(node, measures, operations)}
    below: dict[str, int] = {}  # per value how many layers lead up to it, itself included
    for node in graph:
        reached = [name for name in node.outputs if name and known[trace.plan.number[name]]]
        before = max((below[name] for name in node.inputs if name in below), default=0)
        below.update(dict.fromkeys(reached, before + (node.id in layers)))
    whole = below.get(trace.output, 0)
    levels: list[list[str]] = [[] for _ in range(whole)]
    above = {trace.output: 0}  # per value how many layers lie between it and the output
    for node in reversed(graph.nodes):
        ways = [above[name] for name in node.outputs if name in above]
        if not ways:
            continue
        here = max(ways)
        shown = next((name for name in node.outputs if name in below), "")  # not always its first value
        if node.id in layers and shown and below[shown] + here == whole:
            levels[below[shown] - 1].append(shown)
        for name in node.inputs:
            if name in below:
                above[name] = max(above.get(name, 0), here + (node.id in layers))
    return levels


def vanishing_and_exploding(measures: Measures) -> Iterator[Finding]:
    """The gradient at one end of the deepest chain is a hundred times that at the other."""
    chain = chain_of(measures)
    first, last = chain.moving
    ratio = chain.ratio
    if last - first + 1 < bound("chain length") or 1 / bound("chain ratio") < ratio < bound("chain ratio"):
        return
    vanishing = ratio < 1
    count = last - first + 1
    lost = f" In the {first} layers below it is exactly 0." if first and vanishing else ""
    yield Finding(
        "vanishing" if vanishing else "exploding",
        "problem",
        chain.layers[first],
        f"Back through {count} layers the gradient {'shrinks' if vanishing else 'grows'}: its norm is "
        f"{number(chain.norms[last])} at '{chain.layers[last]}' and {number(chain.norms[first])} at "
        f"'{chain.layers[first]}', times {number(chain.factor, 3)} a layer.{lost}",
        {"layers": count, "last": chain.norms[last], "first": chain.norms[first], "ratio": ratio,
         "factor": chain.factor},
        chain.layers,
        weight=abs(math.log(ratio)),
    )  # fmt: skip
