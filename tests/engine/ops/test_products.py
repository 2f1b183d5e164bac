"""The three products of a convolution, in every layout and portion, against sums written out by hand."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import products
from graph_explorer.engine.ops.windows import Windows, windows

RANDOM = np.random.default_rng(0)

#: spatial size, kernel, strides, pads, dilations, channels of a group, kernels of a group, groups
CASES: list[tuple[Any, ...]] = [
    ((9,), (3,), (1,), (1, 1), (1,), 4, 1, 1),
    ((12, 11), (3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 4, 3, 1),
    ((12, 11), (3, 2), (1, 1), (2, 0, 0, 1), (2, 1), 4, 3, 2),
    ((12, 11), (2, 3), (1, 1), (0, 0, 0, 0), (1, 2), 8, 5, 1),
    ((12, 11), (3, 3), (2, 1), (1, 0, 1, 1), (1, 1), 4, 2, 1),
    ((4, 9, 9), (2, 2, 2), (1, 1, 1), (0, 1, 0, 1, 0, 0), (1, 1, 1), 4, 2, 2),
    ((7, 7), (1, 1), (1, 1), (0, 0, 0, 0), (1, 1), 4, 3, 2),
    ((7, 7), (1, 1), (2, 2), (0, 0, 0, 0), (1, 1), 4, 3, 1),
    ((6, 6), (3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 1, 1, 4),
]


def seen_of(case: tuple[Any, ...]) -> Windows:
    spatial, kernel, strides, pads, dilations, *_ = case
    return windows("Conv", spatial, kernel, strides, pads, dilations)


def by_hand(x: Any, w: Any, seen: Windows, group: int) -> Any:
    """The convolution, entry of the kernel by entry, by the definition."""
    padding = list(zip(seen.before, seen.behind, strict=True))
    padded = np.pad(x, [(0, 0), (0, 0), *padding])
    y = np.zeros((len(x), len(w), *seen.output))
    each, channels = len(w) // group, w.shape[1]
    for k, c in product(range(len(w)), range(channels)):
        plane = padded[:, (k // each) * channels + c]
        for offset in product(*map(range, seen.kernel)):
            places = [
                o * d + s * np.arange(n)
                for o, d, s, n in zip(offset, seen.dilations, seen.strides, seen.output, strict=True)
            ]
            y[:, k] += w[(k, c, *offset)] * plane[np.ix_(range(len(x)), *places)]
    return y


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("wide", [False, True], ids=["tight", "wide"])
@pytest.mark.parametrize("portion", [1, 2**24])
def test_the_three_products(
    case: tuple[Any, ...], wide: bool, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, (channels, kernels, group) = seen_of(case), case[5:]
    side_by_side = set(seen.strides) == {1} and set(seen.kernel) != {1}
    monkeypatch.setattr(products, "_is_wide", lambda *question: wide and side_by_side)
    monkeypatch.setattr(products, "_PORTION", portion)
    monkeypatch.setattr(products, "_LEAST_WINDOWS", 1)
    x = RANDOM.standard_normal((3, channels * group, *seen.spatial))
    w = RANDOM.standard_normal((kernels * group, channels, *seen.kernel))
    bias = RANDOM.standard_normal(kernels * group)
    wanted = by_hand(x, w, seen, group)
    np.testing.assert_allclose(products.correlate(x, w, seen, group), wanted, atol=1e-12)
    lifted = products.correlate(x, w, seen, group, bias)
    np.testing.assert_allclose(lifted, wanted + bias.reshape(-1, *[1] * len(seen.kernel)), atol=1e-12)
    # the adjoint law: the other two products move one factor to the other side
    g = RANDOM.standard_normal(wanted.shape)
    assert np.vdot(products.spread(g, w, seen, group), x) == pytest.approx(np.vdot(g, wanted), rel=1e-11)
    pulled = products.kernel_gradient(x, g, seen, group)
    for _ in range(3):
        d = RANDOM.standard_normal(w.shape)
        assert np.vdot(pulled, d) == pytest.approx(np.vdot(g, by_hand(x, d, seen, group)), rel=1e-11)
        c = RANDOM.standard_normal(x.shape)
        assert np.vdot(products.spread(g, w, seen, group), c) == pytest.approx(
            np.vdot(g, by_hand(c, w, seen, group)), rel=1e-11
        )


def test_the_wide_layout_is_taken_for_small_images_with_few_kernels() -> None:
    seen = windows("Conv", (14, 14), (3, 3), None, (1, 1, 1, 1))
    assert products._is_wide(seen, 2, 8, 16, 32)
    assert not products._is_wide(seen, 10**6, 8, 16, 32)
    assert not products._is_wide(seen, 2, 8, 64, 32)
    assert not products._is_wide(windows("Conv", (14, 14), (3, 3), (2, 2)), 2, 8, 16, 32)
    assert not products._is_wide(windows("Conv", (4, 4), (3, 3)), 2, 8, 16, 32)


def test_no_samples() -> None:
    seen, empty = windows("Conv", (6, 6), (3, 3)), np.zeros((0, 2, 6, 6))
    w = np.ones((4, 2, 3, 3))
    assert products.correlate(empty, w, seen, 1).shape == (0, 4, 4, 4)
    assert products.spread(np.zeros((0, 4, 4, 4)), w, seen, 1).shape == (0, 2, 6, 6)
    assert not products.kernel_gradient(empty, np.zeros((0, 4, 4, 4)), seen, 1).any()
