"""What changed between two runs, by numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.difference import change, difference

PROGRAM = "z = w*x\nb = y + 1\na = tanh(z)\nL = (a - b)**2"

SUMMED = "z = w*x\nb = y + 1\na = tanh(z)\nL = sum((a - b)**2)"


def document(**values: object) -> Document:
    made = parse(PROGRAM, {"x": 0.5, "y": 1.0}, {"w": 2.0})
    return made.with_values(values)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], (0.0, 0.0)),
        ([1.0, 2.0], [1.0, 4.0], (2.0, 0.5)),
        ([1.0, -4.0], [1.0, 4.0], (8.0, 2.0)),
        ([0.0], [3.0], (3.0, 1.0)),
        ([np.nan, 1.0], [np.nan, 1.0], (0.0, 0.0)),
        ([np.nan, 1.0], [np.nan, 2.0], (1.0, 0.5)),
        ([1.0], [np.nan], (np.inf, np.inf)),
        ([np.inf], [-np.inf], (np.inf, np.inf)),
        ([0.3], [0.1 + 0.2], (0.0, 0.0)),  # apart by rounding
        ([1e-9, 1.0], [2e-9, 1.0], (1e-9, 1e-9)),  # small beside the rest
        ([3], [5], (2.0, 0.4)),
    ],
)
def test_change(before: list[float], now: list[float], expected: tuple[float, float]) -> None:
    assert change(np.array(before), np.array(now)) == pytest.approx(expected)


def test_of_a_run_with_itself_nothing_changed() -> None:
    trace = run(document())
    found = difference(trace, trace)
    assert found.first == ""
    assert found.leaves == ()
    assert found.conclusion == "Nothing has changed."
    assert np.nanmax(found.values.largest) == 0


@pytest.mark.parametrize("shape", [(), (2,)])
def test_a_changed_input_is_followed_to_the_output(shape: tuple[int, ...]) -> None:
    before, now = (run(parse(SUMMED, {"x": np.full(shape, 0.5), "y": y}, {"w": 2.0})) for y in (1.0, 1.5))
    found = difference(before, now)
    status = dict(zip(now.graph.values, found.status, strict=True))
    assert {name for name in ("w", "x", "z", "a") if status[name] == "same"} == {"w", "x", "z", "a"}
    assert found.leaves == ("y",)
    assert found.first_computed == "b"
    place = now.plan.number["b"]
    assert found.values.largest[place] == 0.5
    assert found.values.relative[place] == pytest.approx(0.2)  # from 2.0 to 2.5
    w = now.plan.number["w"]
    slope = np.size(now.value("x")) * 0.5 * (1 - np.tanh(1) ** 2)
    assert found.gradients.largest[w] == pytest.approx(2 * 0.5 * slope)  # ∂L/∂w = 2 (a − b) (1 − a²) x
    assert "first 'b' by up to 0.5" in found.conclusion


def test_gradients_that_a_run_does_not_compute_are_not_compared() -> None:
    found = difference(run(document()), run(document(x=1.0)))
    assert np.isnan(found.gradients.largest[found.now.plan.number["x"]])
    assert np.isfinite(found.gradients.largest[found.now.plan.number["w"]])


def test_other_shapes_and_other_nodes_are_told() -> None:
    before = run(parse("h = w*x\nc = exp(w)\nL = sum(h) + c", {"x": [1.0, 2.0]}, {"w": 2.0}))
    now = run(parse("h = w*x\nd = tanh(w)\nL = sum(h) + d", {"x": [1.0, 2.0, 3.0]}, {"w": 2.0}))
    found = difference(before, now)
    status = dict(zip(now.graph.values, found.status, strict=True))
    assert (status["w"], status["x"], status["h"], status["d"]) == ("same", "shape", "shape", "added")
    assert found.removed == ("c",)
    assert found.first == "x"


def test_a_run_that_failed_differs_from_where_it_failed() -> None:
    good = run(parse("h = x @ W\nL = sum(h)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 3))}))
    bad = run(parse("h = x @ W\nL = sum(h)", {"x": np.ones((2, 2))}, {"W": np.ones((3, 3))}), partial=True)
    found = difference(good, bad)
    assert found.status[bad.plan.number["W"]] == "same"
    assert found.status[bad.plan.number["h"]] == "added"
    assert np.isnan(found.gradients.largest).all()
