"""The surface view with real events: pointing, dragging, zooming, keys, and what the session makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.surfaces import PRINCIPAL, RANDOM
from graph_explorer.ui.session import Session
from graph_explorer.ui.surface.menu import make_menu, tip
from graph_explorer.ui.surface.paint_marks import Pointed
from graph_explorer.ui.surface.plane import Plane
from graph_explorer.ui.surface.view import SurfaceView

Make = Callable[[Document], SurfaceView]
LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


def spot(plane: Plane, x: float, y: float) -> QPoint:
    """The pixel at which a point of the plane is seen."""
    assert plane.frame is not None
    return QPoint(*(round(part) for part in plane.frame.seen([x, y]).tolist()))


def drag(qtbot: QtBot, plane: Plane, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(plane, LEFT, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(
            plane, start + QPoint(round((end - start).x() * share), round((end - start).y() * share))
        )
    qtbot.mouseRelease(plane, LEFT, pos=end)


def turn_wheel(plane: Plane, at: QPoint, notches: int) -> None:
    position = QPointF(at)
    event = QWheelEvent(
        position, QPointF(plane.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plane, event)


def test_says_value_and_gradient_where_one_points(make_view: Make, bowl: Document, qtbot: QtBot) -> None:
    view = make_view(bowl)
    assert view.numbers.full == "x = 1, y = −1:  L = 3,  ∇L = (2, −4),  ‖∇L‖ = 4.472"
    at = spot(view.plane, 2, 1)
    qtbot.mouseMove(view.plane, at)
    x, y = view.plane.frame.point(at.x(), at.y())
    assert view.plane.found.value == x**2 + 2 * y**2
    assert view.plane.found.gradient.tolist() == [2 * x, 4 * y]
    assert "Known minima: (0, 0)." in view.plane.accessibleDescription()
    assert "Momentum" in view.plane.accessibleDescription()


def test_a_click_sets_the_parameters(make_view: Make, bowl: Document, session: Session, qtbot: QtBot) -> None:
    view = make_view(bowl)
    at = spot(view.plane, -2.5, 3)
    qtbot.mouseClick(view.plane, LEFT, pos=at)
    point = view.plane.frame.point(at.x(), at.y())
    assert session.state.here == point
    assert session.state.document.entry("x").array == point[0]
    assert session.state.trace.value("L") == point[0] ** 2 + 2 * point[1] ** 2
    session.undo.undo()
    assert session.state.here == (1.0, -1.0)


def test_dragging_the_point_is_one_change(
    make_view: Make, bowl: Document, session: Session, qtbot: QtBot
) -> None:
    view = make_view(bowl)
    drag(qtbot, view.plane, spot(view.plane, 1, -1), spot(view.plane, -2, 2))
    assert session.state.here == pytest.approx((-2, 2), abs=0.05)
    assert session.undo.count() == 1
    drag(qtbot, view.plane, spot(view.plane, *session.state.here), spot(view.plane, 2, 2))
    assert session.undo.count() == 2


def test_a_start_can_be_dragged(make_view: Make, bowl: Document, session: Session, qtbot: QtBot) -> None:
    view = make_view(bowl)
    before = session.state.paths
    drag(qtbot, view.plane, spot(view.plane, 3, -2), spot(view.plane, -3, 3))
    assert session.state.race.starts[0] == pytest.approx((-3, 3), abs=0.05)
    assert session.state.paths[0].points[0] == pytest.approx(session.state.race.starts[0])
    assert session.state.paths[0] is not before[0]
    assert session.state.here == (1.0, -1.0)


def test_dragging_the_plane_and_the_wheel_look_elsewhere(
    make_view: Make, bowl: Document, session: Session, qtbot: QtBot
) -> None:
    view = make_view(bowl)
    plane = view.plane
    start = plane.frame
    drag(qtbot, plane, spot(plane, -2, 2), spot(plane, -2, 2) + QPoint(60, 30))
    assert plane.frame.window[0] == pytest.approx(start.moved(60, 30).window[0])
    assert session.state.here == (1.0, -1.0)
    at = spot(plane, -1, 1)
    under = plane.frame.point(at.x(), at.y())
    turn_wheel(plane, at, 3)
    assert plane.frame.point(at.x(), at.y()) == pytest.approx(under)
    assert plane.frame.scale[0] > 1.9 * start.scale[0]
    qtbot.waitUntil(lambda: not session.jobs.busy())
    assert plane.shown_frame == plane.frame.window, "what is seen was computed for this very place"


def test_a_double_click_resets_and_leaves_the_point(
    make_view: Make, bowl: Document, session: Session, qtbot: QtBot
) -> None:
    view = make_view(bowl)
    turn_wheel(view.plane, spot(view.plane, -2, 2), 4)
    at = spot(view.plane, -2, 2)
    qtbot.mouseClick(view.plane, LEFT, pos=at)
    qtbot.mouseDClick(view.plane, LEFT, pos=at)
    assert view.plane.frame.window == (-4, 4, -4, 4)
    assert session.state.here == (1.0, -1.0)


def test_keys_move_the_point_on_a_round_grid(
    make_view: Make, bowl: Document, session: Session, qtbot: QtBot
) -> None:
    view = make_view(bowl)
    qtbot.keyClick(view.plane, Qt.Key.Key_Right)
    assert session.state.here == (1.1, -1.0)
    qtbot.keyClick(view.plane, Qt.Key.Key_Up, SHIFT)
    assert session.state.here == (1.1, 0.0)
    assert session.undo.count() == 1, "steps with the keys are undone together"
    window = view.plane.frame.window
    qtbot.keyClick(view.plane, Qt.Key.Key_Plus)
    assert view.plane.frame.window[1] < window[1]
    qtbot.keyClick(view.plane, Qt.Key.Key_F)
    assert view.plane.frame.window == window


def test_turning(make_view: Make, bowl: Document, session: Session, qtbot: QtBot) -> None:
    view = make_view(bowl)
    session.change(look=replace(session.state.look, solid=True))
    qtbot.waitUntil(lambda: not session.jobs.busy())
    before = session.state.look
    middle = view.plane.rect().center()
    drag(qtbot, view.plane, middle, middle + QPoint(50, 20))
    assert session.state.look.turn != before.turn
    assert session.state.look.tilt > before.tilt
    turned = session.state.look.turn
    qtbot.keyClick(view.plane, Qt.Key.Key_Left)
    assert session.state.look.turn == (turned - 5) % 360
    turn_wheel(view.plane, middle, 2)
    assert session.state.look.nearness > 1
    assert session.state.here == (1.0, -1.0)
    view.fit()
    assert session.state.look.nearness == 1
    qtbot.waitUntil(lambda: not session.jobs.busy())


def test_axes_are_chosen(make_view: Make, session: Session, qtbot: QtBot) -> None:
    document = parse(
        "L = sum((W @ x + b)**2)", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0], [0.5, -1.0]], "b": [0.1, 0.2]}
    )
    view = make_view(document)
    assert [box.currentText() for box in view.tools.axes] == ["W[0,0]", "W[0,1]"]
    line = view.tools.axes[1].lineEdit()
    line.setText("b[1]")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert session.state.axes == ("W[0,0]", "b[1]")
    line.setText("nothing")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "nothing" in session.state.message
    assert session.state.axes == ("W[0,0]", "b[1]")
    assert line.text() == "b[1]"
    session.say("")
    line.setText("random directions")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert session.state.axes == RANDOM
    assert view.plane.frame.window == (-1, 1, -1, 1)
    assert [box.currentText() for box in view.tools.axes] == ["random directions"] * 2
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=20_000)


def test_principal_directions_are_looked_for_and_kept(
    make_view: Make, session: Session, qtbot: QtBot
) -> None:
    document = parse(
        "L = sum((W @ x + b - 1)**2)", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0], [0.5, -1.0]], "b": [0.1, 0.2]}
    )
    view = make_view(document)
    line = view.tools.axes[0].lineEdit()
    line.setText("principal directions")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "W[0,0]"  # until they are found
    qtbot.waitUntil(lambda: session.state.axes == PRINCIPAL, timeout=20_000)
    assert "60 steps" in session.state.notice
    assert [box.currentText() for box in view.tools.axes] == ["principal directions"] * 2
    surface = session.state.surface
    session.racer.move_to(1.0, 0.0)
    assert session.state.surface is surface
    assert session.state.here == pytest.approx((1.0, 0.0))
    assert surface.value([1.0, 0.0]) < surface.value([0.0, 0.0])
    directions = [axis.tangent("W") for axis in surface.axes]
    session.edit("Another input", session.latest.with_values({"x": [1.0, 3.0]}))
    assert session.state.surface is not surface
    for axis, tangent in zip(session.state.surface.axes, directions, strict=True):
        np.testing.assert_array_equal(axis.tangent("W"), tangent)
    session.edit("A larger one", session.latest.with_values({"b": [0.1]}))
    assert "choose the axes again" in session.state.no_surface
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=20_000)


def test_without_two_numbers_it_says_what_to_do(make_view: Make, session: Session) -> None:
    view = make_view(parse("L = w**2", {}, {"w": 1.0}))
    assert view.empty.isVisible()
    assert not view.plane.isVisible()
    assert "two numbers that can move" in view.reason.text()
    session.show(parse("L = v**2 + w", {}, {"v": 1.0, "w": 1.0}))
    assert view.plane.isVisible()


def test_closed_it_costs_nothing(make_view: Make, bowl: Document, session: Session) -> None:
    view = make_view(bowl)
    assert session.state.watching == {"surface"}
    view.hide()
    assert not session.state.watching
    session.show(parse("L = v**2 + w", {}, {"v": 1.0, "w": 1.0}))
    assert session.state.surface is None
    assert not session.jobs.busy("surface")


def test_another_value_elsewhere_draws_another_surface(
    make_view: Make, session: Session, qtbot: QtBot
) -> None:
    view = make_view(parse("L = k*x**2 + y", {"k": 1.0}, {"x": 1.0, "y": 0.0}))
    before = view.plane.grab().toImage()
    session.set_value("k", -3.0)
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=20_000)
    assert view.plane.found.value == -3.0
    assert view.plane.grab().toImage() != before


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("part", ["arrows", "curvature", "solid", "legend", "sections", "lines", "minima"])
def test_every_switch_shows(
    make_view: Make, bowl: Document, session: Session, qtbot: QtBot, part: str, name: str
) -> None:
    session.change(theme=name)
    view = make_view(bowl)
    before = view.plane.grab().toImage()
    session.change(look=replace(session.state.look, **{part: not getattr(session.state.look, part)}))
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=20_000)
    assert view.plane.grab().toImage() != before


def test_the_picture_is_painted_from_the_paths(make_view: Make, bowl: Document, session: Session) -> None:
    view = make_view(bowl)
    whole = view.plane.grab().toImage()
    session.racer.set(session.state.race, step=0, linked=False)
    assert view.plane.grab().toImage() != whole
    entry = session.state.race.with_entry(0, shown=False)
    session.racer.set(entry, step=30, linked=False)
    assert len(view.plane.subject.courses) == 1
    assert np.isfinite(view.plane.subject.courses[0].path.losses).all()


def test_nothing_is_left_when_the_document_closes(make_view: Make, bowl: Document, session: Session) -> None:
    view = make_view(bowl)
    session.close_document()
    assert view.plane.subject is None
    assert view.plane.frame is None
    assert not view.plane.grab().toImage().isNull()


def test_shift_and_click_add_a_start(make_view: Make, bowl: Document, session: Session, qtbot: QtBot) -> None:
    view = make_view(bowl)
    at = spot(view.plane, -3, 1)
    qtbot.mouseClick(view.plane, LEFT, SHIFT, pos=at)
    assert session.state.race.starts[1] == view.plane.frame.point(at.x(), at.y())
    assert session.state.here == (1.0, -1.0)
    assert len(view.plane.subject.courses) == 4


def test_the_menu_at_a_start(make_view: Make, bowl: Document, session: Session) -> None:
    view = make_view(bowl)
    view.plane.add_start((2.0, 2.0))
    menu = make_menu(view.plane, Pointed(1, at=(2.0, 2.0)))
    texts = {action.text(): action for action in menu.actions()}
    texts["Set the parameters here"].trigger()
    assert session.state.here == (2.0, 2.0)
    texts["Remove this start"].trigger()
    assert session.state.race.starts == ((3.0, -2.0),)
    again = {a.text(): a for a in make_menu(view.plane, Pointed(0, at=(3.0, -2.0))).actions()}
    assert not again["Remove this start"].isEnabled()
    menu.deleteLater()


@pytest.mark.parametrize(
    ("over", "starts", "said"),
    [
        (Pointed(here=True), 1, "The document is here"),
        (Pointed(0), 1, "The start"),
        (Pointed(1), 2, "Start 2"),
    ],
)
def test_marks_say_what_they_are(over: Pointed, starts: int, said: str) -> None:
    assert tip(over, starts).startswith(said)
    assert tip(Pointed(at=(1.0, 1.0)), starts) == ""
