"""Methods on a given sequence of gradients, against PyTorch 2.13.0 in float64.

The numbers in `golden/torch_2_13_0.npz` were written by `golden/from_torch.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.hyperparameters import HyperparameterError
from graph_explorer.lab.replay import replay

GOLDEN = np.load(Path(__file__).parent / "golden" / "torch_2_13_0.npz")


@pytest.mark.parametrize(("index", "method"), list(enumerate(GOLDEN["methods"].tolist())))
def test_a_thousand_steps_agree_with_torch(index: int, method: str) -> None:
    points = replay(method, GOLDEN["start"], GOLDEN["gradients"])
    np.testing.assert_allclose(points[:: GOLDEN["every"]], GOLDEN["points"][index], rtol=1e-11, atol=1e-11)


def test_the_golden_numbers_say_something() -> None:
    assert GOLDEN["points"].shape == (len(GOLDEN["methods"]), 21, 3)
    for points in GOLDEN["points"]:
        assert np.isfinite(points).all()
        assert (points[1:] != points[0]).any(axis=1).all()


def test_points_begin_with_the_start_and_are_one_more_than_the_gradients() -> None:
    points = replay("sgd:lr=0.1", [1.0, 2.0], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(points, [[1, 2], [0.9, 2], [0.9, 1.9], [0.8, 1.8]])


def test_no_gradient_no_step() -> None:
    np.testing.assert_array_equal(replay("adam", [1.0, 2.0], np.zeros((0, 2))), [[1.0, 2.0]])


def test_the_gradients_are_not_changed() -> None:
    gradients = np.full((3, 2), 5.0)
    replay("adam:clip_norm=1,weight_decay=0.1,noise=0.1", [1.0, 2.0], gradients)
    assert (gradients == 5.0).all()


@pytest.mark.parametrize("method", ["adam", "adafactor", "rprop", "lbfgs", "sgd:clip_norm=0.5"])
def test_many_starts_run_as_each_alone(method: str) -> None:
    random = np.random.default_rng(3)
    starts, gradients = random.normal(size=(4, 2)), random.normal(size=(20, 4, 2))
    together = replay(method, starts, gradients)
    assert together.shape == (21, 4, 2)
    for each in range(4):
        alone = replay(method, starts[each], gradients[:, each])
        np.testing.assert_allclose(together[:, each], alone, rtol=1e-14)


def test_noise_is_seeded_and_the_same_for_every_start() -> None:
    gradients = np.zeros((5, 2))
    first = replay("sgd:lr=1,noise=0.5", [0.0, 0.0], gradients, seed=7)
    np.testing.assert_array_equal(first, replay("sgd:lr=1,noise=0.5", [0.0, 0.0], gradients, seed=7))
    assert (first[1:] != replay("sgd:lr=1,noise=0.5", [0.0, 0.0], gradients, seed=8)[1:]).all()
    both = replay("sgd:lr=1,noise=0.5", np.zeros((2, 2)), np.zeros((5, 2, 2)), seed=7)
    np.testing.assert_array_equal(both[:, 0], both[:, 1])
    steps = -np.diff(first, axis=0) / 0.5
    np.testing.assert_allclose(steps, np.random.default_rng(7).standard_normal((5, 2)), rtol=1e-12)


def test_what_is_not_a_number_stays_visible() -> None:
    points = replay("adam", [1.0, 2.0], [[np.nan, 1.0], [1.0, 1.0]])
    assert np.isnan(points[1:, 0]).all()
    assert np.isfinite(points[:, 1]).all()
    assert np.isinf(replay("sgd:lr=1", [0.0], [[np.inf]])[1]).all()


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(InputError, match=r"the start has shape \(2,\) and the gradients \(5, 3\)"):
        replay("sgd", [1.0, 2.0], np.zeros((5, 3)))
    with pytest.raises(InputError, match="give a start of shape"):
        replay("sgd", 1.0, np.zeros(5))


@pytest.mark.parametrize("method", ["newton", "cg", "gd_line_search", "lbfgs:line_search_fn=strong_wolfe"])
def test_methods_that_need_more_than_gradients_say_so(method: str) -> None:
    with pytest.raises(HyperparameterError, match="descend on a surface instead"):
        replay(method, [1.0, 2.0], np.zeros((5, 2)))


def test_plateau_needs_losses() -> None:
    with pytest.raises(HyperparameterError, match="choose another schedule"):
        replay("sgd:schedule=plateau", [1.0], np.zeros((5, 1)))
