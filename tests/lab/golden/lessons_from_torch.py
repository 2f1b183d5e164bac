"""Writes `torch_2_13_0_lessons.npz`: 200 steps of PyTorch 2.13.0 in float64 on the lessons on training.

Each lesson is written a second time here, in PyTorch, and takes our batches in our order. Run it by hand in
an environment that has `torch==2.13.0` and scikit-learn; nothing else here imports PyTorch:

    PYTHONPATH=. python tests/lab/golden/lessons_from_torch.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import optim

from graph_explorer.formats.examples import resolve
from graph_explorer.formats.toml import read
from graph_explorer.lab.course import Course
from graph_explorer.lab.portions import order
from graph_explorer.lab.training import read_training

STEPS = 200
Values = Mapping[str, Any]
OPTIMIZERS: dict[str, Any] = {
    "sgd:lr=0.05": lambda p: optim.SGD(p, lr=0.05),
    "momentum:lr=0.01": lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    "adam:lr=0.005": lambda p: optim.Adam(p, lr=0.005),
}


def line(p: Values, x: Any, y: Any) -> Any:
    return F.mse_loss(p["w"] * x + p["b"], y)


def logistic(p: Values, x: Any, y: Any) -> Any:
    return F.binary_cross_entropy(torch.sigmoid(x @ p["w"] + p["b"]), y)


def xor(p: Values, x: Any, y: Any) -> Any:
    h = torch.tanh(x @ p["W1"] + p["b1"])
    return F.binary_cross_entropy(torch.sigmoid(h @ p["w2"] + p["b2"]), y)


def two_layers(p: Values, x: Any, y: Any) -> Any:
    h = torch.tanh(torch.tanh(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    return F.cross_entropy(h @ p["W3"] + p["b3"], y.long())


def digits(p: Values, x: Any, y: Any) -> Any:
    h = torch.relu(x / 16 @ p["W1"] + p["b1"])
    return F.cross_entropy(h @ p["W2"] + p["b2"], y.long())


def convolutions(p: Values, x: Any, y: Any) -> Any:
    h = F.max_pool2d(torch.relu(F.conv2d((x / 16).view(-1, 1, 8, 8), p["K1"], p["k1"], padding=1)), 2)
    h = F.max_pool2d(torch.relu(F.conv2d(h, p["K2"], p["k2"], padding=1)), 2)
    return F.cross_entropy(h.flatten(1) @ p["W"] + p["b"], y.long())


def autoencoder(p: Values, x: Any, y: Any) -> Any:
    code = torch.relu(x / 16 @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    g = torch.relu(code @ p["W3"] + p["b3"])
    return F.mse_loss(torch.sigmoid(g @ p["W4"] + p["b4"]), x / 16)


def deep(activation: Callable[[Any], Any], shortcut: bool) -> Callable[..., Any]:
    def loss(p: Values, x: Any, y: Any) -> Any:
        h = activation(x @ p["W1"] + p["b1"])
        for k in range(2, 9):
            layer = activation(h @ p[f"W{k}"] + p[f"b{k}"])
            h = h + layer if shortcut else layer
        return F.cross_entropy(h @ p["V"] + p["c"], y.long())

    return loss


def normalised(p: Values, x: Any, y: Any) -> Any:
    h = x
    for k in range(1, 9):
        h = torch.sigmoid(F.batch_norm(h @ p[f"W{k}"], None, None, p[f"s{k}"], p[f"c{k}"], training=True))
    return F.cross_entropy(h @ p["V"] + p["c"], y.long())


def through_time(cut: int) -> Callable[..., Any]:
    def loss(p: Values, x: Any, y: Any) -> Any:
        h = torch.zeros(8, dtype=torch.float64)
        for t in range(12):
            h = h.detach() if cut and t % cut == 0 else h
            h = torch.tanh(x[:, t, :1] @ p["Ws"] + x[:, t, 1:] @ p["Wn"] + h @ p["Wh"] + p["b"])
        return F.cross_entropy(h @ p["W"] + p["c"], y.long())

    return loss


def curve(p: Values, x: Any, y: Any, kept: Any = 1.0) -> Any:
    h = torch.tanh(torch.tanh(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    return F.mse_loss((h * kept) @ p["w3"] + p["b3"], y)


LESSONS: dict[str, Callable[..., Any]] = {
    "linear_regression": line,
    "logistic_regression": logistic,
    "xor": xor,
    "spirals": two_layers,
    "digits": digits,
    "digits_cnn": convolutions,
    "autoencoder": autoencoder,
    "learning_rate": two_layers,
    "deep_and_stuck": deep(torch.sigmoid, False),
    "deep_with_shortcuts": deep(torch.relu, True),
    "deep_and_normalised": normalised,
    "bptt": through_time(0),
    "truncated_bptt": through_time(4),
    "overfitting": curve,
    "dropout": curve,
}


def trained(name: str, text: str) -> Any:
    """The loss of each of the first batches."""
    document = read(resolve(name))
    table = {key: value for key, value in document.training.items() if key != "schedule"}
    course = Course(document, read_training({**table, "optimizer": text, "epochs": STEPS}))
    examples, size = course.examples.training, course.batch_size
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in course.initial.items()}
    optimizer = OPTIMIZERS[text](list(tensors.values()))
    losses = []
    for step in range(STEPS):
        epoch, place = divmod(step, course.steps_of_an_epoch)
        rows = order(len(examples), course.training, epoch)[place * size : (place + 1) * size]
        given: list[Any] = [torch.tensor(examples.features[rows]), torch.tensor(examples.targets[rows])]
        if name == "dropout":
            (seed,) = course.seeds(step).values()
            drawn = np.random.RandomState(seed).uniform(size=(len(rows), 24)) >= 0.5
            given.append(torch.tensor(drawn * 2.0))
        loss = LESSONS[name](tensors, *given)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


def main() -> None:
    assert torch.__version__.startswith("2.13.0")
    torch.set_num_threads(1)
    np.savez_compressed(
        Path(__file__).with_name("torch_2_13_0_lessons.npz"),
        lessons=np.array(list(LESSONS)),
        optimizers=np.array(list(OPTIMIZERS)),
        losses=np.array([[trained(name, text) for text in OPTIMIZERS] for name in LESSONS]),
    )


if __name__ == "__main__":
    main()
