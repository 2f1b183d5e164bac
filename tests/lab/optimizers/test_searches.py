"""Methods that evaluate the function where they like: line searches, L-BFGS, Newton's method."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import ziamath
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.lab.hyperparameters import HyperparameterError
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.optimizers.line_search import Trial, Wolfe, along, strong_wolfe
from graph_explorer.lab.optimizers.oracle import Counted

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "torch_2_13_0.npz")
SEARCHES = [name for name, method in METHODS.items() if method.search is not None]


class Quadratic:
    """½·(x - minimum)ᵀ A (x - minimum)."""

    def __init__(self, matrix: Any, minimum: Any = (0.0, 0.0)) -> None:
        self.matrix, self.minimum = np.array(matrix), np.array(minimum)

    def value(self, point: Any) -> float:
        away = point - self.minimum
        return float(0.5 * away @ self.matrix @ away)

    def value_and_gradient(self, point: Any) -> tuple[float, Any]:
        return self.value(point), self.matrix @ (point - self.minimum)

    def hessian(self, point: Any) -> Any:
        return self.matrix


class Rosenbrock:
    def value(self, point: Any) -> float:
        x, y = point
        return float((1 - x) ** 2 + 100 * (y - x**2) ** 2)

    def value_and_gradient(self, point: Any) -> tuple[float, Any]:
        x, y = point
        gradient = np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])
        return self.value(point), gradient

    def hessian(self, point: Any) -> Any:
        x, y = point
        return np.array([[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200.0]])


def descended(text: str, oracle: Any, start: Any, steps: int) -> tuple[Any, Counted]:
    settings = read_method(text)
    counted = settings.counted(oracle)
    point = np.array(start, dtype=float)
    state = settings.init(point, settings.lr)
    points = [point]
    for _ in range(steps):
        point, state = settings.search(point, state, counted, settings.lr)
        points.append(point)
    return np.array(points), counted


@pytest.mark.parametrize(("index", "text"), list(enumerate(GOLDEN["searches"].tolist())))
def test_lbfgs_on_rosenbrock_agrees_with_torch(index: int, text: str) -> None:
    points, counted = descended(text, Rosenbrock(), [-1.5, 2.0], 10)
    compared = 3 if text == "lbfgs" else 11  # without a line search rounding grows a thousandfold a step
    np.testing.assert_allclose(points[:compared], GOLDEN["searched"][index][:compared], rtol=1e-7, atol=1e-9)
    assert counted.evaluations == GOLDEN["evaluations"][index]


def test_newton_solves_a_quadratic_in_one_step() -> None:
    points, counted = descended("newton", Quadratic([[3.0, 1.0], [1.0, 2.0]], [4.0, -1.0]), [9.0, 7.0], 1)
    np.testing.assert_allclose(points[1], [4.0, -1.0], rtol=1e-13)
    assert (counted.gradients, counted.hessians, counted.evaluations) == (1, 1, 3)


def test_newton_goes_to_a_saddle_unless_curvatures_are_turned_over() -> None:
    saddle = Quadratic([[2.0, 0.0], [0.0, -4.0]])
    np.testing.assert_allclose(descended("newton", saddle, [1.0, 1.0], 1)[0][1], [0.0, 0.0], atol=1e-15)
    free = descended("newton:saddle_free=true", saddle, [1.0, 1.0], 1)[0][1]
    np.testing.assert_allclose(free, [0.0, 2.0], atol=1e-14)  # 1 - 2/2 and 1 - (-4)/4


def test_newton_damped_and_shortened() -> None:
    # 1 - 2/(2 + 2) = 0.5; with half the rate 0.75
    bowl = Quadratic([[2.0, 0.0], [0.0, 2.0]])
    assert descended("newton:damping=2", bowl, [1.0, 0.0], 1)[0][1, 0] == pytest.approx(0.5)
    assert descended("newton:damping=2,lr=0.5", bowl, [1.0, 0.0], 1)[0][1, 0] == pytest.approx(0.75)


def test_newton_leaves_flat_directions_alone() -> None:
    trough = Quadratic([[2.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(descended("newton", trough, [1.0, 5.0], 1)[0][1], [0.0, 5.0])


def test_newton_where_nothing_is_finite() -> None:
    assert np.isnan(descended("newton", Quadratic(np.full((2, 2), np.nan)), [1.0, 1.0], 1)[0][1]).all()


@pytest.mark.parametrize("formula", ["polak_ribiere", "fletcher_reeves", "hestenes_stiefel"])
def test_conjugate_gradients_on_a_quadratic_need_two_exact_searches(formula: str) -> None:
    # a slope of a millionth of the first is as good as exact
    bowl = Quadratic([[10.0, 2.0], [2.0, 1.0]], [1.0, 2.0])
    points, _ = descended(f"cg:formula={formula},c2=1e-6", bowl, [-3.0, 5.0], 2)
    np.testing.assert_allclose(points[2], [1.0, 2.0], atol=1e-4)


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_finds_the_bottom_of_rosenbrocks_valley(name: str) -> None:
    steps = 20_000 if name == "gd_line_search" else 60
    points, counted = descended(name, Rosenbrock(), [-1.5, 2.0], steps)
    np.testing.assert_allclose(points[-1], [1.0, 1.0], atol=1e-3)
    assert counted.evaluations >= 20


@pytest.mark.parametrize("name", ["cg", "gd_line_search", "lbfgs:line_search_fn=strong_wolfe"])
def test_a_line_search_never_climbs(name: str) -> None:
    points, _ = descended(name, Rosenbrock(), [-1.5, 2.0], 30)
    values = [Rosenbrock().value(point) for point in points]
    assert all(after <= before for before, after in itertools.pairwise(values))


def test_backtracking_worked_by_hand() -> None:
    # f = 2·x² at 1: slope along -g is -16, f = 2. Steps 1, ½ lead to -3 and -1: f = 18 and 2, too high;
    # ¼ leads to 0. Asked for: the gradient at the start, three values, the gradient at the end.
    bowl = Quadratic([[4.0, 0.0], [0.0, 4.0]])
    points, counted = descended("gd_line_search", bowl, [1.0, 0.0], 1)
    np.testing.assert_array_equal(points[1], [0.0, 0.0])
    assert (counted.gradients, counted.values, counted.evaluations) == (2, 3, 5)


def test_a_search_that_has_arrived_stays() -> None:
    for name in SEARCHES:
        points, _ = descended(name, Quadratic([[4.0, 0.0], [0.0, 4.0]]), [0.0, 0.0], 3)
        np.testing.assert_array_equal(points, np.zeros((4, 2)))


@given(
    st.floats(0.1, 10),
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.floats(1e-3, 30),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_strong_wolfe_keeps_its_two_promises(
    scale: float, shift: float, x: float, first: float, curvature: float
) -> None:
    bowl = Quadratic([[scale, 0.2], [0.2, 1.0]], [shift, 0.5])
    point = np.array([x, 2.0])
    value, gradient = bowl.value_and_gradient(point)
    start = Trial(0.0, value, float(-gradient @ gradient), gradient)
    found = strong_wolfe(
        along(bowl, point, -gradient), start, first, np.abs(gradient).max(), Wolfe(1e-4, curvature, trials=60)
    )
    assert found.value <= value + 1e-4 * found.at * start.slope
    assert abs(found.slope) <= -curvature * start.slope * (1 + 1e-9)


@pytest.mark.parametrize("name", SEARCHES)
def test_weight_decay_and_direction_are_those_of_the_function(name: str) -> None:
    bowl, decay = Quadratic([[2.0, 0.0], [0.0, 1.0]], [3.0, 1.0]), 0.5
    decayed = descended(f"{name}:weight_decay={decay}", bowl, [5.0, 5.0], 60)[0][-1]
    np.testing.assert_allclose(decayed, [6 / 2.5, 1 / 1.5], atol=1e-3)  # A·m / (A + λ)
    hill = Quadratic([[-2.0, 0.0], [0.0, -1.0]], [3.0, 1.0])
    np.testing.assert_allclose(
        descended(f"{name}:maximize=true", hill, [5.0, 5.0], 60)[0][-1], [3, 1], atol=1e-3
    )


def test_rules_carry_weight_decay_themselves() -> None:
    counted = read_method("adamw:maximize=true").counted(Quadratic(np.eye(2)))
    value, gradient = counted.value_and_gradient(np.array([1.0, 2.0]))
    assert (value, gradient.tolist()) == (2.5, [1.0, 2.0])


@pytest.mark.parametrize("name", SEARCHES)
def test_the_formulas_of_a_search_can_be_drawn(name: str) -> None:
    assert [quantity for quantity, _ in METHODS[name].formulas] == ["direction", "x"]
    for _, latex in METHODS[name].formulas:
        assert "<svg" in ziamath.Latex(latex).svg()


def test_a_rule_has_no_search() -> None:
    with pytest.raises(HyperparameterError, match="adam needs one gradient a step"):
        read_method("adam").search(np.zeros(2), {"t": 0}, Quadratic(np.eye(2)), 0.1)
