"""The first steps of every method, worked by hand: start (1, -2), gradient (1/2, -4)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from graph_explorer.lab.optimizers import METHODS
from graph_explorer.lab.replay import replay

START = np.array([1.0, -2.0])
GRADIENT = np.array([0.5, -4.0])

#: Method → where it stands after one step and after two with the same gradient (None: not worked out).
WORKED: dict[str, tuple[Any, Any]] = {
    # x - 0.1·g = (1 - 0.05, -2 + 0.4), then the same again
    "sgd:lr=0.1": ((0.95, -1.6), (0.9, -1.2)),
    # b = g, then 0.9·g + g = 1.9·g = (0.95, -7.6)
    "momentum:lr=0.1": ((0.95, -1.6), (0.855, -0.84)),
    # b = g at first, whatever the dampening, then 0.9·g + 0.5·g = 1.4·g = (0.7, -5.6)
    "momentum:lr=0.1,dampening=0.5": ((0.95, -1.6), (0.88, -1.04)),
    # g + 0.9·b = 1.9·g, then b = 1.9·g and g + 0.9·1.9·g = 2.71·g = (1.355, -10.84)
    "nesterov:lr=0.1": ((0.905, -1.24), (0.7695, -0.156)),
    # x·(1 - 1e-4·0.01) - 0.01·g
    "asgd": ((0.999999 - 0.005, -1.999998 + 0.04), None),
    # s = g²: a step of 0.1 in both, then s = 2·g²: 0.1/√2
    "adagrad:lr=0.1": ((0.9, -1.9), (0.9 - 0.1 / math.sqrt(2), -1.9 + 0.1 / math.sqrt(2))),
    # v = 0.01·g², so g/√v = ±10; then v = 0.0199·g²
    "rmsprop": ((0.9, -1.9), (0.9 - 0.01 / math.sqrt(0.0199), -1.9 + 0.01 / math.sqrt(0.0199))),
    # v - m² = 0.01·g² - (0.01·g)² = 0.0099·g²
    "rmsprop:centered=true": (
        (1 - 0.01 / math.sqrt(0.0099), -2 + 0.01 / math.sqrt(0.0099)),
        None,
    ),
    # √1e-6/√(0.1·g² + 1e-6)·g = 0.001·g/√(0.025001) and 0.001·g/√(1.600001)
    "adadelta": (
        (1 - 0.0005 / math.sqrt(0.025001), -2 + 0.004 / math.sqrt(1.600001)),
        None,
    ),
    # m̂ = g and v̂ = g², whatever the betas: a step of lr each time
    "adam": ((0.999, -1.999), (0.998, -1.998)),
    "adam:lr=0.1,betas=0.5/0.7": ((0.9, -1.9), (0.8, -1.8)),
    # without correction m = 0.1·g and √v = √0.001·|g|
    "adam:bias_correction=false": (
        (1 - 0.0001 / math.sqrt(0.001), -2 + 0.0001 / math.sqrt(0.001)),
        None,
    ),
    # first x·(1 - 0.001·0.01), then the step of Adam
    "adamw": ((0.99999 - 0.001, -1.99998 + 0.001), None),
    "amsgrad": ((0.999, -1.999), (0.998, -1.998)),
    # u = |g|, m̂ = g
    "adamax": ((0.998, -1.998), (0.996, -1.996)),
    # μ₁ = 0.45007347, μ₂ = 0.45014694: g + μ₂/(1 - μ₁·μ₂)·0.1·g = 1.056451774·g, and √v̂ = |g|
    "nadam": ((1 - 0.002 * 1.056451774, -2 + 0.002 * 1.056451774), None),
    # ρ = 1999 - 2·0.999/0.001 = 1 is too short: the step is lr·m̂ = 0.001·g, twice
    "radam": ((0.9995, -1.996), (0.999, -1.992)),
    # rms(x) = √(5/2), the rate 0.01 of it in each direction
    "adafactor": ((1 - 0.01 * math.sqrt(2.5), -2 + 0.01 * math.sqrt(2.5)), None),
    "lion": ((0.9999, -1.9999), (0.9998, -1.9998)),
    # the first step is lr, the second 1.2 times as long
    "rprop": ((0.99, -1.99), (0.978, -1.978)),
    # |g| sums to 4.5: the first step is g/4.5; no change of the gradient, so then g itself
    "lbfgs:max_iter=1": ((1 - 0.5 / 4.5, -2 + 4 / 4.5), (0.5 - 0.5 / 4.5, 2 + 4 / 4.5)),
}


@pytest.mark.parametrize("method", WORKED)
def test_worked_by_hand(method: str) -> None:
    points = replay(method, START, [GRADIENT, GRADIENT])
    first, second = WORKED[method]
    np.testing.assert_allclose(points[1], first, rtol=0, atol=1e-7)
    if second is not None:
        np.testing.assert_allclose(points[2], second, rtol=0, atol=1e-7)


def test_every_method_of_the_gradient_is_worked_by_hand() -> None:
    worked = {text.partition(":")[0] for text in WORKED}
    assert worked == set(METHODS) - {"newton", "cg", "gd_line_search"}


def test_the_second_step_of_adam() -> None:
    # first entry: gradients 0.5, then 1
    # m = 0.9·0.05 + 0.1 = 0.145          m̂ = 0.145/(1 - 0.81) = 0.7631579
    # v = 0.999·0.00025 + 0.001 = 0.00124975   v̂ = 0.00124975/(1 - 0.998001) = 0.62518759
    # 0.999 - 0.001·0.7631579/√0.62518759 = 0.999 - 0.001·0.9651824
    point = replay("adam", [1.0], [[0.5], [1.0]])[2]
    assert point[0] == pytest.approx(0.999 - 0.0009651824, abs=1e-9)


def test_amsgrad_remembers_the_largest_mean() -> None:
    # gradients 10, 0: Adam's v̂ falls to 0.999·0.1/(1 - 0.998001), AMSGrad keeps 0.1/(1 - 0.998001)
    # and m̂ = 0.9·1/(1 - 0.81) in both
    adam, amsgrad = (replay(name, [0.0], [[10.0], [0.0]])[2, 0] for name in ("adam", "amsgrad"))
    m_hat = 0.9 / 0.19
    assert amsgrad == pytest.approx(-0.001 - 0.001 * m_hat / math.sqrt(0.1 / 0.001999), abs=1e-10)
    assert adam == pytest.approx(-0.001 - 0.001 * m_hat / math.sqrt(0.0999 / 0.001999), abs=1e-10)


def test_rprop_waits_where_the_sign_changes() -> None:
    # steps 0.01, then 0.012; the sign changes: the point stays and the step halves to 0.006;
    # with nothing to compare with, the next step is 0.006, and then 1.2·0.006
    points = replay("rprop", [0.0], [[1.0], [1.0], [-1.0], [-1.0], [-1.0]])[:, 0]
    np.testing.assert_allclose(points, [0, -0.01, -0.022, -0.022, -0.016, -0.0088], rtol=1e-12)


def test_weight_decay_with_the_gradient_and_beside_it() -> None:
    # g + 0.1·x = (0.6, -4.2); or x·(1 - 0.1·0.1) first: the same for plain descent
    coupled = replay("sgd:lr=0.1,weight_decay=0.1", START, [GRADIENT])[1]
    beside = replay("sgd:lr=0.1,weight_decay=0.1,decoupled_weight_decay=true", START, [GRADIENT])[1]
    np.testing.assert_allclose(coupled, [0.94, -1.58], rtol=1e-14)
    np.testing.assert_allclose(beside, [0.94, -1.58], rtol=1e-14)
    # but not for Adam, whose coupled decay is lost in the division
    assert replay("adam:weight_decay=0.1", START, [GRADIENT])[1, 0] == pytest.approx(0.999, abs=1e-9)
    decoupled = replay("adam:weight_decay=0.1,decoupled_weight_decay=true", START, [GRADIENT])[1, 0]
    assert decoupled == pytest.approx(0.9999 - 0.001, abs=1e-9)


def test_clipping() -> None:
    # (3, -4) has length 5: shortened to 1 it is (0.6, -0.8); its entries cut at 2 are (2, -2)
    by_length = replay("sgd:lr=1,clip_norm=1", [0.0, 0.0], [[3.0, -4.0]])[1]
    np.testing.assert_allclose(by_length, [-0.6, 0.8], rtol=1e-6)
    assert math.hypot(*by_length) == pytest.approx(5 / (5 + 1e-6), rel=1e-12)
    by_value = replay("sgd:lr=1,clip_value=2", [0.0, 0.0], [[3.0, -4.0]])[1]
    np.testing.assert_array_equal(by_value, [-2.0, 2.0])
    short = replay("sgd:lr=1,clip_norm=5.1", [0.0, 0.0], [[3.0, -4.0]])[1]
    np.testing.assert_array_equal(short, [-3.0, 4.0])


def test_heavy_ball_adds_up_steps_not_gradients() -> None:
    # the rate falls from 1 to 0.1 after one step of gradient 1:
    # pytorch: b = 1, x = -1; b = 1.9, x = -1 - 0.19; heavy ball: v = -1; v = -0.9 - 0.1, x = -2
    schedule = "schedule=step:step_size=1,gamma=0.1"
    ours = replay(f"momentum:lr=1,{schedule}", [0.0], [[1.0], [1.0]])[:, 0]
    other = replay(f"momentum:lr=1,convention=heavy_ball,{schedule}", [0.0], [[1.0], [1.0]])[:, 0]
    np.testing.assert_allclose(ours, [0, -1, -1.19], rtol=1e-12)
    np.testing.assert_allclose(other, [0, -1, -2], rtol=1e-12)
