"""Maps: they say what the paths say that they are made of."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import parse
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab import crowds
from graph_explorer.lab.basins import DIVERGED, LEFT, NEAR, RUNNING, basin_map
from graph_explorer.lab.crowds import crowd
from graph_explorer.lab.descent import descend
from graph_explorer.lab.hyperparameters import HyperparameterError
from graph_explorer.lab.maps import best_learning_rates, heat_map, learning_rate_sweep
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import surface_of

ROSENBROCK = surface_of(parse("f = (1 - x)**2 + 100*(y - x**2)**2", {}, {"x": -1.2, "y": 1.0}))
HIMMELBLAU = surface_of(parse("f = (x**2 + y - 11)**2 + (x + y**2 - 7)**2", {}, {"x": 0.0, "y": 0.0}))
KINKED = surface_of(
    parse("f = where(x > 0, abs(x), -2*x) + maximum(y, -3*y) + 0.1*(x > y)", {}, {"x": 1.0, "y": 1.0})
)
CURVED = surface_of(
    parse(
        "f = sin(3*x)*cos(y) + tanh(x*y) + exp(-x**2) + log(2 + y**2) + sqrt(3 + x) + floor(y)",
        {},
        {"x": 1.0, "y": 1.0},
    )
)
BOWL = surface_of(parse("f = x**2 + 10*y**2", {}, {"x": 1.0, "y": 2.0}))
WINDOW = (-5.0, 5.0, -5.0, 5.0)
#: One of each shape that a rule can have, and what they share.
TEXTS = (
    *(name for name, row in METHODS.items() if row.rule is not None),
    "sgd:lr=1e-3,momentum=0.9,dampening=0.1,noise=0.1,clip_norm=1,weight_decay=0.1",
    "sgd:lr=1e-3,momentum=0.8,convention=heavy_ball,nesterov=true,schedule=step",
    "momentum:lr=1e-3,schedule=one_cycle",
    "rmsprop:centered=true,momentum=0.5",
    "adam:amsgrad=true,bias_correction=false,clip_value=3,maximize=true",
    "adamw:weight_decay=0.3,schedule=cyclic,base_lr=0.001",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("surface", [ROSENBROCK, KINKED], ids=["Rosenbrock", "kinks"])
def test_a_crowd_goes_where_each_would_go_alone(
    surface: Any, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "BLOCK", 7)
    settings = read_method(text)
    assert surface.compiled is not None
    running = crowd(surface.compiled, settings)
    assert running is not None
    starts = np.random.default_rng(1).uniform(-2, 2, (20, 2))
    seen: list[tuple[int, slice]] = []
    ends = running.run(
        settings, starts, 25, seed=2, every=6, watch=lambda k, block, _: seen.append((k, block))
    )
    alone = [descend(surface, settings, start, 25, seed=2, whole=True).points[-1] for start in starts]
    np.testing.assert_allclose(ends, alone, rtol=1e-10, atol=1e-11)
    assert seen[:5] == [(k, slice(0, 7)) for k in (1, 7, 13, 19, 25)]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("surface", [ROSENBROCK, KINKED, CURVED], ids=["Rosenbrock", "kinks", "curves"])
def test_machine_code_takes_the_same_steps(surface: Any, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_method(text)
    running = crowd(surface.compiled, settings)
    assert running is not None
    starts = np.random.default_rng(1).uniform(-2, 2, (37, 2))
    seen: list[int] = []

    def ends(worth: int) -> Any:
        monkeypatch.setattr(crowds, "WORTH", worth)
        return running.run(settings, starts, 20, seed=2, every=6, watch=lambda k, *rest: seen.append(k))

    numpy, machine = ends(10**12), ends(0)
    assert running.machine is not None
    assert seen == [1, 7, 13, 19, 20] * 2
    np.testing.assert_allclose(machine, numpy, rtol=1e-10, atol=1e-11)


def test_what_has_no_machine_code_runs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "WORTH", 0)
    surface = surface_of(parse("f = x*mod(x, 2) + y**2", {}, {"x": 1.0, "y": 2.0}))
    settings = read_method("sgd:lr=0.1")
    assert surface.compiled is not None
    running = crowd(surface.compiled, settings)
    assert running is not None
    assert running.machine is None
    # 1.5·mod(1.5, 2) has the slope mod + x = 3
    np.testing.assert_allclose(running.run(settings, np.array([[1.5, 2.0]]), 1), [[1.2, 2 * 0.8]])


def test_machine_code_keeps_infinities_and_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "WORTH", 0)
    surface = surface_of(
        parse("f = 1/x + log(y) + exp(x*y) + sqrt(y) + abs(x)**1.5 + sign(y)*x", {}, {"x": 1.0, "y": 2.0})
    )
    settings = read_method("sgd:lr=0.1")
    starts = np.array(
        list(itertools.product((0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e200), repeat=2))
    )
    assert surface.compiled is not None
    running = crowd(surface.compiled, settings)
    assert running is not None
    alone = [descend(surface, settings, start, 2, whole=True).points[-1] for start in starts]
    np.testing.assert_allclose(running.run(settings, starts, 2), alone, rtol=1e-10)
    assert running.machine is not None


def test_methods_that_are_no_crowd() -> None:
    assert ROSENBROCK.compiled is not None
    for text in ("newton", "adam:schedule=plateau"):
        assert crowd(ROSENBROCK.compiled, read_method(text)) is None


def test_where_each_start_ends() -> None:
    minima = [(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]
    found = basin_map(HIMMELBLAU, read_method("sgd:lr=0.01"), WINDOW, 200, columns=24, rows=20, minima=minima)
    assert found.ends.shape == found.evaluations.shape == (20, 24)
    assert len(found.minima) == 4
    for row, column in ((0, 0), (3, 20), (12, 7), (19, 23)):
        start = (found.x[column], found.y[row])
        path = descend(HIMMELBLAU, read_method("sgd:lr=0.01"), start, 200, window=WINDOW)
        gaps = np.linalg.norm(path.points - found.minima[found.ends[row, column]], axis=1)
        assert gaps[-1] <= NEAR * 10
        first = np.flatnonzero(gaps > NEAR * 10)[-1] + 1 if gaps[0] > NEAR * 10 else 0
        assert first <= found.evaluations[row, column] <= first + 4  # looked at every fourth step
    assert set(np.unique(found.ends)) == {0, 1, 2, 3}


def test_minima_that_nobody_knew_are_found() -> None:
    found = basin_map(HIMMELBLAU, read_method("sgd:lr=0.01"), WINDOW, 300, columns=20, rows=20)
    assert len(found.minima) == 4
    values = [HIMMELBLAU.value(point) for point in found.minima]
    np.testing.assert_allclose(values, 0, atol=1e-6)
    assert (found.evaluations[found.ends >= 0] < 300).all()


def test_starts_that_end_at_no_minimum() -> None:
    def ends(text: str, steps: int) -> set[int]:
        return set(np.unique(basin_map(BOWL, read_method(text), WINDOW, steps, columns=6, rows=6).ends))

    assert ends("sgd:lr=1", 400) == {DIVERGED}
    assert ends("sgd:lr=1e-7", 5) == {RUNNING}
    assert ends("sgd:lr=0.15", 4) == {LEFT}


def test_a_search_is_mapped_start_by_start() -> None:
    found = basin_map(BOWL, read_method("newton"), WINDOW, 3, columns=4, rows=4, minima=[(0.0, 0.0)])
    assert (found.ends == 0).all()
    assert (found.evaluations == 3).all()  # one step: a gradient, and a Hessian that counts two


def test_maps_tell_how_far_they_are_and_stop() -> None:
    told: list[float] = []
    settings = read_method("adam")
    basin_map(BOWL, settings, WINDOW, 20, columns=8, rows=8, checkpoint=told.append)
    learning_rate_sweep(BOWL, settings, (1.0, 1.0), 5, checkpoint=told.append)
    heat_map(BOWL, settings, ("lr", [0.1]), ("beta1", [0.9]), (1.0, 1.0), 5, checkpoint=told.append)
    best_learning_rates(BOWL, [settings], (1.0, 1.0), 5, checkpoint=told.append)
    assert len(told) > 60
    assert 0 <= min(told) <= max(told) <= 1

    def stop(fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        basin_map(BOWL, settings, WINDOW, 20, checkpoint=stop)


def test_a_map_is_a_plane() -> None:
    line = Surface(BOWL.graph, BOWL.leaves, BOWL.output, BOWL.axes[:1])
    with pytest.raises(InputError, match="two axes"):
        basin_map(line, read_method("adam"), WINDOW, 2)


def test_a_sweep_is_the_ends_of_paths() -> None:
    settings = read_method("momentum:momentum=0.5")
    sweep = learning_rate_sweep(BOWL, settings, (3.0, 2.0), 30, rates=[1e-3, 0.05, 5.0], window=WINDOW)
    alone = descend(BOWL, read_method("momentum:momentum=0.5,lr=0.05"), (3.0, 2.0), 30)
    assert sweep.losses[1] == alone.losses[-1]
    assert sweep.best == 1
    assert sweep.outcomes[0] == "running"
    assert sweep.outcomes[2] == "diverged"
    several = learning_rate_sweep(BOWL, settings, [(3.0, 2.0), (1.0, 1.0)], 30, rates=[0.05])
    other = descend(BOWL, read_method("momentum:momentum=0.5,lr=0.05"), (1.0, 1.0), 30)
    assert several.losses[0] == pytest.approx((alone.losses[-1] + other.losses[-1]) / 2)


def test_a_heat_map_is_the_ends_of_paths() -> None:
    found = heat_map(
        ROSENBROCK, read_method("adam"), ("lr", [0.01, 0.1]), ("beta2", [0.9, 0.99, 0.999]), (-1.2, 1.0), 40
    )
    assert found.losses.shape == (3, 2)
    alone = descend(ROSENBROCK, read_method("adam:lr=0.1,betas=0.9/0.99"), (-1.2, 1.0), 40)
    assert found.losses[1, 1] == alone.losses[-1]
    with pytest.raises(HyperparameterError, match="beta2"):
        read_method("adam").with_number("beta3", 0.5)
    with pytest.raises(HyperparameterError, match="below 1"):
        read_method("adam").with_number("beta1", 1.5)


def test_the_best_learning_rate_is_better_than_its_neighbours() -> None:
    (best,) = best_learning_rates(BOWL, [read_method("sgd:momentum=0.2")], (3.0, 2.0), 25)
    assert best.values["momentum"] == 0.2
    # without momentum 2/(2 + 20) were the best rate for curvatures 2 and 20; with it a little more
    assert 0.07 < best.lr < 0.13

    def end(lr: float) -> float:
        return float(descend(BOWL, best.with_number("lr", lr), (3.0, 2.0), 25).losses[-1])

    assert end(best.lr) <= min(end(best.lr * 1.2), end(best.lr / 1.2))


def test_a_method_that_only_diverges_keeps_its_rate() -> None:
    cliff = surface_of(parse("f = log(x) + y", {}, {"x": -1.0, "y": 0.0}))
    (kept,) = best_learning_rates(cliff, [read_method("sgd:lr=0.3")], (-1.0, 0.0), 5)
    assert kept.lr == 0.3
