"""What a backward pass costs, and what the other ways to the same gradients would.

The one rule: counted is arithmetic on single numbers, the same way for every method: one product for
each upstream entry times a local derivative (also where that is 1), one addition for each sum of two.
Paths are counted, never walked: their number can have thousands of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import raised
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
#: Edges from one checkpoint to the next.
_PORTION = 256


@dataclass(frozen=True)
class Work:
    """Products and additions of single numbers."""

    products: int = 0
    additions: int = 0

    @property
    def total(self) -> int:
        return self.products + self.additions

    def __add__(self, other: Work) -> Work:
        return Work(self.products + other.products, self.additions + other.additions)

    def __mul__(self, times: int) -> Work:
        return Work(self.products * times, self.additions * times)


@dataclass(frozen=True)
class Cost:
    """The cost of one trace's gradients, by four methods.

    `edges` counts the local derivatives that the backward pass used, one an edge, and `backward` its
    arithmetic; `forward` is the arithmetic of one run forward. `paths` counts the ways from the
    parameters to the output: with one separate chain rule a path, `path_edges` local derivatives and
    the arithmetic `chains` are needed. Central differences need `runs` runs forward. Forward mode
    needs a pass for each of the `inputs` entries of the parameters, reverse mode one for each of the
    `outputs` entries of the output.
    """

    edges: int
    backward: Work
    forward: Work
    paths: int
    path_edges: int
    chains: Work
    inputs: int
    outputs: int

    @property
    def runs(self) -> int:
        """Runs forward that central differences need: two for each entry of a parameter."""
        return 2 * self.inputs

    @property
    def differences(self) -> Work:
        """The arithmetic of central differences."""
        return self.forward * self.runs + Work(self.inputs, self.inputs)

    @property
    def forward_mode(self) -> Work:
        """The arithmetic of forward mode, for all entries of all parameters."""
        return self.backward * self.inputs

    @property
    def reverse_mode(self) -> Work:
        """The arithmetic of reverse mode, for all entries of the output."""
        return self.backward * self.outputs

    @property
    def cheaper(self) -> Literal["forward", "reverse", "neither"]:
        """Which mode needs fewer passes for the whole Jacobian."""
        if self.inputs == self.outputs:
            return "neither"
        return "reverse" if self.outputs < self.inputs else "forward"


def cost(trace: Trace, checkpoint: Callable[[float], None] = lambda share: None) -> Cost:
    """Counts what the backward pass of `trace` used; `NotComputed` where it did not run."""
    seed = trace.seed
    plan, graph = trace.plan, trace.graph
    backward = Work()
    #: per value: number of paths to the output, edges on them, arithmetic along them
    paths: dict[str, int] = {trace.output: 1}
    lengths: dict[str, int] = {trace.output: 0}
    along: dict[str, Work] = {trace.output: Work()}
    for position, (index, slot) in enumerate(plan.pulls):
        if position % _PORTION == 0:
            checkpoint(position / len(plan.pulls))
        node = graph.nodes[index]
        into = node.inputs[slot]
        work = _edge(trace, node, slot)
        backward += work
        for name in node.outputs:
            if name not in paths:
                continue
            count = paths[name]
            paths[into] = paths.get(into, 0) + count
            lengths[into] = lengths.get(into, 0) + lengths[name] + count
            along[into] = along.get(into, Work()) + along[name] + work * count
    for number, positions in plan.terms.items():
        size = np.size(trace.value(graph.values[number]))
        backward += Work(0, (len(positions) - 1) * size)
    reached = [name for name in dict.fromkeys(plan.wrt) if name in paths]
    chains = Work()
    for name in reached:
        chains += along[name] + Work(0, (paths[name] - 1) * np.size(trace.value(name)))
    return Cost(
        edges=len(plan.pulls),
        backward=backward,
        forward=_forward(trace),
        paths=sum(paths[name] for name in reached),
        path_edges=sum(lengths[name] for name in reached),
        chains=chains,
        inputs=sum(np.size(trace.value(name)) for name in reached),
        outputs=int(np.size(seed)),
    )


# ── arithmetic of one operation ───────────────────────────────────────────────────────────────


def _forward(trace: Trace) -> Work:
    total = Work()
    for index in trace.plan.forward:
        node = trace.graph.nodes[index]
        total += _node(trace, node)
    return total


def _shapes(trace: Trace, node: Node) -> list[Shape]:
    return [np.shape(trace.value(name)) if name else () for name in node.inputs]


def _node(trace: Trace, node: Node) -> Work:
    """Computing the node's value: a product sum where it is one, else one operation an entry."""
    found = operation_of(node)
    shapes, size = _shapes(trace, node), int(np.size(trace.value(node.id)))
    if node.op in _CONTRACTIONS:
        products = _CONTRACTIONS[node.op](node, shapes, size)
        return Work(products, max(products - size, 0))
    if found.family in _MOVES:
        return Work()
    if found.family == "reduction":
        return Work(size, max(math.prod(shapes[0]) - size, 0))
    return Work(size * max(len(shapes) - 1, 1))


