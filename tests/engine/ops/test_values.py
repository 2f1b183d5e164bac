"""Values and gradients worked by hand, and choices that only a number can show."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.ops import OPERATIONS


def test_a_tie_shares_the_gradient_of_a_maximum() -> None:
    op, x = OPERATIONS["ReduceMax"], np.array([2.0, 1.0, 2.0])
    y = op.forward(x, keepdims=0)
    assert op.pull(0, np.array(6.0), y, (x,), {"keepdims": 0}).tolist() == [3.0, 0.0, 3.0]


def test_pooling_gives_the_gradient_of_a_tie_to_the_first() -> None:
    op, x = OPERATIONS["MaxPool"], np.array([[[[1.0, 5.0, 5.0], [5.0, 0.0, 5.0]]]])
    attributes = {"kernel_shape": (2, 2), "strides": (1, 1)}
    y, places = op.forward(x, **attributes)
    assert np.asarray(places).tolist() == [[[[1, 1]]]]
    pulled = op.pull(0, np.array([[[[2.0, 3.0]]]]), y, (x,), attributes)
    assert pulled.tolist() == [[[[0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]]]


def test_pooling_of_nothing_but_minus_infinity() -> None:
    x = np.full((1, 1, 2, 2), -np.inf)
    y, places = OPERATIONS["MaxPool"].forward(x, kernel_shape=(2, 2), pads=(1, 1, 0, 0))
    assert np.all(np.isneginf(y))
    assert np.all((np.asarray(places) >= 0) & (np.asarray(places) < 4))


def test_softmax_cross_entropy_is_probability_minus_target() -> None:
    op = OPERATIONS["SoftmaxCrossEntropyLoss"]
    scores, labels = np.log(np.array([[1.0, 2.0, 1.0]])), np.array([1])
    y = op.forward(scores, labels)
    assert float(y[0]) == pytest.approx(np.log(2))
    pulled = op.pull(0, np.array(1.0), y[0], (scores, labels), {})
    np.testing.assert_allclose(pulled, [[0.25, -0.5, 0.25]], rtol=1e-15)


def test_product_with_one_zero_passes_a_gradient_to_it_alone() -> None:
    op, x = OPERATIONS["ReduceProd"], np.array([2.0, 0.0, 5.0])
    y = op.forward(x, keepdims=0)
    assert op.pull(0, np.array(1.0), y, (x,), {"keepdims": 0}).tolist() == [0.0, 10.0, 0.0]


def test_dropout_repeats_with_its_seed() -> None:
    op, x = OPERATIONS["Dropout"], np.ones(1000)
    first, mask = op.forward(x, 0.4, True, seed=5)
    again, _ = op.forward(x, 0.4, True, seed=5)
    other, _ = op.forward(x, 0.4, True, seed=6)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert set(np.round(first, 12)) == {0.0, round(1 / 0.6, 12)}
    assert 0.5 < mask.mean() < 0.7


def test_convolution_by_hand() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    w = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    op = OPERATIONS["Conv"]
    y = op.forward(x, w, np.array([10.0]))
    assert y.tolist() == [[[[6.0, 6.0], [6.0, 6.0]]]]
    g = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert op.pull(1, g, y, (x, w), {}).tolist() == [[[[27.0, 37.0], [57.0, 67.0]]]]
    assert op.pull(0, g, y, (x, w), {}).tolist() == [[[[1.0, 2.0, 0.0], [3.0, 3.0, -2.0], [0.0, -3.0, -4.0]]]]
    assert op.pull(2, g, y, (x, w, np.zeros(1)), {}).tolist() == [10.0]


def test_a_query_that_may_attend_nothing_gives_zeros() -> None:
    q = np.ones((1, 1, 2, 2))
    mask = np.array([[True, False], [False, False]])
    y, *_ = OPERATIONS["Attention"].forward(q, q, 3 * q, mask)
    assert y.tolist() == [[[[3.0, 3.0], [0.0, 0.0]]]]
    pulled = OPERATIONS["Attention"].pull(0, np.ones_like(y), y, (q, q, 3 * q, mask), {})
    assert np.all(np.isfinite(pulled))


def test_recurrent_gradients_follow_changed_inputs() -> None:
    """The gradients kept from one backward pass are never those of another question."""
    op, random = OPERATIONS["RNN"], np.random.default_rng(0)
    x, w, r = (random.standard_normal(shape) for shape in ((3, 1, 2), (1, 2, 2), (1, 2, 2)))
    y = op.forward(x, w, r)
    g = tuple(np.ones_like(part) for part in y)
    once = [op.pull(k, g, y, (x, w, r), {}) for k in range(3)]
    doubled = tuple(2 * part for part in g)
    for k in range(3):
        np.testing.assert_allclose(op.pull(k, doubled, y, (x, w, r), {}), 2 * once[k], rtol=1e-12)
    backward = [op.pull(k, g, y, (x, w, r), {"direction": "reverse"}) for k in range(3)]
    assert not np.allclose(backward[0], once[0])
    np.testing.assert_array_equal(op.pull(0, g, y, (x, w, r), {}), once[0])


def test_a_bound_of_clip_moves_what_lies_beyond_it() -> None:
    op, x = OPERATIONS["Clip"], np.array([-2.0, 0.5, 3.0])
    low, high = np.array(-1.0), np.array(1.0)
    y, g = op.forward(x, low, high), np.array([5.0, 7.0, 11.0])
    assert [op.pull(k, g, y, (x, low, high), {}).tolist() for k in range(3)] == [[0.0, 7.0, 0.0], 5.0, 11.0]
    y = op.forward(x, None, high)
    assert op.pull(2, g, y, (x, None, high), {}).tolist() == 11.0
    crossed = (x, np.array(2.0), high)
    assert op.pull(2, g, op.forward(*crossed), crossed, {}).tolist() == 23.0


def test_a_bound_of_a_number_may_be_left_out() -> None:
    trace = run(parse("y = clip(x, high=0.2)\nz = 3*y", parameters={"x": 0.1}))
    assert (float(trace.value("y")), float(trace.gradient("x"))) == (0.1, 3.0)


def test_a_value_met_twice_passes_its_gradient_to_the_first_place() -> None:
    op, x = OPERATIONS["Unique"], np.array([2.0, 1.0, 2.0])
    y = op.forward(x)
    assert op.pull(0, (np.array([3.0, 5.0]), None, None, None), y, (x,), {}).tolist() == [5.0, 3.0, 0.0]


def test_a_fourier_transform_of_one_oscillation() -> None:
    x = np.cos(2 * np.pi * 3 * np.arange(16) / 16).reshape(1, 16, 1)
    spectrum = OPERATIONS["DFT"].forward(x, onesided=1)
    assert spectrum.shape == (1, 9, 2)
    np.testing.assert_allclose(spectrum[0, :, 0], np.where(np.arange(9) == 3, 8.0, 0.0), atol=1e-14)
    back = OPERATIONS["DFT"].forward(spectrum, inverse=1, onesided=1)
    np.testing.assert_allclose(back, x, atol=1e-15)


def test_deformable_convolution_without_offsets_is_convolution() -> None:
    random = np.random.default_rng(0)
    x, w, b = random.standard_normal((2, 4, 6, 5)), random.standard_normal((6, 2, 3, 2)), np.arange(6.0)
    attributes = {"group": 2, "pads": (1, 0, 1, 1), "strides": (2, 1), "dilations": (1, 2)}
    y = OPERATIONS["Conv"].forward(x, w, b, **attributes)
    offset = np.zeros((2, 2 * 6, *y.shape[2:]))
    np.testing.assert_allclose(OPERATIONS["DeformConv"].forward(x, w, offset, b, **attributes), y, rtol=1e-12)


def test_regions_of_a_plane_are_means_of_it() -> None:
    rows, columns = np.mgrid[:8, :8].astype(float)
    x = (3 * rows + columns)[None, None]
    boxes = np.array([[1.0, 2.0, 5.0, 6.0]])
    y = OPERATIONS["RoiAlign"].forward(x, boxes, np.array([0]), output_height=2, output_width=2)
    np.testing.assert_allclose(y[0, 0], [[3 * 2.5 + 1.5, 3 * 2.5 + 3.5], [3 * 4.5 + 1.5, 3 * 4.5 + 3.5]])
    best = OPERATIONS["MaxRoiPool"].forward(x, np.array([[0.0, 1, 2, 4, 5]]), pooled_shape=(2, 2))
    assert best.tolist() == [[[[11.0, 13.0], [17.0, 19.0]]]]


def test_chance_repeats_itself_with_its_seed() -> None:
    draw = OPERATIONS["RandomNormal"].forward
    assert np.array_equal(draw(shape=(3,), seed=1.0), draw(shape=(3,), seed=1.0))
    assert not np.array_equal(draw(shape=(3,), seed=1.0), draw(shape=(3,), seed=2.0))
    x = np.array([0.0, 1.0, 0.3])
    assert OPERATIONS["Bernoulli"].forward(x).tolist()[:2] == [0.0, 1.0]
    classes = OPERATIONS["Multinomial"].forward(np.log([[0.25, 0.75]]), sample_size=4000, seed=3.0)
    assert classes.shape == (1, 4000)
    assert 0.7 < classes.mean() < 0.8


def test_numbers_on_a_grid_and_back() -> None:
    x, scale, zero = np.array([-0.6, 0.0, 0.26, 9.0]), np.array(0.5), np.array(3, np.uint8)
    q = OPERATIONS["QuantizeLinear"].forward(x, scale, zero)
    assert (q.dtype, q.tolist()) == (np.uint8, [2, 3, 4, 21])
    assert OPERATIONS["DequantizeLinear"].forward(q, scale, zero).tolist() == [-0.5, 0.0, 0.5, 9.0]
