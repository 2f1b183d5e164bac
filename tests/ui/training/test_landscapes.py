"""Landscapes of a training in the surface view: examples, planes through runs, paths as they go on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph_explorer.surfaces import CHECKPOINTS, FILTER, PRINCIPAL, RANDOM
from graph_explorer.ui.session import Session
from graph_explorer.ui.surface.view import SurfaceView
from graph_explorer.ui.training.state import TrainingRun


@pytest.fixture
def view(training: Session, qtbot: QtBot) -> Iterator[SurfaceView]:
    made = SurfaceView(training)
    qtbot.addWidget(made)
    made.resize(420, 340)
    made.show()
    qtbot.waitUntil(lambda: training.state.surface is not None, timeout=20_000)
    yield made
    training.close()


def trained(session: Session, qtbot: QtBot, epochs: int = 6) -> TrainingRun:
    session.trainer.run()
    qtbot.waitUntil(
        lambda: session.state.training.run.reached >= epochs and not session.jobs.busy("training"),
        timeout=30_000,
    )
    return session.state.training.run


def settled(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=60_000)


def test_a_network_is_seen_over_what_it_is_trained_on(view: SurfaceView, qtbot: QtBot) -> None:
    state = view.session.state
    assert state.surface.over.title == "32 training examples"
    assert [axis.label for axis in state.surface.axes] == ["filter 1", "filter 2"]
    assert view.tools.axes[0].currentText() == "filter-normalised"
    assert not view.tools.axes[1].isVisible()
    assert view.plane.subject.window == (-1, 1, -1, 1)
    assert view.plane.subject.courses == ()  # it is the training's path that is looked at
    assert "mean over 32 training examples" in view.plane.subject.remarks
    assert "another seed shows another slice" in view.short_caution.full
    settled(view.session, qtbot)


@pytest.mark.parametrize(
    ("choice", "title"),
    [("validation", "8 validation examples"), ("subset", "32 of 32 training examples"), ("document", "")],
)
def test_other_examples_are_one_choice_away(view: SurfaceView, choice: str, title: str, qtbot: QtBot) -> None:
    before = view.session.state.surface.value((0.0, 0.0))
    box = view.tools.examples
    box.setCurrentIndex(box.findData(choice))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: view.plane.subject.over == title, timeout=20_000)
    after = view.session.state.surface.value((0.0, 0.0))
    assert (after == pytest.approx(before)) is (choice == "subset")
    settled(view.session, qtbot)


def test_the_path_of_a_run_is_on_the_plane(view: SurfaceView, qtbot: QtBot) -> None:
    run = trained(view.session, qtbot)
    (way,) = view.session.state.ways
    assert way.trail.epochs == tuple(range(7))
    assert (way.colour, way.chosen) == (run.colour, True)
    np.testing.assert_allclose(way.trail.points[0], 0, atol=1e-12)  # the document is where it began
    gaps = [
        np.linalg.norm(np.concatenate([np.ravel(p[n] - run.start.parameters[n]) for n in ("W1", "W2")]))
        for p in (standing.parameters for standing in run.standings)
    ]
    assert way.trail.distances[-1] <= gaps[-1] + 1e-9
    view.session.trainer.show(run.number, False)
    assert view.session.state.ways == ()
    settled(view.session, qtbot)


@pytest.mark.parametrize(
    ("text", "axes", "said"),
    [
        ("principal directions", PRINCIPAL, "of the variance of its path"),
        ("through checkpoints", CHECKPOINTS, "A plane through epochs 0, 3 and 6"),
    ],
)
def test_a_plane_through_the_training(
    view: SurfaceView, text: str, axes: tuple[str, str], said: str, qtbot: QtBot
) -> None:
    run = trained(view.session, qtbot)
    line = view.tools.axes[0].lineEdit()
    line.setText(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.session.state.axes == axes, timeout=20_000)
    state = view.session.state
    assert said in state.notice
    assert line.text() == text
    (way,) = state.ways
    end = (0, 0) if axes == PRINCIPAL else (1, 0)
    np.testing.assert_allclose(way.trail.points[-1], end, atol=1e-9)
    left, right, bottom, top = view.plane.subject.window
    assert (way.trail.points > [left, bottom]).all()
    assert (way.trail.points < [right, top]).all()
    assert state.surface.value(way.trail.points[-1]) == pytest.approx(run.epochs[-1].loss)
    assert way.trail.told[0] in view.short_caution.full
    surface = state.surface
    view.session.trainer.take_over()
    assert view.session.state.surface is surface  # the plane stays, and the document is on it now
    assert view.session.state.here == pytest.approx(end, abs=1e-6)
    settled(view.session, qtbot)


def test_the_epoch_that_is_looked_at_is_the_third_point(view: SurfaceView, qtbot: QtBot) -> None:
    trained(view.session, qtbot)
    view.session.trainer.look(2)
    view.session.landscapes.choose(CHECKPOINTS)
    qtbot.waitUntil(lambda: view.session.state.axes == CHECKPOINTS, timeout=20_000)
    assert "epochs 0, 2 and 6" in view.session.state.notice
    (way,) = view.session.state.ways
    np.testing.assert_allclose(way.trail.distances[[0, 2, 6]], 0, atol=1e-9)
    settled(view.session, qtbot)


def test_a_path_goes_on_with_its_training(view: SurfaceView, qtbot: QtBot) -> None:
    session = view.session
    session.trainer.epoch()
    qtbot.waitUntil(
        lambda: len(session.state.ways) == 1 and not session.jobs.busy("training"), timeout=20_000
    )
    qtbot.waitUntil(lambda: session.state.ways[0].trail.epochs[-1] == 1, timeout=20_000)
    surface = session.state.surface
    session.trainer.epoch()
    qtbot.waitUntil(lambda: session.state.ways[0].trail.epochs[-1] == 2, timeout=20_000)
    assert session.state.surface is surface
    settled(session, qtbot)


def test_a_plane_needs_a_training(view: SurfaceView, qtbot: QtBot) -> None:
    view.session.landscapes.choose(CHECKPOINTS)
    assert "run one in the Training view" in view.session.state.message
    assert view.session.state.axes is None
    view.session.trainer.step()
    qtbot.waitUntil(lambda: bool(view.session.state.training.runs), timeout=20_000)
    settled(view.session, qtbot)
    view.session.landscapes.choose(CHECKPOINTS)
    assert "a plane needs three" in view.session.state.message
    settled(view.session, qtbot)


def test_another_program_has_no_such_plane(view: SurfaceView, qtbot: QtBot) -> None:
    trained(view.session, qtbot)
    view.session.landscapes.choose(PRINCIPAL)
    qtbot.waitUntil(lambda: view.session.state.axes == PRINCIPAL, timeout=20_000)
    view.session.set_value("W1", np.zeros((2, 3)))
    assert view.session.state.surface is None
    assert "choose the axes again" in view.session.state.no_surface
    assert view.session.state.ways == ()
    settled(view.session, qtbot)


def test_plain_and_normalised_directions_differ(view: SurfaceView, qtbot: QtBot) -> None:
    view.resize(900, 400)
    normalised = view.session.state.surface
    view.session.landscapes.choose(RANDOM)
    assert "not scaled to the weights" in view.short_caution.full
    assert set(view.session.state.surface.axes[0].names) == {"W1", "b1", "W2", "b2"}
    view.session.landscapes.choose(FILTER)
    assert view.session.state.surface.axes[0].names == normalised.axes[0].names == ("W1", "W2")
    view.session.landscapes.choose(("W1[0,0]", "b1[1]"))
    assert view.short_caution.full == ""
    qtbot.waitUntil(view.tools.axes[1].isVisible)
    settled(view.session, qtbot)
