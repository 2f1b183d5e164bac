"""A landscape of the digits network against a PyTorch loop over the same points; float64, one thread.

PyTorch is no part of the project: where it is not installed there is nothing to compare with. With it:
`OPENBLAS_NUM_THREADS=1 python -m pytest tests/speed/test_landscape_speed.py --benchmark-only -s`.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import graph_explorer as gx
from graph_explorer.engine import machine
from graph_explorer.lab.landscape import landscape
from graph_explorer.lab.losses import loss_over
from graph_explorer.lab.places import Threads
from graph_explorer.surfaces import FILTER, surface_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
peers = pytest.importorskip("tests.speed.peers")

#: Points along a side, and the most that ours may take, in times of PyTorch's.
SIDE, MOST = 51, 1.0
WINDOW = (-1.0, 1.0, -1.0, 1.0)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    machine.keep_memory()


def test_a_landscape_of_the_digits(benchmark: BenchmarkFixture) -> None:
    document = gx.open("digits")
    over = loss_over(document)
    assert over is not None
    surface = surface_of(document, FILTER, over=over)
    found: dict[str, Any] = {}

    def ours() -> None:
        found["ours"] = landscape(surface, WINDOW, SIDE, SIDE, place=Threads(1)).values

    names = document.default_wrt
    at = {name: torch.from_numpy(np.array(document.entry(name).array)) for name in names}
    ways = [
        {name: torch.from_numpy(np.array(axis.tangent(name))) for name in axis.names} for axis in surface.axes
    ]
    x = torch.from_numpy(over.leaves["x"] / 16)
    y = torch.from_numpy(over.leaves["y"].astype(np.int64))
    side = torch.linspace(-1, 1, SIDE, dtype=torch.float64)

    def theirs() -> None:
        values = torch.empty(SIDE, SIDE, dtype=torch.float64)
        with torch.no_grad():
            for row, b in enumerate(side):
                for column, a in enumerate(side):
                    here = dict(at)
                    for part, way in ((a, ways[0]), (b, ways[1])):
                        for name, direction in way.items():
                            here[name] = here[name] + part * direction
                    h = torch.relu(x @ here["W1"] + here["b1"])
                    values[row, column] = torch.nn.functional.cross_entropy(h @ here["W2"] + here["b2"], y)
        found["theirs"] = values.numpy()

    mine, other = benchmark.pedantic(lambda: peers.ratios((ours, theirs), 5), rounds=1)
    np.testing.assert_allclose(found["ours"], found["theirs"], rtol=1e-9)
    benchmark.extra_info |= {"ratio": round(mine[1], 2)}
    sys.stdout.write(
        f"\n{SIDE}×{SIDE} points: {mine[0]:.2f} s, PyTorch {other[0]:.2f} s, ratio {mine[1]:.2f}\n"
    )
    assert mine[1] <= MOST
