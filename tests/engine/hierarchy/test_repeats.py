"""Repetitions in sequences, against a search that looks at every period and place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.engine.hierarchy import repeats
from graph_explorer.engine.hierarchy.repeats import Stretch, stretches


def by_looking_everywhere(codes: list[int], least: int = 2) -> set[Stretch]:
    """All stretches of at least `least` primitive periods."""
    found = set()
    for period in range(1, len(codes) // least + 1):
        equal = [codes[k] == codes[k + period] for k in range(len(codes) - period)]
        start = 0
        while start < len(equal):
            stop = start
            while stop < len(equal) and equal[stop]:
                stop += 1
            piece = codes[start : start + period]
            if stop - start >= (least - 1) * period and not _repeats(piece):
                found.add(Stretch(start, stop + period, period))
            start = stop + 1
    return found


def _repeats(piece: list[int]) -> bool:
    return any(
        len(piece) % period == 0 and piece == piece[:period] * (len(piece) // period)
        for period in range(1, len(piece))
    )


@st.composite
def repetitive(draw: st.DrawFn) -> list[int]:
    letters = st.integers(0, 3)
    piece = draw(st.lists(letters, min_size=1, max_size=7))
    before, after = draw(st.lists(letters, max_size=5)), draw(st.lists(letters, max_size=5))
    return before + piece * draw(st.integers(1, 6)) + after


@given(repetitive() | st.lists(st.integers(0, 2), max_size=30))
def test_stretches_are_those_that_are_there(codes: list[int]) -> None:
    found = set(stretches(np.array(codes, dtype=np.int64)))
    assert found <= by_looking_everywhere(codes)
    assert found >= by_looking_everywhere(codes, least=3)  # of two periods some may be missed


def test_a_piece_that_stands_twice_is_found() -> None:
    codes = np.array([7, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 8])
    assert stretches(codes) == [Stretch(1, 11, 5)]


def test_repetitions_within_repetitions_are_all_found() -> None:
    codes = np.array(([1] * 4 + [2]) * 3)
    assert stretches(codes) == [Stretch(0, 4, 1), Stretch(0, 15, 5), Stretch(5, 9, 1), Stretch(10, 14, 1)]


def test_nothing_repeats_in_nothing() -> None:
    assert stretches(np.zeros(0, dtype=np.int64)) == []


@pytest.mark.parametrize("period", [1, 7, 60])
def test_the_work_grows_with_the_length_alone(period: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that are sorted, per entry of the sequence: the same for a sequence ten times as long."""
    sorted_entries = []
    next_equal = repeats._next_equal

    def counted(numbers: np.ndarray) -> np.ndarray:
        sorted_entries.append(len(numbers))
        return next_equal(numbers)

    monkeypatch.setattr(repeats, "_next_equal", counted)
    effort = []
    for count in (1_000, 10_000):
        sorted_entries.clear()
        stretches(np.tile(np.arange(period), count // period))
        effort.append(sum(sorted_entries) / count)
    assert effort[1] <= 1.2 * effort[0]
