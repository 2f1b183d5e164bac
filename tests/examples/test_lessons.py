"""Every lesson on optimizers shows the effect that it is named after, in the race with which it opens."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from graph_explorer.document import Document
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples
from graph_explorer.lab.descent import Path, descend
from graph_explorer.lab.optimizers import read_method
from graph_explorer.surfaces import surface_of

LESSONS = {example.name: example for example in examples() if example.path.parent.name == "lessons"}


@cache
def document(name: str) -> Document:
    return open_document(LESSONS[name].path)


def path(name: str, text: str, steps: int | None = None) -> Path:
    lesson = document(name)
    asked = lesson.surface
    assert asked is not None
    assert asked.start is not None
    settings, steps = read_method(text), asked.steps if steps is None else steps
    return descend(surface_of(lesson), settings, asked.start, steps, window=asked.window)


def race(name: str) -> list[Path]:
    asked = document(name).surface
    assert asked is not None
    return [path(name, text) for text in asked.methods]


def test_all_lessons_stand_in_a_section_of_their_own() -> None:
    assert len(LESSONS) == 7
    assert {example.section for example in LESSONS.values()} == {"Lessons on optimizers"}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_says_what_to_do_and_what_to_look_at(name: str) -> None:
    lesson = document(name)
    assert "**Do:**" in lesson.description
    assert "**Look at**" in lesson.description
    assert lesson.surface is not None
    assert len(lesson.surface.methods) >= 2


def test_learning_rate_too_large() -> None:
    slow, good, limit, large = race("learning_rate_too_large")
    assert slow.losses[-1] < 1e-3 * slow.losses[0]
    assert good.outcome == "converged"
    assert good.losses[-1] < 1e-12 * slow.losses[-1]
    np.testing.assert_allclose(np.abs(limit.points[:, 1]), 1.0)  # from side to side for ever
    np.testing.assert_array_equal(np.sign(limit.points[:, 1]), (-1.0) ** np.arange(101))
    assert limit.outcome == "running"
    assert large.outcome == "diverged"
    np.testing.assert_allclose(large.points[1:, 1] / large.points[:-1, 1], 1 - 4 * 0.55)


def test_momentum_in_a_ravine() -> None:
    plain, half, more, most = race("momentum_in_a_ravine")
    assert len({each.settings.lr for each in (plain, half, more, most)}) == 1
    assert {each.total_evaluations for each in (plain, half, more, most)} == {100}
    assert more.losses[-1] < 1e-4 * half.losses[-1] < 1e-4 * plain.losses[-1]
    assert most.losses[-1] > plain.losses[-1]  # too much of it
    # the roots of a step along the floor, t² − (1 + β − lr)t + β, are complex above (1 − √lr)² = 0.75
    calm, swinging = (path("momentum_in_a_ravine", f"momentum:lr=0.018,momentum={m}") for m in (0.74, 0.85))
    assert (calm.points[:, 0] < 0).all()
    assert (swinging.points[:, 0] > 0).any()


def test_adam_is_momentum_and_rmsprop_together() -> None:
    both, scaling, mean, neither = race("adam_is_both")
    assert both.losses[-1] < 0.2 * mean.losses[-1] < 0.2 * scaling.losses[-1] < neither.losses[-1]


def test_the_parts_of_adam_are_what_they_are_called() -> None:
    """Without the mean it is RMSProp; without the scaling it is Momentum with (1 − β₁) times the rate."""
    name = "adam_is_both"
    scaling = path(name, "adam:lr=0.01,betas=0.0/0.99,bias_correction=false")
    np.testing.assert_allclose(scaling.points, path(name, "rmsprop:lr=0.01,alpha=0.99").points, rtol=1e-9)
    mean = path(name, "adam:lr=5.2e10,eps=1e12,betas=0.9/0.999,bias_correction=false", 100)
    heavy = path(name, "momentum:lr=0.0052,momentum=0.9", 100)
    np.testing.assert_allclose(mean.points, heavy.points, rtol=1e-6)


def test_no_update_without_the_update_step() -> None:
    forgotten, done = race("no_update")
    assert (forgotten.points == forgotten.points[0]).all()
    assert forgotten.total_evaluations == done.total_evaluations == 60
    assert np.linalg.norm(forgotten.gradients[-1]) > 1
    assert forgotten.outcome == "running"
    assert done.outcome == "converged"


def test_saddle_points() -> None:
    plain, momentum, adam, newton = race("saddle_points")

    def leaves(each: Path) -> int:
        """The first step after which it is half-way to a minimum."""
        return int(np.argmax(np.abs(each.points[:, 1]) > 0.7))

    assert 0 < leaves(adam) < leaves(momentum) < leaves(plain)
    assert leaves(plain) > 40
    for each in (plain, momentum, adam):
        assert each.losses[-1] == pytest.approx(-1, abs=1e-3)
    assert np.abs(newton.points[1:]).max() < 1e-6
    assert np.linalg.norm(newton.gradients[-1]) == 0
    assert newton.outcome == "running"
    freed = path("saddle_points", "newton:lr=1.0,saddle_free=true")
    assert freed.outcome == "converged"
    assert freed.losses[-1] == pytest.approx(-1)


def test_bias_correction_matters() -> None:
    corrected, uncorrected, leaping = race("bias_correction")
    for each, first in ((corrected, 0.2), (uncorrected, 0.2 * 0.1 / 0.001**0.5), (leaping, 0.2 / 0.001**0.5)):
        np.testing.assert_allclose(np.abs(each.points[1] - each.points[0]), first, rtol=1e-6)
    assert leaping.losses[1] == pytest.approx(28 * leaping.losses[0], rel=0.02)
    assert corrected.losses.max() == corrected.losses[0]


def test_sgd_mini_batch_and_full_batch() -> None:
    full, batch, single = race("mini_batch")
    assert [each.total_evaluations for each in (full, batch, single)] == [320, 80, 10]
    trembling = [
        np.linalg.norm(np.diff(each.points[-100:], axis=0), axis=1).mean() for each in (full, batch, single)
    ]
    assert trembling[0] < 1e-6 < 10 * trembling[1] < trembling[2] * 10
    assert full.losses[-1] < batch.losses[-1] < single.losses[-100:].mean()
    early = [each.losses[each.evaluations <= 5][-1] for each in (full, batch, single)]
    assert early[2] < 0.5 * early[0]
    rises = [(np.diff(each.losses[:100]) > 0).sum() for each in (full, batch, single)]
    assert rises[0] == 0 < rises[2]
