"""Surfaces: values, gradients and second derivatives of documents over two of their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.directions import (
    Along,
    Direction,
    entry,
    filter_directions,
    random_directions,
    unit_axes,
)
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.surface import BLOCK, Surface

ROSENBROCK = parse("f = (1 - x)**2 + 100*(y - x**2)**2", {}, {"x": -1.5, "y": 2.0})
NETWORK = parse(
    "h = tanh(X @ W1 + b1)\np = h @ W2\nL = mean((p - t)**2)",
    {"X": np.linspace(-1, 1, 8).reshape(4, 2), "t": np.array([[0.5], [-0.5], [0.25], [1.0]])},
    {"W1": np.array([[0.3, -0.2, 0.8], [0.1, 0.9, -0.4]]), "b1": np.zeros(3), "W2": np.ones((3, 1)) / 2},
)


def surface(document: Document, *axes: Any, **more: Any) -> Surface:
    directions: tuple[Direction, ...] = tuple(
        entry(
            axis if isinstance(axis, str) else axis[0],
            None if isinstance(axis, str) else axis[1],
            document.leaves,
        )
        for axis in axes
    )
    return Surface(document.graph, document.leaves, document.output, directions, **more)


def test_rosenbrock_in_closed_form() -> None:
    f = surface(ROSENBROCK, "x", "y")
    assert f.together
    assert f.here.tolist() == [-1.5, 2.0]
    x, y = 0.75, -0.5
    assert f.value((x, y)) == pytest.approx((1 - x) ** 2 + 100 * (y - x**2) ** 2, rel=1e-14)
    value, gradient = f.value_and_gradient((x, y))
    assert value == f.value((x, y))
    np.testing.assert_allclose(gradient, [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], rtol=1e-13)
    np.testing.assert_allclose(
        f.hessian((x, y)), [[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200]], rtol=1e-13
    )


def test_the_minimum_has_no_slope_and_curves_up() -> None:
    f = surface(ROSENBROCK, "x", "y")
    assert f.value_and_gradient((1.0, 1.0))[0] == 0
    assert np.abs(f.value_and_gradient((1.0, 1.0))[1]).max() < 1e-12
    assert (np.linalg.eigvalsh(f.hessian((1.0, 1.0))) > 0).all()


def test_a_grid_has_its_rows_along_y() -> None:
    grid = surface(ROSENBROCK, "x", "y").grid((-2, 2, -1, 3), 5, 3)
    assert grid.x.tolist() == [-2, -1, 0, 1, 2]
    assert grid.y.tolist() == [-1, 1, 3]
    assert grid.values.shape == (3, 5)
    assert grid.values[1, 3] == 0
    assert grid.values[2, 0] == 9 + 100


def test_the_axes_may_be_named_the_other_way_round() -> None:
    f, turned = surface(ROSENBROCK, "x", "y"), surface(ROSENBROCK, "y", "x")
    assert f.value((0.5, 2.0)) == turned.value((2.0, 0.5))
    np.testing.assert_array_equal(f.hessian((0.5, 2.0)), turned.hessian((2.0, 0.5))[::-1, ::-1])


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=6))
def test_many_points_at_once_are_each_alone(points: list[tuple[float, float]]) -> None:
    f = surface(ROSENBROCK, "x", "y")
    values, gradients = f.values_and_gradients(points)
    np.testing.assert_array_equal(values, f.values(points))
    for point, value, gradient in zip(points, values, gradients, strict=True):
        alone = f.value_and_gradient(point)
        assert value == pytest.approx(alone[0], rel=1e-13, abs=1e-13)
        np.testing.assert_allclose(gradient, alone[1], rtol=1e-12, atol=1e-12)


def test_a_grid_of_several_blocks() -> None:
    f = surface(ROSENBROCK, "x", "y")
    grid = f.grid((-2, 2, -1, 3), 130, 130)
    assert grid.values.size > 2 * BLOCK
    assert grid.values[97, 101] == pytest.approx(f.value((grid.x[101], grid.y[97])), rel=1e-14)


ENTRIES = (("W1", (0, 1)), ("W2", (2, 0)))


def test_entries_of_larger_parameters() -> None:
    f = surface(NETWORK, *ENTRIES)
    assert not f.together
    assert [axis.label for axis in f.axes] == ["W1[0,1]", "W2[2,0]"]
    assert f.here.tolist() == [-0.2, 0.5]
    leaves = f.leaves_at((0.7, -1.0))
    assert leaves["W1"].tolist() == [[0.3, 0.7, 0.8], [0.1, 0.9, -0.4]]
    assert leaves["W2"].ravel().tolist() == [0.5, 0.5, -1.0]
    assert NETWORK.parameters["W1"].array[0, 1] == -0.2
    hidden = np.tanh(leaves["X"] @ leaves["W1"] + leaves["b1"])
    assert f.value((0.7, -1.0)) == pytest.approx(
        np.mean((hidden @ leaves["W2"] - leaves["t"]) ** 2), rel=1e-13
    )


@pytest.mark.parametrize(
    "axes",
    [ENTRIES, (("W1", (0, 1)), ("W1", (1, 2))), (("b1", (0,)), ("W2", (-1, 0)))],
)
@pytest.mark.parametrize("point", [(-0.2, 0.5), (1.3, -0.4)])
def test_slopes_and_curvatures_against_differences(axes: Any, point: tuple[float, float]) -> None:
    f = surface(NETWORK, *axes)
    gradient, hessian = f.value_and_gradient(point)[1], f.hessian(point)
    for axis, unit in enumerate(np.eye(2)):
        step = 1e-5 * unit
        slope = (f.value(point + step) - f.value(point - step)) / 2e-5
        bend = (f.value_and_gradient(point + step)[1] - f.value_and_gradient(point - step)[1]) / 2e-5
        assert gradient[axis] == pytest.approx(slope, rel=1e-6, abs=1e-9)
        np.testing.assert_allclose(hessian[axis], bend, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "program",
    [
        "f = relu(x*y - 1)**2 + abs(x)*y",
        "f = maximum(x*y, x**3) + minimum(y**2, x)",
        "f = where(x > y, x**2*y, exp(x*y))",
        "f = x**y + log(x + 4)*sqrt(y + 5)",
        "f = sigmoid(x*y)*softplus(y) + sin(x)/cos(y)",
    ],
)
def test_curvatures_on_both_sides_of_a_kink(program: str) -> None:
    # the backward pass is written down once, at (2, 0.3); it must hold elsewhere too
    f = surface(parse(program, {}, {"x": 2.0, "y": 0.3}), "x", "y")
    for point in ((2.0, 0.3), (0.5, 1.75), (1.5, 1.1), (0.25, 0.125)):
        for axis, unit in enumerate(np.eye(2)):
            step = 1e-5 * unit
            above, below = (f.value_and_gradient(np.add(point, sign * step))[1] for sign in (1, -1))
            np.testing.assert_allclose(f.hessian(point)[axis], (above - below) / 2e-5, rtol=1e-5, atol=1e-7)


def test_random_directions_move_every_number_alike() -> None:
    parameters = {name: each.array for name, each in NETWORK.parameters.items()}
    first, second = random_directions(parameters, seed=3)
    assert first.names == tuple(parameters)
    long = np.linalg.norm(np.concatenate([np.ravel(value) for value in parameters.values()]))
    for axis in (first, second):
        moved = np.concatenate([np.ravel(axis.tangent(name)) for name in parameters])
        assert np.linalg.norm(moved) == pytest.approx(long, rel=1e-12)
    assert not np.allclose(first.tangent("W1"), second.tangent("W1"))
    again = random_directions(parameters, seed=3)[0]
    np.testing.assert_array_equal(first.tangent("W1"), again.tangent("W1"))


def test_filter_directions_are_as_long_as_each_unit_that_they_move() -> None:
    parameters = {name: each.array for name, each in NETWORK.parameters.items()}
    first, second = filter_directions(parameters, unit_axes(NETWORK.graph, parameters), seed=3)
    assert first.names == ("W1", "W2")
    for name in first.names:
        lengths = np.linalg.norm(parameters[name], axis=0)
        np.testing.assert_allclose(np.linalg.norm(first.tangent(name), axis=0), lengths, rtol=1e-12)
        assert not np.allclose(first.tangent(name), second.tangent(name))


@pytest.mark.parametrize(
    ("program", "shape", "axes"),
    [
        ("L = sum(x @ W)", (3, 2), (-2,)),
        ("L = sum(W @ x)", (2, 3), (-1,)),
        ("L = sum(x @ transpose(W))", (2, 3), (-1,)),
        ("L = sum(x @ W[1])", (4, 3, 2), (-2,)),
        ("L = sum(conv2d(reshape(x, [1, 1, 1, 3]), W))", (4, 1, 1, 2), ()),
    ],
)
def test_where_the_weights_of_a_unit_lie(program: str, shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    document = parse(program, {"x": np.ones(3)}, {"W": np.random.default_rng(0).normal(size=shape)})
    weights = {"W": document.entry("W").array}
    found = unit_axes(document.graph, ["W"])
    assert found == {"W": axes}
    along = axes or (1, 2, 3)
    moved = filter_directions(weights, found, 0)[0].tangent("W")
    lengths = [np.sqrt(np.sum(each**2, axis=along)) for each in (moved, weights["W"])]
    np.testing.assert_allclose(*lengths, rtol=1e-12)


def test_biases_alone_have_no_filter() -> None:
    with pytest.raises(InputError, match="choose random directions"):
        filter_directions({"b": np.ones(3)}, {}, 0)


def test_a_surface_over_random_directions() -> None:
    parameters = {name: each.array for name, each in NETWORK.parameters.items()}
    axes = random_directions(parameters, seed=3)
    f = Surface(NETWORK.graph, NETWORK.leaves, NETWORK.output, axes)
    assert f.here.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(f.leaves_at((2.0, 0.0))["W1"], parameters["W1"] + 2 * axes[0].tangent("W1"))
    point = np.array([0.3, -0.6])
    gradient, hessian = f.value_and_gradient(point)[1], f.hessian(point)
    for axis, unit in enumerate(np.eye(2)):
        step = 1e-5 * unit
        assert gradient[axis] == pytest.approx(
            (f.value(point + step) - f.value(point - step)) / 2e-5, rel=1e-6
        )
        bend = (f.value_and_gradient(point + step)[1] - f.value_and_gradient(point - step)[1]) / 2e-5
        np.testing.assert_allclose(hessian[axis], bend, rtol=1e-6, atol=1e-8)


def test_an_output_that_is_an_array() -> None:
    document = parse("p = w*x + b", {"x": np.array([1.0, 2.0, 4.0])}, {"w": 0.5, "b": 1.0})
    whole = surface(document, "w", "b")
    assert whole.value((1.0, 1.0)) == 7 + 3
    assert whole.value_and_gradient((1.0, 1.0))[1].tolist() == [7.0, 3.0]
    last = surface(document, "w", "b", output_entry=(2,))
    assert last.value((1.0, 1.0)) == 5
    assert last.value_and_gradient((1.0, 1.0))[1].tolist() == [4.0, 1.0]
    with pytest.raises(InputError, match=r"'p' has the shape \(3,\); there is no entry \[3\]"):
        surface(document, "w", "b", output_entry=(3,)).value((1.0, 1.0))


def test_an_axis_that_the_output_does_not_see() -> None:
    f = surface(parse("f = x**2\ng = y + f", {}, {"x": 1.0, "y": 2.0}, output_name="f"), "x", "y")
    assert f.value_and_gradient((3.0, 5.0))[1].tolist() == [6.0, 0.0]
    assert f.hessian((3.0, 5.0)).tolist() == [[2.0, 0.0], [0.0, 0.0]]
    values, gradients = f.values_and_gradients(np.array([[3.0, 5.0], [1.0, 0.0]]))
    assert values.tolist() == [9.0, 1.0]
    assert gradients.tolist() == [[6.0, 0.0], [2.0, 0.0]]


def test_infinities_and_nan_are_values() -> None:
    f = surface(parse("f = log(x) + 1/y", {}, {"x": 1.0, "y": 2.0}), "x", "y")
    assert f.value((0.0, 1.0)) == -np.inf
    assert f.value((1.0, 0.0)) == np.inf
    assert np.isnan(f.value((-1.0, 1.0)))
    values = f.values([[0.0, 1.0], [1.0, 0.0], [-1.0, 1.0]])
    np.testing.assert_array_equal(values, [-np.inf, np.inf, np.nan])


@pytest.mark.parametrize("document", [ROSENBROCK, NETWORK])
def test_a_grid_can_be_stopped(document: Document) -> None:
    asked: list[float] = []

    def stop(fraction: float) -> None:
        asked.append(fraction)
        if fraction > 0.3:
            raise Cancelled

    f = surface(document, *(ENTRIES if document is NETWORK else ("x", "y")))
    with pytest.raises(Cancelled):
        f.grid((-1, 1, -1, 1), 200 if document is ROSENBROCK else 4, 200, stop)
    assert asked[0] == 0.0
    assert 0.3 < asked[-1] < 1


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        (("x", "x"), "the axes are x and x; choose different ones"),
        (("x", "z"), "unknown input or parameter 'z'"),
        (("x", ("y", (0,))), r"the axis 'y' has the shape \(\); write y alone"),
    ],
)
def test_axes_that_cannot_be(axes: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        surface(ROSENBROCK, *axes)


def test_entries_that_cannot_be() -> None:
    with pytest.raises(
        InputError, match=r"the axis 'W1' has the shape \(2, 3\); name one entry, like W1\[0,0\]"
    ):
        entry("W1", None, NETWORK.leaves)
    with pytest.raises(InputError, match=r"'W1' has the shape \(2, 3\); there is no entry \[0, 3\]"):
        entry("W1", (0, 3), NETWORK.leaves)
    with pytest.raises(InputError, match="'n' is int64; an axis must be a floating-point number"):
        entry("n", None, {"n": np.array(3)})


def test_a_grid_needs_two_axes_and_two_points() -> None:
    line = surface(ROSENBROCK, "x")
    assert line.value([2.0]) == 1 + 100 * 4
    with pytest.raises(InputError, match="a grid needs two axes, and there are 1"):
        line.grid((-1, 1, -1, 1), 5, 5)
    with pytest.raises(InputError, match="a grid has at least 2×2 points, found 1×5"):
        surface(ROSENBROCK, "x", "y").grid((-1, 1, -1, 1), 1, 5)


def test_what_fails_in_the_graph_is_told() -> None:
    document = parse("f = sum(w @ v)", {"v": np.ones(3)}, {"w": np.ones((2, 3))})
    leaves = {**document.leaves, "v": np.ones(4)}
    axes = (entry("w", (0, 0), leaves), entry("w", (1, 1), leaves))
    with pytest.raises(InputError, match="the inner sizes differ"):
        Surface(document.graph, leaves, document.output, axes).value((1.0, 1.0))


def test_directions_do_not_change_what_they_move() -> None:
    leaves = {"w": np.ones(2)}
    Along("a", {"w": np.array([1.0, -1.0])}).place(leaves, 0.5)
    assert leaves["w"].tolist() == [1.5, 0.5]


@pytest.mark.parametrize("method", ["newton", "cg", "lbfgs:line_search_fn=strong_wolfe"])
def test_searches_descend_on_a_surface(method: str) -> None:
    settings = read_method(method)
    f = settings.counted(surface(ROSENBROCK, "x", "y"))
    point = np.array([-1.5, 2.0])
    state = settings.init(point, settings.lr)
    for _ in range(40):
        point, state = settings.search(point, state, f, settings.lr)
    np.testing.assert_allclose(point, [1.0, 1.0], atol=1e-5)
