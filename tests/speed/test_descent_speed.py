"""How fast paths and maps are: beside loops written by hand, PyTorch's and JAX's.

All are run in turn, so that a busy machine slows them alike. PyTorch and JAX are asked only where they
are installed: `python -m pytest tests/speed/test_descent_speed.py --benchmark-only -s`.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_explorer.document import parse
from graph_explorer.lab.basins import basin_map
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.path import Path
from graph_explorer.surfaces import surface_of

STEPS = 1000
START = (-1.2, 1.0)
WINDOW = (-2.0, 2.0, -1.0, 3.0)
ROSENBROCK = "a = 1 - x\nb = y - x**2\nL = a**2 + 100*b**2"
#: A function that somebody may just have typed; `{k}` makes it another one each time.
LONGER = (
    "u = sin(3*x) + 0.5*y\nv = exp(-x**2 - 0.3*y**2)\nw = tanh(x*y) + 0.1*x**3\n"
    "q = (x + y - 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2)\n"
    "L = u**2 + 0.01*q + (v - 0.5)**2 + w*cos(2*y) + {k}*1e-9*x + 0.05*(x**4 + y**4)"
)
TEXTS = (
    "sgd:lr=1e-3", "momentum:lr=1e-3", "nesterov:lr=1e-3", "adagrad:lr=0.1", "rmsprop:lr=0.01",
    "adam:lr=0.05", "adamw:lr=0.05", "nadam:lr=0.05",
)  # fmt: skip
#: The same eight in PyTorch: the class and its arguments.
TORCH: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SGD", {"lr": 1e-3}), ("SGD", {"lr": 1e-3, "momentum": 0.9}),
    ("SGD", {"lr": 1e-3, "momentum": 0.9, "nesterov": True}), ("Adagrad", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.01}), ("Adam", {"lr": 0.05}), ("AdamW", {"lr": 0.05}), ("NAdam", {"lr": 0.05}),
)  # fmt: skip


def entries() -> list[tuple[Any, tuple[float, float]]]:
    return [(read_method(text), START) for text in TEXTS]


def raced(surface: Any) -> tuple[Path, ...]:
    """Eight methods with all points, losses, gradients and states."""
    return race(surface, entries(), STEPS, window=WINDOW)


def typed(k: int) -> Any:
    """A function typed just now, ready to be raced on."""
    surface = surface_of(parse(LONGER.format(k=k), {}, {"x": START[0], "y": START[1]}))
    surface.value_and_gradient(START)
    return surface


def by_hand() -> list[tuple[float, ...]]:
    """Adam on Rosenbrock's function with its gradient, as one would write it down in Python."""
    x, y, m0, m1, v0, v1 = *START, 0.0, 0.0, 0.0, 0.0
    rows = []
    for t in range(1, STEPS + 1):
        b = y - x * x
        g0, g1 = -2 * (1 - x) - 400 * x * b, 200 * b
        m0, m1 = 0.9 * m0 + 0.1 * g0, 0.9 * m1 + 0.1 * g1
        v0, v1 = 0.999 * v0 + 0.001 * g0 * g0, 0.999 * v1 + 0.001 * g1 * g1
        first, second = 1 - 0.9**t, 1 - 0.999**t
        x -= 0.05 * (m0 / first) / (math.sqrt(v0 / second) + 1e-8)
        y -= 0.05 * (m1 / first) / (math.sqrt(v1 / second) + 1e-8)
        rows.append((x, y, (1 - x) ** 2 + 100 * (y - x * x) ** 2, g0, g1, m0, m1, v0, v1))
    return rows


def seconds(work: Callable[[], object]) -> float:
    """Seconds of this process's own time."""
    before = time.process_time()
    work()
    return time.process_time() - before


