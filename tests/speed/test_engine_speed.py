"""How fast the engine makes a trace of thousands of scalar nodes, and how fast a time in it is found.

The yardstick is a plain scalar autograd in Python, closures over floats, written here and run in turn
with ours so that a busy machine slows both:
`python -m pytest tests/speed/test_engine_speed.py --benchmark-only -s`.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from graph_explorer.document import parse
from graph_explorer.document import run as trace_of
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute

#: Inputs, two hidden layers, one output; each example is a copy of the network over the same weights.
LAYERS = (3, 16, 16, 1)
EXAMPLES = 16
#: How many times as many nodes a second as the plain autograd: asked of a benchmark, and of any run.
LEAST, LEAST_ANYWHERE = 10.0, 3.0
#: The same where the plan is made as well, as after an edit of the program.
LEAST_WITH_PLAN = 1.5


@dataclass(frozen=True)
class Network:
    """The numbers of a multilayer perceptron: `weights[layer][unit][input]`, `biases[layer][unit]`."""

    weights: list[list[list[float]]]
    biases: list[list[float]]
    inputs: list[list[float]]
    targets: list[float]


def network() -> Network:
    random = np.random.default_rng(0)
    pairs = list(pairwise(LAYERS))
    return Network(
        [random.uniform(-1, 1, (wide, deep)).tolist() for deep, wide in pairs],
        [random.uniform(-1, 1, wide).tolist() for _, wide in pairs],
        random.uniform(-1, 1, (EXAMPLES, LAYERS[0])).tolist(),
        random.uniform(-1, 1, EXAMPLES).tolist(),
    )


# ── ours ──────────────────────────────────────────────────────────────────────────────────────────


class Writer:
    """Writes nodes of scalars one after the other."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.leaves: dict[str, np.ndarray] = {}

    def leaf(self, name: str, value: float, op: str = "parameter") -> str:
        self.nodes.append(Node(name, op))
        self.leaves[name] = np.float64(value)
        return name

    def __call__(self, op: str, *inputs: str) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(Node(name, op, inputs))
        return name


def unrolled(given: Network) -> tuple[Graph, dict[str, np.ndarray], str, list[str]]:
    """The sum of squared errors as scalar nodes: the graph, its leaves, its output and its parameters."""
    write = Writer()
    weights = [
        [[write.leaf(f"w{k}_{i}_{j}", w) for j, w in enumerate(row)] for i, row in enumerate(rows)]
        for k, rows in enumerate(given.weights)
    ]
    biases = [[write.leaf(f"b{k}_{i}", b) for i, b in enumerate(row)] for k, row in enumerate(given.biases)]
    wrt = list(write.leaves)
    loss = ""
    for number, (inputs, target) in enumerate(zip(given.inputs, given.targets, strict=True)):
        units = [write.leaf(f"x{number}_{j}", x, "input") for j, x in enumerate(inputs)]
        for rows, row in zip(weights, biases, strict=True):
            units = [_unit(write, ws, b, units) for ws, b in zip(rows, row, strict=True)]
        error = write("Sub", units[0], write.leaf(f"y{number}", target, "input"))
        square = write("Mul", error, error)
        loss = write("Add", loss, square) if loss else square
    return Graph(write.nodes), write.leaves, loss, wrt


def _unit(write: Writer, weights: Sequence[str], bias: str, inputs: Sequence[str]) -> str:
    total = bias
    for weight, value in zip(weights, inputs, strict=True):
        total = write("Add", total, write("Mul", weight, value))
    return write("Tanh", total)


# ── the yardstick ─────────────────────────────────────────────────────────────────────────────────


class Number:
    """A float that remembers how to pass its gradient on."""

    __slots__ = ("backward", "gradient", "parents", "value")

    def __init__(self, value: float, parents: tuple[Number, ...] = ()) -> None:
        self.value = value
        self.gradient = 0.0
        self.parents = parents
        self.backward: Callable[[], None] | None = None

    def __add__(self, other: Number) -> Number:
        result = Number(self.value + other.value, (self, other))

        def backward() -> None:
            self.gradient += result.gradient
            other.gradient += result.gradient

        result.backward = backward
        return result

    def __sub__(self, other: Number) -> Number:
        result = Number(self.value - other.value, (self, other))

        def backward() -> None:
            self.gradient += result.gradient
            other.gradient -= result.gradient

        result.backward = backward
        return result

    def __mul__(self, other: Number) -> Number:
        result = Number(self.value * other.value, (self, other))

        def backward() -> None:
            self.gradient += other.value * result.gradient
            other.gradient += self.value * result.gradient

        result.backward = backward
        return result

    def tanh(self) -> Number:
        value = math.tanh(self.value)
        result = Number(value, (self,))

        def backward() -> None:
            self.gradient += (1 - value * value) * result.gradient

        result.backward = backward
        return result

    def pull_back(self) -> None:
        self.gradient = 1.0
        for number in reversed(in_order(self)):
            if number.backward is not None:
                number.backward()


