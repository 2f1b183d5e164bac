"""Sliders: every number of every method and schedule, there and back."""

from __future__ import annotations

import pytest

from graph_explorer.lab.hyperparameters import Hyperparameter, number
from graph_explorer.lab.optimizers import METHODS
from graph_explorer.lab.schedules import SCHEDULES
from graph_explorer.ui.race.scales import scale_of

ROWS: dict[tuple[str, int], tuple[Hyperparameter, int]] = {
    (f"{owner} {row.name}", part): (row, part)
    for owner, rows in (
        *((name, method.hyperparameters) for name, method in METHODS.items()),
        *((name, schedule.parameters) for name, schedule in SCHEDULES.items()),
    )
    for row in rows
    if row.kind in ("number", "integer", "numbers")
    for part in range(max(len(row.parts), 1))
}


@pytest.mark.parametrize("key", ROWS, ids=str)
def test_a_slider_holds_what_the_table_allows(key: tuple[str, int]) -> None:
    row, part = ROWS[key]
    scale, bounds = scale_of(row, part), row.bounds[min(part, len(row.bounds) - 1)]
    values = [scale.value(place) for place in range(scale.positions + 1)]
    assert len(values) > 3
    assert values == sorted(values)
    assert all(bounds.contain(value) for value in values[1:-1])
    if row.kind == "integer":
        assert all(value == int(value) for value in values)
    else:
        assert [scale.position(value) for value in values] == list(range(len(values)))


def test_a_learning_rate_is_reached_as_easily_as_another() -> None:
    scale = scale_of(METHODS["adam"].table["lr"])
    for rate in (3e-4, 1e-3, 0.01, 0.1, 1.0):
        found = scale.value(scale.position(rate))
        assert found == pytest.approx(rate, rel=0.03)
    one, two = scale.position(3e-4), scale.position(3e-3)
    assert scale.position(0.3) - scale.position(0.03) == two - one == scale.page


def test_zero_is_a_place_of_its_own() -> None:
    scale = scale_of(METHODS["sgd"].table["weight_decay"])
    assert scale.value(0) == 0.0
    assert scale.value(1) == pytest.approx(1e-6)
    assert scale.position(0.0) == 0
    assert scale.position(1e-9) == 1


def test_near_one_there_is_room() -> None:
    scale = scale_of(METHODS["adam"].table["betas"], 1)
    assert scale.value(scale.position(0.999)) == 0.999
    assert scale.value(scale.position(0.9)) == 0.9
    assert scale.position(0.9999) - scale.position(0.999) == scale.page
    assert scale.value(0) == 0.0


def test_what_lies_outside_is_at_the_end() -> None:
    scale = scale_of(number("n", 1.0, "a number", usual=(1.0, 3.0)))
    assert scale.position(0.0) == 0
    assert scale.position(9.0) == scale.positions
    assert scale.position(float("nan")) == 0