def _edge(trace: Trace, node: Node, slot: int) -> Work:
    """Pulling the gradient of the node's output back into one input."""
    found = operation_of(node)
    shapes, size = _shapes(trace, node), int(np.size(trace.value(node.id)))
    given = math.prod(shapes[slot])
    if node.op in _CONTRACTIONS and slot < 2:
        products = _CONTRACTIONS[node.op](node, shapes, size)
        return Work(products, max(products - given, 0))
    if found.family in _MOVES:
        return Work(0, max(size - given, 0))
    if node.op in ("Softmax", "LogSoftmax"):
        return Work(2 * size, 2 * size)  # y ⊙ (g − Σ g y), a row at a time
    return Work(max(size, given), max(size - given, 0))


def _matrix_product(node: Node, shapes: list[Shape], size: int) -> int:
    return size * shapes[0][-1]


def _gemm(node: Node, shapes: list[Shape], size: int) -> int:
    return size * shapes[0][0 if node.attributes.get("transA") else -1]


def _convolution(node: Node, shapes: list[Shape], size: int) -> int:
    return size * math.prod(shapes[1][1:])


def _transposed_convolution(node: Node, shapes: list[Shape], size: int) -> int:
    return math.prod(shapes[0]) * math.prod(shapes[1][1:])


def _einsum(node: Node, shapes: list[Shape], size: int) -> int:
    terms = str(node.attributes.get("equation", "")).replace(" ", "").split("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=False):
        sizes.update(zip(term, shape, strict=False))
    return max(math.prod(sizes.values()), size)


#: Sums of products: how many products they hold.
_CONTRACTIONS: Mapping[str, Callable[[Node, list[Shape], int], int]] = {
    "MatMul": _matrix_product,
    "Gemm": _gemm,
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
    "Einsum": _einsum,
}

#: Families that only move entries about.
_MOVES = frozenset({"shape", "indexing", "creation"})


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def conclusion(cost: Cost) -> str:
    """What the numbers say, in one or two sentences."""
    if not cost.inputs:
        return "No parameter reaches the output here, so there is nothing to pull back."
    outputs, inputs = _entries(cost.outputs), _entries(cost.inputs)
    if cost.cheaper == "neither":
        modes = f"With {inputs} in and as many out, forward mode and reverse mode need as many passes."
    elif cost.cheaper == "reverse":
        times = times_text(cost.inputs, cost.outputs)
        modes = (
            f"With {inputs} in and {outputs} out, reverse mode gets all gradients in "
            f"{passes_text(cost.outputs)}; forward mode needs {passes_text(cost.inputs)}, {times} as much."
        )
    else:
        times = times_text(cost.outputs, cost.inputs)
        modes = (
            f"With {inputs} in and {outputs} out, forward mode is cheaper for all derivatives: "
            f"{passes_text(cost.inputs)}; reverse mode needs {passes_text(cost.outputs)}, {times} as much."
        )
    shared = cost.path_edges - cost.edges
    if shared <= 0:
        return modes
    return (
        f"{modes} Shared work is done once: {count_text(cost.edges)} local derivatives instead of "
        f"{count_text(cost.path_edges)} along {count_text(cost.paths)} paths."
    )


def _entries(count: int) -> str:
    return "one number" if count == 1 else f"{count_text(count)} numbers"


def passes_text(count: int) -> str:
    """1 pass, 12 passes."""
    return f"{count_text(count)} pass{'es' * (count != 1)}"


def times_text(larger: int, smaller: int) -> str:
    """How many times `smaller` goes into `larger`: 3 times, 1.5 times."""
    if smaller == 0:
        return "infinitely many times"
    if larger % smaller == 0 or larger // smaller >= 100:
        return f"{count_text(larger // smaller)} times"
    return f"{larger / smaller:.2g} times"


def count_text(count: int) -> str:
    """A whole number, however large: 12 345, 1.23·10⁴⁰."""
    if count < 10**7:
        return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    exponent = int(math.log10(count))
    mantissa = count // 10 ** (exponent - 2) / 100
    return f"{mantissa:g}·10{raised(exponent)}"
