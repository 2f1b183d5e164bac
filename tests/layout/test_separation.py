"""Distances are kept, and nothing could be nearer to its wish."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.layout.separation import Gap, Gaps
from graph_explorer.layout.sequence import in_sequence


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Gap], list[float], list[float]]:
    count = draw(st.integers(1, 9))
    pairs = [(one, two) for one in range(count) for two in range(one + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=14, unique=True)) if pairs else []
    gaps = [Gap(one, two, draw(st.floats(1, 80))) for one, two in chosen]
    wishes = draw(st.lists(st.floats(-200, 200), min_size=count, max_size=count))
    weights = draw(st.lists(st.floats(0.2, 5), min_size=count, max_size=count))
    return gaps, wishes, weights


def _nearest(gaps: list[Gap], wishes: list[float], weights: list[float]) -> list[float]:
    """The same by another way: Hildreth's method, one distance after the other, many times."""
    places, forces = list(wishes), [0.0] * len(gaps)
    for _ in range(20_000):
        largest = 0.0
        for at, (left, right, distance) in enumerate(gaps):
            lack = distance - (places[right] - places[left])
            give = 1 / weights[left] + 1 / weights[right]
            change = max(0.0, forces[at] + lack / give) - forces[at]
            forces[at] += change
            places[right] += change / weights[right]
            places[left] -= change / weights[left]
            largest = max(largest, abs(change))
        if largest < 1e-10:
            break
    return places


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_settling_is_exact(problem):
    gaps, wishes, weights = problem
    places = Gaps(len(wishes), gaps).settle(wishes, weights)
    assert all(places[gap.right] - places[gap.left] >= gap.distance - 1e-4 for gap in gaps)
    assert places == pytest.approx(_nearest(gaps, wishes, weights), abs=0.05)


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_settling_roughly_keeps_all_distances(problem):
    gaps, wishes, _ = problem
    places = Gaps(len(wishes), gaps).settle_roughly(wishes)
    assert all(places[gap.right] - places[gap.left] >= gap.distance - 1e-6 for gap in gaps)


def test_packing_starts_at_zero_and_touches():
    places = Gaps(3, [Gap(0, 1, 10), Gap(1, 2, 5), Gap(0, 2, 40)]).pack()
    assert places == [0, 10, 40]


def test_a_circle_is_noticed():
    assert Gaps(2, [Gap(0, 1, 1)]).possible
    assert not Gaps(2, [Gap(0, 1, 1), Gap(1, 0, 1)]).possible


@given(links=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] != p[1])))
def test_a_sequence_holds_everything_once_and_respects_links_of_no_circle(links):
    order = in_sequence(12, links)
    assert sorted(order) == list(range(12))
    forward = [(min(pair), max(pair)) for pair in links]
    assert in_sequence(12, forward) == list(range(12))
    place = {number: at for at, number in enumerate(in_sequence(12, [(b, a) for a, b in forward]))}
    assert all(place[b] < place[a] for a, b in forward)