def medians(turns: int, *works: Callable[[], object]) -> list[float]:
    taken = [[seconds(work) for work in works] for _ in range(turns)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def test_a_race_takes_little_more_than_loops_written_by_hand() -> None:
    surface = surface_of(parse(ROSENBROCK, {}, {"x": START[0], "y": START[1]}))
    paths = raced(surface)
    np.testing.assert_allclose(paths[5].points[1:], [row[:2] for row in by_hand()], rtol=1e-9)
    ours, hand = medians(9, lambda: raced(surface), lambda: [by_hand() for _ in TEXTS])
    assert ours < 3 * hand


def test_preparing_a_function_takes_less_than_racing_on_it() -> None:
    numbers = iter(range(1, 100))
    ready = typed(0)
    raced(ready)
    prepared, run = medians(9, lambda: typed(next(numbers)), lambda: raced(ready))
    assert prepared < 2 * run


def test_races_against_torch(benchmark: BenchmarkFixture) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed here")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    surface = surface_of(parse(ROSENBROCK, {}, {"x": START[0], "y": START[1]}))
    raced(surface)

    def theirs() -> list[Any]:
        return [_torch_loop(torch, name, arguments) for name, arguments in TORCH]

    for found, path in zip(theirs(), raced(surface), strict=True):
        np.testing.assert_allclose(found[:50], path.points[:50], rtol=1e-9)
    taken = [seconds(theirs) for _ in range(3)]
    ours, _ = benchmark.pedantic(medians, args=(31, lambda: raced(surface), lambda: None), rounds=1)
    ratio = statistics.median(taken) / ours
    sys.stdout.write(
        f"\nRosenbrock: PyTorch {taken[0] * 1e3:.0f} ms, ours {ours * 1e3:.1f} ms ({ratio:.0f} x)\n"
    )
    assert ratio >= 150


def _torch_loop(torch: Any, name: str, arguments: dict[str, Any]) -> np.ndarray:
    point = torch.tensor(START, requires_grad=True)
    optimizer = getattr(torch.optim, name)([point], **arguments)
    points, losses = [point.detach().numpy().copy()], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2
        loss.backward()
        optimizer.step()
        points.append(point.detach().numpy().copy())
        losses.append(loss.item())
    return np.array(points)


def test_a_race_on_a_function_just_typed(benchmark: BenchmarkFixture) -> None:
    numbers = iter(range(1, 1000))
    surface = typed(0)
    raced(surface)
    prepared, first, again, hand = benchmark.pedantic(
        medians,
        args=(
            21, lambda: typed(next(numbers)), lambda: raced(typed(next(numbers))), lambda: raced(surface),
            by_hand,
        ),
        rounds=1,
    )  # fmt: skip
    sys.stdout.write(
        f"\na longer function: prepared in {prepared * 1e3:.1f} ms, prepared and raced {first * 1e3:.1f} ms, "
        f"raced again {again * 1e3:.1f} ms (Adam by hand on Rosenbrock {hand * 1e3:.2f} ms)\n"
    )
    assert prepared < again


@pytest.mark.parametrize("program", [ROSENBROCK, LONGER.format(k=0)], ids=["Rosenbrock", "longer"])
def test_a_basin_map_against_jax(benchmark: BenchmarkFixture, program: str) -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed here")
    jax.config.update("jax_enable_x64", True)
    starts = np.stack(np.meshgrid(np.linspace(*WINDOW[:2], 256), np.linspace(*WINDOW[2:], 256)), axis=-1)
    numbers = iter(range(1, 1000))

    def theirs() -> Any:
        return np.asarray(_jax_map(jax, program, next(numbers))(starts.reshape(-1, 2)))

    def ours() -> Any:
        surface = surface_of(parse(program, {}, {"x": START[0], "y": START[1]}))
        return basin_map(surface, read_method("adam:lr=0.05"), WINDOW, 500).points.reshape(-1, 2)

    apart = np.abs(theirs() - ours()).max(axis=1)
    assert np.quantile(apart, 0.9) < 1e-6  # some starts lie where rounding decides
    jax_seconds, our_seconds = benchmark.pedantic(medians, args=(5, theirs, ours), rounds=1)
    sys.stdout.write(
        f"\nbasin map: JAX with its compilation {jax_seconds * 1e3:.0f} ms, ours {our_seconds * 1e3:.0f} ms\n"
    )
    assert our_seconds <= jax_seconds


def _jax_map(jax: Any, program: str, k: int) -> Any:
    """Adam from every start, with the compilation that a function costs that is seen for the first time."""
    names = {name: getattr(jax.numpy, name) for name in ("sin", "cos", "exp", "tanh", "sqrt")}

    def value(point: Any) -> Any:
        space = names | {"x": point[0], "y": point[1]}
        exec(program, space)  # the program above, which is Python as well
        return space["L"] + 0.0 * k

    slope = jax.grad(value)

    def end(start: Any) -> Any:
        def step(carried: Any, t: Any) -> Any:
            point, m, v = carried
            g = slope(point)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            root = jax.numpy.sqrt(v / (1 - 0.999**t)) + 1e-8
            return (point - 0.05 * (m / (1 - 0.9**t)) / root, m, v), None

        zero = jax.numpy.zeros(2)
        return jax.lax.scan(step, (start, zero, zero), jax.numpy.arange(1.0, 501.0))[0][0]

    return jax.jit(jax.vmap(end))
