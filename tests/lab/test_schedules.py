"""Learning-rate schedules against closed forms, worked numbers and PyTorch 2.13.0."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from graph_explorer.lab.hyperparameters import HyperparameterError, checked
from graph_explorer.lab.schedules import SCHEDULES, learning_rates, read_schedule, scheduled

GOLDEN = np.load(Path(__file__).parent / "golden" / "torch_2_13_0.npz")


@pytest.mark.parametrize(("index", "schedule"), list(enumerate(GOLDEN["schedules"].tolist())))
def test_rates_agree_with_torch(index: int, schedule: str) -> None:
    losses = GOLDEN["losses"]
    found = learning_rates(schedule, 0.1, len(losses), losses)
    np.testing.assert_allclose(found, GOLDEN["rates"][index], rtol=0, atol=1e-13)
    name, _, parameters = schedule.partition(":")
    short = next(row.name for row in SCHEDULES.values() if row.torch_name == name)
    again = learning_rates(f"{short}:{parameters}", 0.1, len(losses), losses)
    np.testing.assert_array_equal(again, found)


def test_every_schedule_of_torch_is_compared() -> None:
    compared = {name.partition(":")[0] for name in GOLDEN["schedules"].tolist()}
    assert compared == {row.torch_name for row in SCHEDULES.values() if row.torch_name}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_row_runs_with_nothing_given(name: str) -> None:
    schedule = SCHEDULES[name]
    for row in schedule.parameters:
        assert checked(row, row.default) == row.default
        assert row.meaning
    rates = learning_rates(name, 0.1, 40, [1.0] * 40)
    assert rates.shape == (40,)
    assert rates.dtype == np.float64
    assert ((rates >= 0) & (rates <= 0.1 + 1e-15)).all()


def test_constant_is_constant_and_torchs_is_not() -> None:
    np.testing.assert_array_equal(learning_rates("constant", 0.3, 8), [0.3] * 8)
    np.testing.assert_allclose(learning_rates("ConstantLR", 0.3, 7), [0.1] * 5 + [0.3] * 2)


def test_cosine_worked_by_hand() -> None:
    # 0.2·(1 + cos(π·t/4))/2: cos is 1, √½, 0, -√½
    half = math.sqrt(0.5)
    expected = [0.2, 0.1 * (1 + half), 0.1, 0.1 * (1 - half)]
    np.testing.assert_allclose(learning_rates("cosine:T_max=4", 0.2, 4), expected, rtol=1e-14)
    np.testing.assert_allclose(learning_rates("cosine", 0.2, 4), expected, rtol=1e-14)


def test_cosine_comes_back_up() -> None:
    rates = learning_rates("cosine:T_max=10,eta_min=0.05", 0.2, 21)
    assert rates[10] == pytest.approx(0.05, abs=1e-15)
    np.testing.assert_allclose(rates, rates[::-1], rtol=1e-12)


def test_inverse_square_root_worked_by_hand() -> None:
    np.testing.assert_allclose(learning_rates("inverse_sqrt", 1.0, 9)[[0, 3, 8]], [1, 1 / 2, 1 / 3])
    rates = learning_rates("inverse_sqrt:warmup=4", 1.0, 16)
    np.testing.assert_allclose(rates[[0, 1, 2, 3, 15]], [0.25, 0.5, 0.75, 1.0, 0.5])


def test_warm_restarts_begin_again() -> None:
    rates = learning_rates("warm_restarts:T_0=3,T_mult=2", 1.0, 10)
    np.testing.assert_array_equal(rates[[0, 3, 9]], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(rates[[1, 2]], [0.75, 0.25])  # (1 + cos 60°)/2, (1 + cos 120°)/2


def test_plateau_waits_rests_and_stops() -> None:
    # losses 5 4 4 4 4: the second 4 is one bad step, the third two, more than patience=1 at the third
    rates = learning_rates("plateau:patience=1,factor=0.5", 1.0, 6, [5, 4, 4, 4, 4, 4])
    np.testing.assert_array_equal(rates, [1, 1, 1, 1, 0.5, 0.5])
    low = learning_rates("plateau:patience=0,factor=0.5,min_lr=0.3", 1.0, 6, [1] * 6)
    np.testing.assert_array_equal(low, [1, 1, 0.5, 0.3, 0.3, 0.3])


def test_plateau_runs_beside_the_steps() -> None:
    running = read_schedule("plateau:patience=0,factor=0.1").start(1.0, 3)
    assert next(running).lr == 1.0
    assert running.send(2.0).lr == 1.0
    assert running.send(3.0).lr == 0.1


def test_one_cycle_turns_the_momentum_against_the_rate() -> None:
    rates = scheduled(read_schedule("one_cycle:total_steps=10,pct_start=0.5"), 1.0, 10)
    assert [rates[step].lr for step in (0, 4)] == pytest.approx([0.04, 1.0])
    assert [rates[step].momentum for step in (0, 4, 9)] == pytest.approx([0.95, 0.85, 0.95])
    alone = scheduled(read_schedule("one_cycle:cycle_momentum=false"), 1.0, 10)
    assert {rate.momentum for rate in alone} == {None}


def test_one_cycle_whose_rise_takes_a_single_step() -> None:
    rates = learning_rates("one_cycle:total_steps=10,pct_start=0.1", 1.0, 10)
    assert rates[0] == 1.0
    assert np.isfinite(rates).all()


def test_cyclic_works_out_its_range() -> None:
    assert learning_rates("cyclic:step_size_up=2", 1.0, 3).tolist() == [0.25, 0.625, 1.0]
    assert learning_rates("cyclic:step_size_up=2,max_lr=3", 1.0, 3).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("cosin", "no schedule is called \"cosin\"; did you mean 'cosine'"),
        ("cosine:T_may=3", "cosine has no \"T_may\"; did you mean 'T_max'"),
        ("cosine:T_max=0", "T_max must be at least 1, found 0"),
        ("cosine:T_max=2.5", 'T_max is a whole number, found "2.5"'),
        ("cyclic:mode=square", 'mode cannot be "square"'),
        ("one_cycle:total_steps=5", "one_cycle ends after total_steps=5, but 100 steps are asked"),
        ("plateau", "plateau watches the losses; give one for each of the first 99 steps, found 0"),
        ("linear:start_factor=0", "start_factor must be above 0 and at most 1, found 0"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(schedule: str, sentence: str) -> None:
    with pytest.raises(HyperparameterError) as found:
        learning_rates(schedule, 0.1, 100)
    assert sentence in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(("lr", "steps"), [(-1.0, 5), (math.nan, 5), (math.inf, 5), (0.1, -1)])
def test_rates_and_steps_have_bounds(lr: float, steps: int) -> None:
    with pytest.raises(HyperparameterError, match="must be at least 0"):
        learning_rates("constant", lr, steps)


def test_settings_write_themselves() -> None:
    assert str(read_schedule("StepLR: step_size = 30 , gamma=0.5")) == "step:step_size=30,gamma=0.5"
    assert str(read_schedule("MultiStepLR:milestones=30/80")) == "multistep:milestones=30/80"
