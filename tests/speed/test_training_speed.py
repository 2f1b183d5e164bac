"""Steps of training against PyTorch's eager ones: forward, backward, update; float32, one thread.

Networks of four kinds on a batch that stays, and whole epochs of one of them with their batches and
what is measured at the end of each.

PyTorch is no part of the project: where it is not installed there is nothing to compare with. With it:
`OPENBLAS_NUM_THREADS=1 python -m pytest tests/speed/test_training_speed.py --benchmark-only -s`.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_explorer.document import parse
from graph_explorer.engine import machine
from graph_explorer.engine.compiled.passes import Passes
from graph_explorer.lab.epochs import train
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.training import read_training

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
peers = pytest.importorskip("tests.speed.peers")

#: Steps of the epoch that is measured; and the examples of each.
STEPS, BATCH = 20, 64
#: The most that an epoch may take, in times of PyTorch's, and steps of each network.
MOST = 1.1
MOST_OF_A_STEP = {"mlp": 0.9, "deep": 0.8, "lstm": 0.8, "cnn": 1.3}
PROGRAM = """
h = relu(relu(x @ W0 + b0) @ W1 + b1)
L = -mean(sum(t*log_softmax(h @ W2 + b2, axis=1), axis=1))
"""
OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "sgd:lr=0.01": lambda tensors: torch.optim.SGD(tensors, lr=0.01),
    "momentum:lr=0.01": lambda tensors: torch.optim.SGD(tensors, lr=0.01, momentum=0.9),
    "adam:lr=0.001": lambda tensors: torch.optim.Adam(tensors, lr=0.001),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    machine.keep_memory()


def workers(text: str, folder: Path) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """An epoch of the MLP by us, with what is measured at its end, and by PyTorch likewise."""
    found, random = peers.mlp(), np.random.default_rng(0)
    x = random.standard_normal((STEPS * BATCH, 784)).astype(np.float32)
    t = np.eye(10, dtype=np.float32)[random.integers(0, 10, len(x))]
    np.savez(folder / "examples.npz", x=x, t=t)
    given = {name: found.leaves[name] for name in ("x", "t")}
    document = parse(PROGRAM, given, {name: found.leaves[name] for name in found.wrt}, dtype="float32")
    document = dataclasses.replace(document, path=folder / "mlp.toml")
    table = {"data": "examples.npz", "split": 1.0, "batch_size": BATCH, "epochs": 10**6, "optimizer": text}
    ours = train(document, read_training(table))
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in found.leaves.items()}
    trained = [tensors[name].requires_grad_() for name in found.wrt]
    optimizer, (features, targets) = OPTIMIZERS[text](trained), map(torch.from_numpy, (x, t))

    def theirs() -> float:
        order = torch.randperm(len(x))
        for step in range(STEPS):
            rows = order[step * BATCH : (step + 1) * BATCH]
            optimizer.zero_grad()
            loss = found.peer(tensors | {"x": features[rows], "t": targets[rows]})
            loss.backward()
            optimizer.step()
            loss.item()
        with torch.no_grad():
            return float(found.peer(tensors | {"x": features, "t": targets}))

    return lambda: next(ours), theirs


@pytest.mark.parametrize("text", OPTIMIZERS)
def test_an_epoch(text: str, tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    both = workers(text, tmp_path)
    ours, theirs = benchmark.pedantic(lambda: peers.ratios(both, 31), rounds=1)
    benchmark.extra_info |= {"ratio": round(ours[1], 2)}
    sys.stdout.write(
        f"\n{text}: a step {ours[0] / STEPS * 1e3:.2f} ms, PyTorch {theirs[0] / STEPS * 1e3:.2f} ms, "
        f"ratio {ours[1]:.2f}\n"
    )
    assert ours[1] <= MOST


def steps(name: str, text: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step of a network on one batch, by us and by PyTorch; each goes on from its step before."""
    found, settings = getattr(peers, name)(), read_method(text)
    sizes = np.cumsum([0, *(found.leaves[name].size for name in found.wrt)])
    places = {name: slice(*sizes[k : k + 2]) for k, name in enumerate(found.wrt)}
    point = np.concatenate([np.ravel(found.leaves[name]) for name in found.wrt])
    now = {"point": point, "memory": settings.init(point, settings.lr)}
    passes = Passes(found.plan)

    def parts(vector: Any) -> dict[str, Any]:
        return {name: vector[place].reshape(found.leaves[name].shape) for name, place in places.items()}

    def ours() -> float:
        gradient = np.empty_like(now["point"])
        loss, _, _ = passes(found.leaves | parts(now["point"]), into=parts(gradient))
        now["point"], now["memory"] = settings.step(now["point"], gradient, now["memory"], settings.lr)
        return float(loss)

    tensors = {name: torch.from_numpy(np.array(value)) for name, value in found.leaves.items()}
    optimizer = OPTIMIZERS[text]([tensors[name].requires_grad_() for name in found.wrt])

    def theirs() -> float:
        optimizer.zero_grad()
        loss = found.peer(tensors)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    for _ in range(3):  # the first ones note what is done, and write it as code
        assert abs(ours() - theirs()) <= 1e-4
    return ours, theirs


@pytest.mark.parametrize("text", ["sgd:lr=0.01", "adam:lr=0.001"])
@pytest.mark.parametrize("name", MOST_OF_A_STEP)
def test_a_step(name: str, text: str, benchmark: BenchmarkFixture) -> None:
    both = steps(name, text)
    ours, theirs = benchmark.pedantic(lambda: peers.ratios(both, 41), rounds=1)
    benchmark.extra_info |= {"ratio": round(ours[1], 2)}
    sys.stdout.write(
        f"\n{name}, {text}: a step {ours[0] * 1e3:.2f} ms, PyTorch {theirs[0] * 1e3:.2f} ms, "
        f"ratio {ours[1]:.2f}\n"
    )
    assert ours[1] <= MOST_OF_A_STEP[name]
