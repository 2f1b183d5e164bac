"""Sharpness: against whole Hessians, and against differences of gradients."""

from __future__ import annotations

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer.document import run
from graph_explorer.engine.curvature import HessianProduct
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.losses import loss_over
from graph_explorer.lab.sharpness import Sharpness, curvature_of, sharpness

NAMES = ("two_layer", "softmax_cross_entropy", "rnn", "residual", "batch_norm", "cnn", "attention")


@pytest.mark.parametrize("name", NAMES)
def test_the_product_is_that_of_the_hessian(name: str) -> None:
    document = gx.open(name)
    names = document.default_wrt
    product = HessianProduct(run(document), names)
    random = np.random.default_rng(0)
    along = {each: random.standard_normal(document.entry(each).array.shape) for each in names}
    found = product(document.leaves, along)
    flat = np.concatenate([np.ravel(along[each]) for each in names])
    got = np.concatenate([np.ravel(found[each]) for each in names])
    np.testing.assert_allclose(got, gx.hessian(document) @ flat, rtol=1e-9, atol=1e-12)


def test_the_product_is_the_difference_of_gradients() -> None:
    document = gx.open("digits")
    document = document.with_program(document.program.replace("relu", "tanh"))
    names = document.default_wrt
    random = np.random.default_rng(0)
    along = {each: random.standard_normal(document.entry(each).array.shape) for each in names}
    found = HessianProduct(run(document), names)(document.leaves, along)
    apart = 1e-6
    above, below = (
        run(document.with_values({n: document.entry(n).array + sign * apart * along[n] for n in names}))
        for sign in (1, -1)
    )
    for each in names:
        slope = (above.gradient(each) - below.gradient(each)) / (2 * apart)
        np.testing.assert_allclose(found[each], slope, rtol=1e-6, atol=1e-8)


def test_a_name_that_the_output_does_not_depend_on_does_not_bend() -> None:
    document = gx.parse("L = x**3", {}, {"x": 2.0, "z": 1.0})
    found = HessianProduct(run(document), ("x", "z"))(document.leaves, {"x": np.array(1.0)})
    assert found == {"x": 12.0, "z": 0.0}
    flat = gx.parse("L = 1.0", {}, {"x": 2.0})
    assert HessianProduct(run(flat), ("x",))(flat.leaves, {"x": np.array(1.0)}) == {"x": 0.0}


@pytest.mark.parametrize("name", ["two_layer", "residual", "rnn"])
def test_the_largest_eigenvalue_of_small_networks(name: str) -> None:
    document = gx.open(name)
    sizes = np.linalg.eigvalsh(gx.hessian(document))
    found = gx.sharpness(document, tolerance=1e-8)
    top = found.largest[0]
    assert top.value == pytest.approx(sizes[-1], rel=1e-6)
    assert top.settled
    assert min(abs(sizes - top.value)) <= top.error + 1e-12
    assert found.limit == pytest.approx(2 / sizes[-1], rel=1e-6)


def matrix(*sizes: float) -> np.ndarray:
    random = np.random.default_rng(1)
    axes = np.linalg.qr(random.standard_normal((len(sizes), len(sizes))))[0]
    return axes * np.array(sizes) @ axes.T


def found_in(made: np.ndarray, **more: object) -> Sharpness:
    return sharpness(lambda vector: made @ vector, len(made), **more)  # type: ignore[arg-type]


def test_several_eigenvalues_come_from_the_top() -> None:
    found = found_in(matrix(5, 3, 2, 1, 0.5), count=3, tolerance=1e-9)
    np.testing.assert_allclose([each.value for each in found.largest], [5, 3, 2], rtol=1e-8)
    assert found.lowest is None
    assert all(each.products > 1 for each in found.largest)


def test_a_deep_hollow_downward_does_not_hide_the_largest() -> None:
    found = found_in(matrix(2, 1, -7, 0.1), tolerance=1e-9, most=500)
    assert found.largest[0].value == pytest.approx(2, rel=1e-8)
    assert found.lowest is not None
    assert found.lowest.value == pytest.approx(-7, rel=1e-8)
    assert found.limit == pytest.approx(1)


def test_where_nothing_bends_up_there_is_no_limit() -> None:
    assert found_in(-np.eye(3)).limit == float("inf")
    assert found_in(np.zeros((2, 2))).limit == float("inf")


def test_what_has_not_settled_is_said() -> None:
    top = found_in(matrix(1.0, 0.999999, 0.5), tolerance=1e-12, most=5).largest[0]
    assert not top.settled
    assert top.products == 5
    assert top.error > 0


def test_over_a_training_set_it_is_the_mean() -> None:
    document = gx.open("spirals")
    over = loss_over(document)
    assert over is not None
    at_once = document.with_values(over.leaves)
    parameters = {name: document.entry(name).array for name in document.default_wrt}
    once, size = curvature_of(at_once, None, parameters)
    portions, _ = curvature_of(document, over, parameters)
    vector = np.random.default_rng(0).standard_normal(size)
    np.testing.assert_allclose(portions(vector), once(vector), rtol=1e-9, atol=1e-12)


def test_gradient_descent_is_stable_below_the_limit_and_not_above() -> None:
    document = gx.open("linear_regression")
    limit = gx.sharpness(document, tolerance=1e-10).limit
    losses = [
        gx.train(document, optimizer=f"sgd:lr={part * limit}", batch_size="all", epochs=60).epochs[-1].loss
        for part in (0.95, 1.05)
    ]
    assert losses[0] < 0.2
    assert losses[1] > 10


def test_what_has_no_sharpness() -> None:
    with pytest.raises(InputError, match="of one number"):
        gx.sharpness(gx.parse("y = x*w", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0]}))
    with pytest.raises(InputError, match="ask for 1 to 2"):
        gx.sharpness(gx.open("neuron"), 3)
    with pytest.raises(InputError, match="not finite"):
        gx.sharpness(gx.parse("L = log(w)", {}, {"w": 0.0}))