def in_order(last: Number) -> list[Number]:
    """All that `last` depends on, parents first."""
    order: list[Number] = []
    seen: set[int] = set()
    waiting: list[tuple[Number, bool]] = [(last, False)]
    while waiting:
        number, done = waiting.pop()
        if done:
            order.append(number)
        elif id(number) not in seen:
            seen.add(id(number))
            waiting.append((number, True))
            waiting += [(parent, False) for parent in number.parents]
    return order


def plain_gradients(given: Network) -> list[float]:
    """The gradients of all weights and then all biases, by closures over floats."""
    weights = [[[Number(w) for w in row] for row in rows] for rows in given.weights]
    biases = [[Number(b) for b in row] for row in given.biases]
    loss = None
    for inputs, target in zip(given.inputs, given.targets, strict=True):
        units = [Number(x) for x in inputs]
        for rows, row in zip(weights, biases, strict=True):
            units = [_plain_unit(ws, b, units) for ws, b in zip(rows, row, strict=True)]
        error = units[0] - Number(target)
        loss = error * error if loss is None else loss + error * error
    assert loss is not None
    loss.pull_back()
    return [w.gradient for rows in weights for row in rows for w in row] + [
        b.gradient for row in biases for b in row
    ]


def _plain_unit(weights: Sequence[Number], bias: Number, inputs: Sequence[Number]) -> Number:
    total = bias
    for weight, value in zip(weights, inputs, strict=True):
        total = total + weight * value
    return total.tanh()


def seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def compared(turns: int) -> tuple[float, float, float, int]:
    """Median seconds, taken in turn: the plain autograd, ours, ours with its plan; and the number of nodes.

    The plan is made once a graph and serves every run of it; the plain autograd builds its graph anew.
    """
    given = network()
    graph, leaves, output, wrt = unrolled(given)
    plan = Plan(graph, output, wrt)

    def ours() -> list[float]:
        trace = execute(plan, leaves)
        return [float(trace.gradient(name)) for name in wrt]

    np.testing.assert_allclose(ours(), plain_gradients(given), rtol=1e-9, atol=1e-12)
    works = (
        lambda: plain_gradients(given),
        lambda: execute(plan, leaves),
        lambda: execute(Plan(graph, output, wrt), leaves),
    )
    taken = [[seconds(work) for work in works] for _ in range(turns)]
    plain, run, first = (statistics.median(column) for column in zip(*taken, strict=True))
    return plain, run, first, len(graph)


def test_a_trace_of_scalars_is_some_times_faster_than_plain_python() -> None:
    plain, ours, _, nodes = compared(5)
    assert nodes > 10_000
    assert plain / ours > LEAST_ANYWHERE


def test_scalars_against_plain_python(benchmark: BenchmarkFixture) -> None:
    plain, ours, first, nodes = benchmark.pedantic(compared, args=(31,), rounds=1)
    benchmark.extra_info |= {
        "nodes": nodes,
        "plain_nodes_a_second": round(nodes / plain),
        "our_nodes_a_second": round(nodes / ours),
        "ratio": round(plain / ours, 1),
        "ratio_with_plan": round(plain / first, 1),
    }
    sys.stdout.write(
        f"\n{nodes} nodes: plain {plain * 1e3:.1f} ms, ours {ours * 1e3:.1f} ms ({plain / ours:.1f} x), "
        f"with its plan {first * 1e3:.1f} ms ({plain / first:.1f} x)\n"
    )
    assert plain >= LEAST * ours
    assert plain >= LEAST_WITH_PLAN * first


def _chain() -> str:
    """A program of 10 000 nodes, half of them one after the other."""
    return "h = x\nfor t in range(5000):\n    h = h*w + x\nL = h*h"


def test_trace_of_10_000_nodes(benchmark: BenchmarkFixture) -> None:
    document = parse(_chain(), parameters={"x": 0.5, "w": 0.25})
    plan = trace_of(document).plan
    trace = benchmark(trace_of, document, plan=plan)
    assert len(trace.graph) >= 10_000


def test_seek_in_10_000_nodes(benchmark: BenchmarkFixture) -> None:
    document = parse(_chain(), parameters={"x": 0.5, "w": 0.25})
    trace = trace_of(document)
    names = trace.graph.values
    times = [int(t) for t in np.linspace(0, trace.length, 97)]
    turn = iter(range(10**9))

    def seek() -> int:
        time = times[next(turn) % len(times)]
        known = sum(trace.has_value(name, time) for name in names)
        return known + sum(trace.has_gradient(name, time) for name in names)

    assert benchmark(seek) >= 0
