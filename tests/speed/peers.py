"""Networks written twice, as a program of ours and with PyTorch, and how two workers are compared.

The one rule: both see the same numbers, take turns in one process with one thread each, and are
measured in processor time, so that a busy machine slows both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch.nn import functional

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.program import read
from graph_explorer.engine.run import execute
from graph_explorer.formats.onnx.read import read as read_onnx

Array = Any
RANDOM = np.random.default_rng(0)
MODELS = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


@dataclass(frozen=True)
class Network:
    """A graph with its values, and `peer(values)`, the same function of tensors."""

    graph: Graph
    output: str
    leaves: dict[str, Array]
    wrt: tuple[str, ...]
    peer: Callable[[dict[str, Any]], Any]

    @property
    def plan(self) -> Plan:
        return Plan(self.graph, self.output, self.wrt)

    @property
    def forward_plan(self) -> Plan:
        return Plan(self.graph, self.output, ())


def ratios(works: Sequence[Callable[[], object]], rounds: int) -> list[tuple[float, float]]:
    """Per worker: median seconds of processor time, and median ratio to the last worker in the same round."""
    for work in works:
        work()
    taken = np.zeros((rounds, len(works)))
    for turn in range(rounds):
        for k in range(len(works)):
            who = (k + turn) % len(
                works
            )  # each comes behind each other one: caches are not the same after all
            before = time.process_time()
            works[who]()
            taken[turn, who] = time.process_time() - before
    return list(zip(np.median(taken, axis=0), np.median(taken / taken[:, -1:], axis=0), strict=True))


def numbers(*shape: int, scale: float = 1.0) -> Array:
    return (scale * RANDOM.standard_normal(shape)).astype(np.float32)


def weights(*shape: int) -> Array:
    """Normal numbers that keep the size of what goes through: (in, out) or (kernels, channels, *kernel)."""
    fan = np.prod(shape[1:]) if len(shape) > 2 else shape[0]
    return numbers(*shape, scale=float(np.sqrt(2.0 / fan)))


def _of(
    program: str, inputs: dict[str, Array], parameters: dict[str, Array], peer: Callable[..., Any]
) -> Network:
    found = read(program, inputs, parameters, np.float32)
    leaves = {**inputs, **parameters, **found.constants}
    names = (*inputs, *parameters)
    return Network(
        found.graph, found.output, leaves, tuple(parameters),
        lambda tensors: peer(**{name: tensors[name] for name in names}),
    )  # fmt: skip


def _labels(count: int) -> Array:
    return np.eye(10, dtype=np.float32)[RANDOM.integers(0, 10, count)]


def _cross_entropy(scores: Any, labels: Any) -> Any:
    return -(labels * functional.log_softmax(scores, 1)).sum(1).mean()


def mlp() -> Network:
    """784-256-128-10 on a batch of 64."""
    sizes = (784, 256, 128, 10)
    parameters = {
        name: value
        for k in range(3)
        for name, value in ((f"W{k}", weights(sizes[k], sizes[k + 1])), (f"b{k}", numbers(sizes[k + 1])))
    }

    def peer(x: Any, t: Any, W0: Any, b0: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        hidden = torch.relu(torch.relu(x @ W0 + b0) @ W1 + b1)
        return _cross_entropy(hidden @ W2 + b2, t)

    program = """
h = relu(relu(x @ W0 + b0) @ W1 + b1)
L = -mean(sum(t*log_softmax(h @ W2 + b2, axis=1), axis=1))
"""
    return _of(program, {"x": numbers(64, 784), "t": _labels(64)}, parameters, peer)


def deep() -> Network:
    """Fifty layers of 64 units, a batch of 64."""
    parameters = {}
    for k in range(50):
        parameters |= {f"W{k}": numbers(64, 64, scale=0.12), f"b{k}": numbers(64, scale=0.1)}

    def peer(x: Any, t: Any, **given: Any) -> Any:
        for k in range(50):
            x = torch.tanh(x @ given[f"W{k}"] + given[f"b{k}"])
        return ((x - t) ** 2).mean()

    lines = ["h = x", *(f"h = tanh(h @ W{k} + b{k})" for k in range(50)), "L = mean((h - t)**2)"]
    return _of("\n".join(lines), {"x": numbers(64, 64), "t": numbers(64, 64)}, parameters, peer)


def lstm() -> Network:
    """An LSTM written as cells: fifty steps, 32 sequences, 32 inputs, 64 units."""
    inputs = {f"x{k}": numbers(32, 32) for k in range(50)}
    inputs |= {
        "h0": np.zeros((32, 64), np.float32),
        "c0": np.zeros((32, 64), np.float32),
        "t": numbers(32, 64),
    }
    parameters = {"W": numbers(32, 256, scale=0.1), "U": numbers(64, 256, scale=0.1), "b": numbers(256)}

    def peer(h0: Any, c0: Any, t: Any, W: Any, U: Any, b: Any, **xs: Any) -> Any:
        h, c = h0, c0
        for k in range(50):
            i, f, o, n = (xs[f"x{k}"] @ W + h @ U + b).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(n)
            h = torch.sigmoid(o) * torch.tanh(c)
        return ((h - t) ** 2).mean()

    lines = ["h = h0", "c = c0"]
    for k in range(50):
        lines += [
            f"i, f, o, n = split(x{k} @ W + h @ U + b, 4, axis=1)",
            "c = sigmoid(f)*c + sigmoid(i)*tanh(n)",
            "h = sigmoid(o)*tanh(c)",
        ]
    return _of("\n".join([*lines, "L = mean((h - t)**2)"]), inputs, parameters, peer)


def cnn() -> Network:
    """Two 3×3 convolutions of 8 and 16 kernels with pooling, 32 images of 28×28."""
    parameters = {
        "w1": weights(8, 1, 3, 3), "b1": numbers(8, scale=0.1), "w2": weights(16, 8, 3, 3),
        "b2": numbers(16, scale=0.1), "w3": weights(784, 10), "b3": numbers(10, scale=0.1),
    }  # fmt: skip

    def peer(x: Any, t: Any, w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = functional.max_pool2d(torch.relu(functional.conv2d(x, w1, b1, padding=1)), 2)
        h = functional.max_pool2d(torch.relu(functional.conv2d(h, w2, b2, padding=1)), 2)
        return _cross_entropy(h.reshape(32, 784) @ w3 + b3, t)

    program = """
