"""Round numbers on axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from graph_explorer.ui.surface.ticks import labels, spacing, ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (-2, 2, 4, ["−2", "−1", "0", "1", "2"]),
        (-1, 3, 8, ["−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"]),
        (0.001, 0.0045, 4, ["0.001", "0.002", "0.003", "0.004"]),
        (0, 4e7, 4, ["0", "1·10⁷", "2·10⁷", "3·10⁷", "4·10⁷"]),
        (1.00002, 1.00007, 6, ["1.00002", "1.00003", "1.00004", "1.00005", "1.00006", "1.00007"]),
    ],
)
def test_labels(low: float, high: float, most: int, expected: list[str]) -> None:
    assert labels(ticks(low, high, most)) == expected


@given(some.floats(-1e6, 1e6), some.floats(1e-3, 1e6), some.integers(2, 30))
def test_ticks_are_round_evenly_apart_and_told_apart(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    step = spacing((low + span) - low, most)
    assert len(found) <= most + 1
    assert np.allclose(np.diff(found), step, rtol=1e-6)
    assert all(low - step * 1e-6 <= place <= low + span + step * 1e-6 for place in found)
    assert len(set(labels(found))) == len(found)
    assert f"{step:e}"[0] in "125"


def test_nothing_has_no_labels() -> None:
    assert labels([]) == []
    assert labels([0.0]) == ["0"]
