"""Paths: the generated loops take the steps of the rules, and the record says what was done."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import parse
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.descent import _Walk, batches, descend, race
from graph_explorer.lab.loops import loop
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.path import Path
from graph_explorer.surfaces import surface_of

ROSENBROCK = surface_of(parse("f = (1 - x)**2 + 100*(y - x**2)**2", {}, {"x": -1.2, "y": 1.0}))
WAVES = surface_of(parse("f = 20 + x**2 - 10*cos(6*x) + y**2 - 10*cos(6*y)", {}, {"x": 1.0, "y": 2.0}))
BOWL = surface_of(parse("f = x**2 + 3*y**2", {}, {"x": 1.0, "y": 2.0}))
LINE = surface_of(
    parse(
        "e = w*x + b - y\nL = mean(e**2)",
        {"x": np.linspace(-1, 1, 12), "y": 3 * np.linspace(-1, 1, 12) + 0.5 * np.cos(np.arange(12.0))},
        {"w": 0.0, "b": 0.0},
    )
)
WINDOW = (-4.0, 4.0, -4.0, 4.0)

#: Flags, choices and shared settings that change the lines of a rule.
VARIANTS = (
    "sgd:lr=1e-3,momentum=0.9,dampening=0.1,noise=0.1,clip_norm=1,weight_decay=0.1",
    "sgd:lr=1e-3,momentum=0.8,convention=heavy_ball,nesterov=true,schedule=step",
    "sgd:lr=1e-3,momentum=0,schedule=one_cycle",
    "momentum:lr=1e-3,schedule=cyclic,base_momentum=0",
    "momentum:lr=1e-3,schedule=one_cycle",
    "adagrad:lr=0.1,lr_decay=0.01,initial_accumulator_value=0.1",
    "rmsprop:centered=true,momentum=0.5",
    "adam:lr=0.05,schedule=plateau,patience=2",
    "adam:amsgrad=true,bias_correction=false,clip_value=3,maximize=true",
    "adam:betas=0/0.9,schedule=cosine,noise=1",
    "adamw:lr=0.1,weight_decay=0.3,schedule=cyclic,base_lr=0.001",
    "nadam:weight_decay=0.1,decoupled_weight_decay=true",
    "rprop:etas=0.3/1.5,schedule=warm_restarts",
    "adafactor:eps=1e-5/1e-2,d=2,schedule=inverse_sqrt",
    "asgd:lr=1e-3,t0=3,alpha=0.5",
)
GRADIENT_METHODS = tuple(name for name, row in METHODS.items() if row.rule is not None)


def walked(surface: Any, text: str, start: tuple[float, ...], steps: int, seed: int = 0) -> Path:
    """The path step by step, with `MethodSettings.step`."""
    walk = _Walk(surface, read_method(text), np.array(start), steps, seed)
    walk.go(steps, math.inf, True, None)
    return walk.path(WINDOW)


@pytest.mark.parametrize("text", [*GRADIENT_METHODS, *VARIANTS])
@pytest.mark.parametrize("surface", [ROSENBROCK, WAVES], ids=["Rosenbrock", "waves"])
def test_a_loop_takes_the_steps_of_the_rule(surface: Any, text: str) -> None:
    settings = read_method(text)
    fast = descend(surface, settings, (-1.2, 1.0), 60, seed=3, whole=True, window=WINDOW)
    slow = walked(surface, text, (-1.2, 1.0), 60, seed=3)
    for name in ("points", "losses", "gradients", "rates", "evaluations", "momenta"):
        np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), rtol=1e-12, atol=1e-12)
    assert list(fast.state) == list(slow.state)
    for name, values in slow.state.items():
        np.testing.assert_allclose(fast.state[name], values, rtol=1e-12, atol=1e-12)
    assert fast.outcome == slow.outcome


@pytest.mark.parametrize("text", GRADIENT_METHODS)
def test_every_rule_has_a_loop(text: str) -> None:
    assert ROSENBROCK.compiled is not None
    assert loop(ROSENBROCK.compiled, read_method(text)) is not None


def test_a_loop_serves_every_learning_rate() -> None:
    assert ROSENBROCK.compiled is not None
    one, other = (loop(ROSENBROCK.compiled, read_method(f"adam:lr={lr}")) for lr in (0.1, 0.2))
    assert one is other


def test_the_numbers_of_each_step_are_those_that_were_used() -> None:
    path = descend(ROSENBROCK, read_method("adam:lr=0.1,noise=0.5,schedule=cosine"), (0.0, 0.0), 12, seed=4)
    for step in (1, 2, 12):
        worked = path.worked(step)
        assert worked[-1].line.name == "x"
        np.testing.assert_allclose(worked[-1].value, path.points[step], rtol=1e-14)


def test_a_path_ends_at_the_first_point_that_is_not_finite() -> None:
    settings = read_method("sgd:lr=1")
    path = descend(ROSENBROCK, settings, (-1.2, 1.0), 100)
    assert path.outcome == "diverged"
    assert path.steps < 20
    assert np.isfinite(path.points[:-1]).all()
    assert not np.isfinite([*path.points[-1], path.losses[-1]]).all()
    whole = descend(ROSENBROCK, settings, (-1.2, 1.0), 100, whole=True)
    assert whole.points.shape == (101, 2)
    np.testing.assert_array_equal(whole.points[: path.steps + 1], path.points)


def test_outcomes() -> None:
    plateau = surface_of(parse("f = 1 - exp(-0.5*(x**2 + y**2))", {}, {"x": 1.0, "y": 1.0}))
    saddle = surface_of(parse("f = x**2 - y**2", {}, {"x": 1.0, "y": 0.0}))
    ravine = surface_of(parse("f = (x + y)**2", {}, {"x": 1.0, "y": 0.0}))
    quartic = surface_of(parse("f = x**4 + y**2", {}, {"x": 1.0, "y": 0.0}))

    def found(surface: Any, text: str, start: tuple[float, float], steps: int) -> str:
        return descend(surface, read_method(text), start, steps, window=WINDOW).outcome

    assert found(BOWL, "sgd:lr=0.1", (3.0, 2.0), 200) == "converged"
    assert found(BOWL, "sgd:lr=0.1", (0.0, 0.0), 5) == "converged"
    assert found(BOWL, "sgd:lr=1e-9", (3.0, 2.0), 200) == "running"
    assert found(BOWL, "sgd:lr=0.4", (3.0, 2.0), 5) == "left"
    assert found(BOWL, "sgd:lr=1", (3.0, 2.0), 1000) == "diverged"
    assert found(plateau, "sgd:lr=0.1", (3.9, 3.9), 200) == "running"
    assert found(plateau, "sgd:lr=0.5", (1.0, 0.5), 200) == "converged"
    assert found(saddle, "sgd:lr=0.1", (3.0, 0.0), 200) == "running"
    assert found(ravine, "sgd:lr=0.1", (3.0, 0.0), 200) == "converged"
    assert found(quartic, "adam:lr=0.1", (3.0, 1.0), 3) == "running"
    assert found(quartic, "newton", (3.0, 1.0), 60) == "converged"


@pytest.mark.parametrize(
    "program", ["f = 1/x + log(y)", "f = exp(x*y) - sqrt(x)", "f = 0*x + 0*y", "f = x - floor(y)"]
)
@pytest.mark.parametrize(
    "text", [*METHODS, "lbfgs:line_search_fn=strong_wolfe", "cg:formula=hestenes_stiefel"]
)
def test_no_start_makes_a_method_fail(program: str, text: str) -> None:
    surface = surface_of(parse(program, {}, {"x": 1.0, "y": 1.0}), ("x", "y"))
    for start in ((0.0, 0.0), (1e308, -1e308), (-1.0, -1.0), (np.inf, 0.0), (np.nan, 1.0), (1e-320, 1.0)):
        path = descend(surface, read_method(text), start, 5, whole=True, window=WINDOW)
        assert path.points.shape == (6, 2)
        assert path.outcome in ("converged", "diverged", "left", "running")


def test_searches_count_all_that_they_ask() -> None:
    newton = descend(ROSENBROCK, read_method("newton"), (-1.2, 1.0), 6, window=WINDOW)
    assert newton.outcome == "converged"
    assert newton.evaluations.tolist() == [3 * k for k in range(7)]
    line = descend(ROSENBROCK, read_method("gd_line_search"), (-1.2, 1.0), 20)
    assert line.total_evaluations > 2 * 20
    assert descend(ROSENBROCK, read_method("lbfgs"), (-1.2, 1.0), 5).total_evaluations > 20
    assert descend(ROSENBROCK, read_method("sgd"), (-1.2, 1.0), 7).total_evaluations == 7


def test_a_budget_is_common_to_all() -> None:
    entries = [(read_method(text), (-1.2, 1.0)) for text in ("adam", "newton", "lbfgs", "gd_line_search")]
    paths = race(ROSENBROCK, entries, 1000, budget=50)
    assert [path.total_evaluations for path in paths][:2] == [50, 48]
    assert all(path.total_evaluations <= 50 for path in paths)


def test_a_race_does_not_depend_on_who_else_runs() -> None:
    texts = ("sgd:lr=1e-3,noise=1", "adam:lr=0.01,noise=1")
    together = race(ROSENBROCK, [(read_method(text), (-1.2, 1.0)) for text in texts], 30, seed=5)
    for text, path in zip(texts, together, strict=True):
        alone = descend(ROSENBROCK, read_method(text), (-1.2, 1.0), 30, seed=5)
        np.testing.assert_array_equal(alone.points, path.points)


def test_a_race_can_be_stopped() -> None:
    def stop(fraction: float) -> None:
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        race(BOWL, [(read_method("sgd"), (1.0, 1.0))] * 4, 10, checkpoint=stop)


def test_every_example_once_before_any_again() -> None:
    drawn = batches(10, 4, seed=1)
    first = [next(drawn) for _ in range(3)]
    second = [next(drawn) for _ in range(3)]
    assert [len(rows) for rows in first] == [4, 4, 2]
    assert sorted(np.concatenate(first)) == sorted(np.concatenate(second)) == list(range(10))
    assert np.concatenate(first).tolist() != np.concatenate(second).tolist()


def test_mini_batches_are_noise_around_the_whole() -> None:
    full = descend(LINE, read_method("sgd:lr=0.1"), (0.0, 0.0), 60)
    same = descend(LINE, read_method("sgd:lr=0.1,batch=12"), (0.0, 0.0), 60)
    small = descend(LINE, read_method("sgd:lr=0.1,batch=3"), (0.0, 0.0), 60)
    np.testing.assert_allclose(same.points, full.points, rtol=1e-9, atol=1e-12)
    assert small.evaluations[[1, 4, 5, 60]].tolist() == [1, 1, 2, 15]
    assert small.seen is not None
    four = small.seen[:4] if np.allclose(small.points[0], 0) else None
    assert four is not None
    np.testing.assert_allclose(small.gradients[0], full.gradients[0])
    assert not np.allclose(small.seen[0], small.gradients[0])
    np.testing.assert_allclose(small.worked(9)[-1].value, small.points[9])
    again = descend(LINE, read_method("sgd:lr=0.1,batch=3"), (0.0, 0.0), 60)
    np.testing.assert_array_equal(again.points, small.points)


def test_a_batch_needs_examples() -> None:
    with pytest.raises(InputError, match="first axis holds the examples"):
        descend(BOWL, read_method("sgd:batch=3"), (0.0, 0.0), 5)


def test_distances_to_the_nearest_minimum() -> None:
    path = descend(BOWL, read_method("sgd:lr=0.1"), (3.0, 4.0), 2)
    assert path.distances([(0.0, 0.0), (100.0, 0.0)])[0] == 5.0
    assert np.isnan(path.distances([])).all()


def test_wrong_starts_are_told() -> None:
    with pytest.raises(InputError, match="a start has 2 coordinates"):
        descend(BOWL, read_method("sgd"), (0.0,), 5)
    with pytest.raises(InputError, match="at least 0, found -1"):
        descend(BOWL, read_method("sgd"), (0.0, 0.0), -1)
