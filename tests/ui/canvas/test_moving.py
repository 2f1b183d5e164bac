"""Boxes moved by hand stay where they were put, until they are put back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.canvas import GraphView, moving
from graph_explorer.ui.canvas.menu import entries
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]
At = Callable[[GraphView, str], QPoint]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def middle(view: GraphView, name: str) -> tuple[float, float]:
    assert view.scene is not None
    return moving.middle_of(view.scene, name)


def drag(qtbot: QtBot, view: GraphView, name: str, at: At, by: tuple[int, int]) -> None:
    start = at(view, name)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, SHIFT, start)
    qtbot.mouseMove(view, start + QPoint(by[0] // 2, by[1] // 2))
    qtbot.mouseMove(view, start + QPoint(*by))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, SHIFT, start + QPoint(*by))


def test_a_box_goes_where_it_is_dragged_and_its_lines_follow(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, at: At
) -> None:
    view = make_view(neuron)
    before, others = middle(view, "a"), middle(view, "L")
    camera = view.camera
    drag(qtbot, view, "a", at, (120, 40))
    expected = (before[0] + 120 / camera.scale, before[1] + 40 / camera.scale)
    assert middle(view, "a") == pytest.approx(expected, abs=2)
    assert middle(view, "L") == others
    assert view.camera == camera, "the picture stays"
    scene = view.scene
    assert scene is not None
    (line,) = scene.lines_to(scene.place("a")).tolist()
    x, y, width, height = scene.box(scene.place("a"))
    end = scene.curve(line)[-1, 3]
    assert x - 1 <= end[0] <= x + width + 1
    assert y - 1 <= end[1] <= y + height + 1


def test_a_moved_box_stays_through_steps_edits_and_groups(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session, at: At
) -> None:
    view = make_view(grouped)
    drag(qtbot, view, "L", at, (90, 60))
    put = middle(view, "L")
    session.step()
    session.toggle_group("h:cell")
    assert middle(view, "L") == pytest.approx(put)
    session.set_value("w", np.array([2.0, 3.0]))
    session.set_program(grouped.program + "\nM = 2*L")
    assert view.scene is not None
    assert view.scene.place("M") >= 0
    assert middle(view, "L") == pytest.approx(put)
    session.show(grouped)
    assert middle(view, "L") != pytest.approx(put), "another document begins as it is laid out"


def test_a_move_is_undone_and_put_back(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, at: At
) -> None:
    view = make_view(neuron)
    start = middle(view, "a")
    drag(qtbot, view, "a", at, (80, 30))
    put = middle(view, "a")
    session.undo.undo()
    assert middle(view, "a") == pytest.approx(start)
    session.undo.redo()
    assert middle(view, "a") == pytest.approx(put)
    (back,) = [entry for entry in entries(view, "a", None) if entry.text.startswith("Put back")]
    assert back.act is not None
    back.act()
    assert middle(view, "a") == pytest.approx(start)
    assert not [entry for entry in entries(view, "a", None) if entry.text.startswith("Put back")]
    assert not session.state.modified


def test_keys_move_the_selected_box_in_one_step_of_undo(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.select("z")
    start = middle(view, "z")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(view, key, SHIFT)
    assert middle(view, "z") == pytest.approx((start[0] + 2 * moving.STEP, start[1] + moving.STEP))
    assert session.state.selection == "z"
    session.undo.undo()
    assert middle(view, "z") == pytest.approx(start)


def test_without_shift_the_picture_is_dragged(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, at: At
) -> None:
    view = make_view(neuron)
    start, before = at(view, "a"), middle(view, "a")
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(50, 20))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(50, 20))
    assert middle(view, "a") == before
    assert not session.state.moved


def test_a_moved_box_stands_there_again_when_the_graph_is_opened_again(
    qtbot: QtBot, make_view: Make, neuron: Document, grouped: Document, session: Session, at: At
) -> None:
    view = make_view(neuron)
    drag(qtbot, view, "a", at, (120, 40))
    put = middle(view, "a")
    session.show(grouped)
    assert not session.state.moved
    session.show(neuron)
    qtbot.waitUntil(lambda: view.scene is not None and view.scene.place("a") >= 0)
    assert middle(view, "a") == pytest.approx(put)