h = max_pool2d(relu(conv2d(x, w1, b1, padding=1)), 2)
h = max_pool2d(relu(conv2d(h, w2, b2, padding=1)), 2)
L = -mean(sum(t*log_softmax(reshape(h, [32, 784]) @ w3 + b3, axis=1), axis=1))
"""
    return _of(program, {"x": numbers(32, 1, 28, 28), "t": _labels(32)}, parameters, peer)


def model(name: str) -> Network:
    """A model that the onnx package ships; instead of its made-up weights random ones that get gradients."""
    document = read_onnx(MODELS / f"light_{name}.onnx")
    values = execute(Plan(document.graph, document.output, ()), document.leaves).value
    roles = {
        given: (node.op, index)
        for node in document.graph
        if node.op in ("Conv", "Gemm", "BatchNormalization")
        for index, given in enumerate(node.inputs)
    }
    nodes, leaves, wrt = [], {}, []
    for node in document.graph:
        made = node.op == "ConstantOfShape" or node.op == "parameter"
        if made and node.id in roles:
            leaves[node.id] = _weight(*roles[node.id], values(node.id).shape)
            wrt += (
                [node.id]
                if roles[node.id] not in (("BatchNormalization", 3), ("BatchNormalization", 4))
                else []
            )
            nodes.append(Node(node.id, "parameter"))
        else:
            nodes.append(node)
            if node.is_leaf:
                leaves[node.id] = document.leaves[node.id]
    wrt += [node.id for node in nodes if node.op == "input"]
    graph = Graph(nodes)
    return Network(
        graph,
        document.output,
        leaves,
        tuple(wrt),
        lambda tensors: _interpreted(graph, tensors)[document.output],
    )


def _weight(op: str, index: int, shape: tuple[int, ...]) -> Array:
    if op == "BatchNormalization":
        return (np.abs(numbers(*shape)) + 0.5 if index == 4 else numbers(*shape, scale=0.1) + 0.4).astype(
            np.float32
        )
    return weights(*shape) if len(shape) > 2 else numbers(*shape, scale=0.02 if len(shape) == 1 else 0.0005)


def _sides(node: Node) -> Any:
    pads = tuple(node.attributes.get("pads", (0, 0, 0, 0)))
    assert pads[: len(pads) // 2] == pads[len(pads) // 2 :], "PyTorch pads both sides alike"
    return pads[: len(pads) // 2]


_PEERS: dict[str, Callable[..., Any]] = {
    "Conv": lambda n, x, w, b=None: functional.conv2d(
        x, w, b, n.attributes.get("strides", 1), _sides(n), n.attributes.get("dilations", 1),
        n.attributes.get("group", 1),
    ),
    "BatchNormalization": lambda n, x, scale, b, mean, variance: functional.batch_norm(
        x, mean, variance, scale, b, False, 0.0, n.attributes.get("epsilon", 1e-5)
    ),
    "Relu": lambda n, x: functional.relu(x),
    "Sum": lambda n, a, b: a + b,
    "MaxPool": lambda n, x: functional.max_pool2d(
        x, n.attributes["kernel_shape"], n.attributes["strides"], _sides(n)
    ),
    "AveragePool": lambda n, x: functional.avg_pool2d(
        x, n.attributes["kernel_shape"], n.attributes["strides"], _sides(n)
    ),
    "Reshape": lambda n, x, shape: x.reshape(tuple(shape.tolist())),
    "Gemm": lambda n, x, w, b: functional.linear(x, w, b),
    "Dropout": lambda n, x: x,
    "Softmax": lambda n, x: functional.softmax(x, 1),
    "Shape": lambda n, x: torch.tensor(x.shape),
    "Identity": lambda n, x: x,
    "Flatten": lambda n, x: x.flatten(n.attributes.get("axis", 1)),
}  # fmt: skip


def _interpreted(graph: Graph, tensors: dict[str, Any]) -> dict[str, Any]:
    values = dict(tensors)
    for node in graph:
        if not node.is_leaf:
            values[node.id] = _PEERS[node.op](node, *(values[name] for name in node.inputs))
    return values
