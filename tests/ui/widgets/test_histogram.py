"""Histograms of any finite numbers: all are counted, wherever they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graph_explorer.ui.widgets.histogram import binned


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_every_finite_number_is_counted(values: Any) -> None:
    counts, low, high = binned(values, 16)
    assert counts.sum() == len(values)
    assert len(counts) == 16
    assert low <= values.min() <= values.max() <= high
    assert low < high


def test_ordinary_numbers_are_counted_as_numpy_does() -> None:
    values = np.random.default_rng(0).standard_normal(1000)
    counts, low, high = binned(values, 40)
    wanted, edges = np.histogram(values, 40)
    np.testing.assert_array_equal(counts, wanted)
    assert (low, high) == (edges[0], edges[-1])


def test_the_largest_number_of_all_is_counted() -> None:
    largest = np.finfo(np.float64).max
    for value in (largest, -largest):
        counts, low, high = binned(np.full(3, value), 8)
        assert counts.sum() == 3
        assert np.isfinite([low, high]).all()
        assert low < high
    counts, low, high = binned(np.array([-largest, 0.0, largest]), 3)
    assert counts.tolist() == [1, 1, 1]


@pytest.mark.parametrize("value", [0.0, 1.0, -3e-300, 1e200, -1e308])
def test_numbers_that_are_all_alike_stand_in_the_middle(value: float) -> None:
    counts, low, high = binned(np.full(7, value), 9)
    assert counts[4] == 7
    assert low < value < high
