"""Levels and shares: the scale of contour lines, colours and heights."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph_explorer.ui.surface.levels import Levels, choose, fitting


def test_even_levels() -> None:
    levels = choose(np.linspace(0, 10, 101), "linear")
    assert levels.kind == "linear"
    assert levels.values[0] == 0.0
    assert levels.values[-1] == 10.0
    assert np.allclose(np.diff(levels.values), 0.5)
    assert levels.texts[1] == "0.5"
    assert levels.share([0, 5, 10]).tolist() == [0, 0.5, 1]
    assert levels.title == ""


def test_levels_by_ratios_begin_above_the_known_minimum() -> None:
    values = np.array([1e-2, 1e-1, 1, 10, 100, 1000.0])
    levels = choose(values, "log", lowest=0.0)
    assert (levels.kind, levels.floor) == ("log", 0.0)
    assert set(levels.values) >= {0.1, 1.0, 10.0, 100.0}
    assert levels.texts[levels.values.index(10.0)] == "10"
    shares = levels.share(values)
    assert np.allclose(np.diff(shares)[1:], shares[-1] - shares[-2])
    assert levels.share(0.0) == 0


def test_below_zero_the_floor_is_said() -> None:
    levels = choose(np.array([-78.0, -70, 0, 500]), "log", lowest=-78.33)
    assert levels.floor == -78.33
    assert levels.title == "log above −78.33"
    assert all(text.startswith("+") for text in levels.texts)


def test_shares_and_values_agree() -> None:
    for levels in (Levels("linear", -3.0, 5.0), Levels("log", -2.0, 3.0, 7.0)):
        for share in (0.0, 0.3, 1.0):
            assert levels.share(levels.value(share)) == pytest.approx(share, abs=1e-6)


def test_what_suits() -> None:
    x = np.linspace(-2, 2, 101)
    valley = (1 - x) ** 2 + 100 * (1 - x[:, None]) ** 4
    assert choose(valley, "auto").kind == "log"
    assert choose(x**2 - x[:, None] ** 2, "auto").kind == "linear"


@pytest.mark.parametrize("scale", ["auto", "linear", "log"])
@pytest.mark.parametrize(
    "values", [np.full(4, 3.0), np.zeros(3), np.full(3, np.nan), np.array([1.0, np.inf, np.nan, -np.inf])]
)
def test_flat_and_undefined_values_have_a_scale(scale: str, values: np.ndarray) -> None:  # type: ignore[type-arg]
    levels = choose(values, scale)  # type: ignore[arg-type]
    assert levels.high > levels.low
    shares = levels.share(values)
    assert np.isnan(shares[~np.isfinite(values)]).all()
    assert ((shares[np.isfinite(values)] >= 0) & (shares[np.isfinite(values)] <= 1)).all()


def test_a_small_move_keeps_the_levels() -> None:
    before = choose(np.linspace(0, 10, 50), "linear")
    assert fitting(before, np.linspace(0.2, 10.3, 50), "linear", math.inf) is before
    assert fitting(before, np.linspace(0, 30, 50), "linear", math.inf).high == 30
    assert fitting(before, np.linspace(0, 10, 50), "log", math.inf).kind == "log"
