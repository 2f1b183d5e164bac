"""Where overfitting begins, on curves whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.overfitting import RISE, overfitting


def epochs(training: Sequence[float], validation: Sequence[float | None]) -> list[Epoch]:
    return [
        Epoch(k, k, t, v, {}, {}, np.zeros(1), 0.1, {}, {}, 1, "running")
        for k, (t, v) in enumerate(zip(training, validation, strict=True), 1)
    ]


X = np.arange(40.0)
FALLING = np.exp(-X / 10)
TURNING = 0.5 + ((X - 12) / 20) ** 2


def test_the_lowest_epoch_of_a_curve_that_turns() -> None:
    found = overfitting(epochs(FALLING, TURNING))
    assert found is not None
    assert found.epoch == 13
    assert found.lowest == pytest.approx(TURNING[11:14].mean())
    assert found.now == pytest.approx(TURNING[-3:].mean())
    assert found.still == pytest.approx(FALLING[-3:].mean())
    assert "after epoch 13" in found.sentence
    assert "from 0.502 to 2.19" in found.sentence


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_no_overfitting(seed: int) -> None:
    trembling = 0.5 + 0.02 * np.random.default_rng(seed).standard_normal(40)
    assert overfitting(epochs(FALLING, trembling)) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_rise_beyond_the_noise_is_found_near_the_turn(seed: int) -> None:
    noise = 0.02 * np.random.default_rng(seed).standard_normal(40)
    found = overfitting(epochs(FALLING, TURNING + noise))
    assert found is not None
    assert abs(found.epoch - 13) <= 4
    assert found.noise == pytest.approx(0.02, rel=0.5)
    assert found.now - found.lowest > RISE * found.noise


def test_what_is_no_overfitting() -> None:
    assert overfitting(epochs(FALLING, FALLING)) is None  # it still learns
    assert overfitting(epochs(TURNING, TURNING)) is None  # the training loss rises too
    assert overfitting(epochs(FALLING, [None] * 40)) is None
    assert overfitting(epochs(FALLING[:4], TURNING[:4])) is None
    assert overfitting([]) is None
    assert overfitting(epochs(FALLING[:15], TURNING[:15])) is None  # two epochs after the lowest are few


def test_a_training_that_diverges_is_judged_by_what_came_before() -> None:
    validation = TURNING.copy()
    validation[30:] = np.nan
    found = overfitting(epochs(FALLING, validation))
    assert found is not None
    assert found.epoch == 13
