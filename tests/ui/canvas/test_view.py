"""The graph view under a person's hands: mouse, wheel and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.graph import Use
from graph_explorer.layout import Member
from graph_explorer.ui import groups
from graph_explorer.ui.canvas import GraphView, arranging
from graph_explorer.ui.canvas.describe import describe_line
from graph_explorer.ui.canvas.paint_lines import point_along
from graph_explorer.ui.jobs import Job
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]
At = Callable[[GraphView, str], QPoint]
LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


def on_line(view: GraphView, use: Use) -> QPoint:
    """The middle of a line on screen."""
    assert view.scene is not None
    x, y = view.camera.seen(
        point_along(view.scene, view.scene.layout.line_of(use.node, use.input_index), 0.5)
    )
    return QPoint(round(x), round(y))


def wheel(view: GraphView, at: QPoint, turned: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


# ── selection ─────────────────────────────────────────────────────────────────────────────────


def test_a_click_selects_a_node_an_edge_a_group_or_nothing(
    qtbot: QtBot, make_view: Make, grouped: Document, at: At, session: Session
) -> None:
    view = make_view(grouped)
    qtbot.mouseClick(view, LEFT, pos=at(view, "w"))
    assert session.state.selection == "w"
    assert session.state.edge is None
    use = Use("L", 0)
    qtbot.mouseClick(view, LEFT, pos=on_line(view, use))
    assert session.state.edge == use
    assert session.state.selection == "L"
    qtbot.mouseClick(view, LEFT, pos=at(view, "h:cell"))
    assert session.state.selection == "h:cell"
    qtbot.mouseClick(view, LEFT, pos=QPoint(2, 2))
    assert session.state.selection == ""
    assert session.state.edge is None


def test_a_click_selects_but_does_not_move_the_picture(
    qtbot: QtBot, make_view: Make, neuron: Document, at: At
) -> None:
    view = make_view(neuron)
    view.pan(-at(view, "w").x() + 6, 0)  # half out of sight
    before = view.camera
    qtbot.mouseClick(view, LEFT, pos=at(view, "w"))
    assert view.selected == "w"
    assert view.camera == before


def test_a_selection_made_elsewhere_is_brought_into_sight(
    make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    view.pan(5000, 0)
    session.select("L")
    assert view.scene is not None
    box = view.scene.box_of("L")
    assert box is not None
    x, y, width, height = view.camera.seen_box(box)
    assert 0 <= x <= view.width() - width
    assert 0 <= y <= view.height() - height


def test_a_node_inside_a_collapsed_group_is_shown_by_the_group(
    make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    session.toggle_group("h:cell")
    inner = next(node.id for node in grouped.graph if node.group == "h:cell/s:scale")
    session.select(inner)
    assert view.selected == "h:cell"
    assert view.drawn("h:cell/s:scale") == "h:cell"


# ── moving about ──────────────────────────────────────────────────────────────────────────────


def test_a_drag_pans_and_selects_nothing(
    qtbot: QtBot, make_view: Make, neuron: Document, at: At, session: Session
) -> None:
    view = make_view(neuron)
    before, start = view.camera, at(view, "z")
    qtbot.mousePress(view, LEFT, pos=start)
    qtbot.mouseMove(view, start + QPoint(40, 30))
    qtbot.mouseMove(view, start + QPoint(80, 60))
    qtbot.mouseRelease(view, LEFT, pos=start + QPoint(80, 60))
    assert (view.camera.x - before.x, view.camera.y - before.y) == (80, 60)
    assert view.camera.scale == before.scale
    assert session.state.selection == ""


def test_the_wheel_zooms_at_the_pointer(make_view: Make, neuron: Document, at: At) -> None:
    view = make_view(neuron)
    pointer, before = at(view, "w"), view.camera
    point = before.scene((pointer.x(), pointer.y()))
    with_signal = []
    view.zoomed.connect(with_signal.append)
    wheel(view, pointer, 120)
    assert view.camera.scale == pytest.approx(before.scale * 1.25)
    assert view.camera.seen(point) == pytest.approx((pointer.x(), pointer.y()), abs=1)
    wheel(view, pointer, -240)
    assert view.camera.scale == pytest.approx(before.scale / 1.25)
    assert with_signal == [pytest.approx(before.scale * 1.25), pytest.approx(before.scale / 1.25)]


def test_a_graph_cannot_be_lost_by_zooming_out(make_view: Make, neuron: Document) -> None:
    view = make_view(neuron)
    view.fit()
    whole = view.camera.scale
    for _ in range(40):
        wheel(view, QPoint(500, 350), -120)
    assert view.camera.scale == pytest.approx(whole / 4)
    assert view.scene is not None
    x, y, width, height = view.camera.seen_box(view.scene.bounds)
    assert 0 < x < x + width < view.width()
    assert 0 < y < y + height < view.height()
    view.zoom_out()
    assert view.camera.scale == pytest.approx(whole / 4)


def test_the_hand_ends_a_glide(make_view: Make, grouped: Document, session: Session) -> None:
    view = make_view(grouped)
    session.change(motion=True)
    session.toggle_group("h:cell")
    assert view.shown.gliding.running
    view.pan(30.0, 40.0)
    assert not view.shown.gliding.running
    session.toggle_group("h:cell")
    view.zoom(1.5, (100.0, 100.0))
    assert not view.shown.gliding.running


def test_a_double_click_on_the_background_fits_all(qtbot: QtBot, make_view: Make, neuron: Document) -> None:
    view = make_view(neuron)
    fitting = view.camera
    view.zoom(3.0, (10, 10))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(view.width() - 3, 3))
    assert view.camera == fitting


def test_keys_zoom_and_fit(qtbot: QtBot, make_view: Make, neuron: Document) -> None:
    view = make_view(neuron)
    fitting = view.camera
    qtbot.keyClick(view, KEY.Key_Plus)
    larger = view.camera.scale
    assert larger > fitting.scale
    qtbot.keyClick(view, KEY.Key_Minus)
    assert view.camera.scale == pytest.approx(fitting.scale)
    qtbot.keyClick(view, KEY.Key_Minus)
    qtbot.keyClick(view, KEY.Key_F)
    assert view.camera == fitting


def test_a_graph_that_was_fitted_stays_fitted_when_the_window_grows(
    qtbot: QtBot, make_view: Make, neuron: Document
) -> None:
    view = make_view(neuron)
    small = view.camera.scale
    view.resize(500, 350)
    assert view.camera.scale < small
    view.zoom(2.0, (50, 50))
    chosen = view.camera.scale
    view.resize(1000, 700)
    assert view.camera.scale == chosen, "a scale that a person chose is kept"


# ── groups ────────────────────────────────────────────────────────────────────────────────────


def test_a_double_click_closes_and_opens_a_group_under_the_pointer(
    qtbot: QtBot, make_view: Make, grouped: Document, at: At, session: Session
) -> None:
    view = make_view(grouped)
    assert view.scene is not None
    title = at(view, "h:cell")
    qtbot.mouseDClick(view, LEFT, pos=title)
    assert session.state.collapsed == {"h:cell"}
    box = view.scene.box_of("h:cell")
    assert view.scene.place("h:cell") >= 0
    assert box is not None
    x, y, width, _ = view.camera.seen_box(box)
    assert x <= title.x() <= x + width, "what one looks at stays under the pointer"
    assert abs(y - title.y()) < 30
    qtbot.mouseDClick(view, LEFT, pos=at(view, "h:cell"))
    assert session.state.collapsed == frozenset()
    assert abs(at(view, "h:cell").x() - title.x()) <= 2
    assert abs(at(view, "h:cell").y() - title.y()) <= 2


def test_enter_closes_the_group_around_a_node_and_opens_it_again(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    inner = next(node.id for node in grouped.graph if node.group == "h:cell/s:scale")
    session.select(inner)
    qtbot.keyClick(view, KEY.Key_Return)
    assert session.state.collapsed == {"h:cell/s:scale"}
    assert session.state.selection == "h:cell/s:scale"
    qtbot.keyClick(view, KEY.Key_Return)
    assert session.state.collapsed == frozenset()


# ── keys along the edges ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("direction", "back", "on", "aside"),
    [("down", KEY.Key_Up, KEY.Key_Down, KEY.Key_Right), ("right", KEY.Key_Left, KEY.Key_Right, KEY.Key_Down)],
)
def test_arrow_keys_follow_the_edges(
    qtbot: QtBot, make_view: Make, session: Session, direction: str, back: Qt.Key, on: Qt.Key, aside: Qt.Key
) -> None:
    document = parse("a = w*x\nb = tanh(a)\nL = b*b", {"x": 1.0}, {"w": 0.5})
    view = make_view(document)
    view.set_direction(direction)  # type: ignore[arg-type]
    assert view.scene is not None
    assert view.scene.layout.direction == direction
    session.select("b")
    qtbot.keyClick(view, on)
    assert session.state.selection == "L"
    qtbot.keyClick(view, on)
    assert session.state.selection == "L", "nothing takes it"
    qtbot.keyClick(view, back)
    qtbot.keyClick(view, back)
    assert session.state.selection == "a"
    qtbot.keyClick(view, back)
    first = session.state.selection
    assert first in ("w", "x")
    other = {KEY.Key_Right: KEY.Key_Left, KEY.Key_Down: KEY.Key_Up}[aside]
    for key in (aside, other):
        qtbot.keyClick(view, key)
    assert session.state.selection in ("w", "x")
    qtbot.keyClick(view, KEY.Key_Home)
    assert session.state.selection == view.scene.cards[0].id
    qtbot.keyClick(view, KEY.Key_End)
    assert session.state.selection == "L"
    qtbot.keyClick(view, KEY.Key_Escape)
    assert session.state.selection == ""


def test_siblings_are_reached_sideways(
    qtbot: QtBot, make_view: Make, fan_out: Document, session: Session
) -> None:
    view = make_view(fan_out)
    view.set_direction("down")
    session.select("w")
    seen = {"w"}
    for key in (KEY.Key_Right, KEY.Key_Left, KEY.Key_Left):
        qtbot.keyClick(view, key)
        seen.add(session.state.selection)
    assert "x" in seen


# ── hover, menu, text ─────────────────────────────────────────────────────────────────────────


def test_the_tooltip_describes_what_is_there(
    qtbot: QtBot, make_view: Make, neuron: Document, at: At, session: Session
) -> None:
    view = make_view(neuron)

    def tip(position: QPoint) -> str:
        QToolTip.hideText()
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, position, view.mapToGlobal(position)))
        return QToolTip.text()

    text = tip(at(view, "z"))
    assert text.startswith("z: Add of z.mul and b.")
    assert "Value 0.4." in text
    assert "Gradient not reached yet." in text
    assert tip(on_line(view, Use("z", 1))) == "b → z, input 2"
    tip(QPoint(2, 2))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_the_pointer_over_a_card_is_marked(qtbot: QtBot, make_view: Make, neuron: Document, at: At) -> None:
    view = make_view(neuron)
    qtbot.mouseMove(view, at(view, "a"))
    assert view.cursor().shape() is Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(view, QPoint(3, 3))
    assert view.cursor().shape() is Qt.CursorShape.ArrowCursor


def menu_at(view: GraphView, position: QPoint) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, position, view.mapToGlobal(position))
    QApplication.sendEvent(view, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def chosen(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def test_the_menu_acts_on_what_is_under_the_pointer(
    qtbot: QtBot, make_view: Make, grouped: Document, at: At, session: Session
) -> None:
    view = make_view(grouped)
    trace = session.state.trace
    assert trace is not None
    chosen(menu_at(view, at(view, "w")), "Run to here")
    assert trace.is_complete("w", session.state.time)
    chosen(menu_at(view, at(view, "w")), "Copy gradient")
    assert QGuiApplication.clipboard().text() == str(trace.gradient("w").tolist())
    chosen(menu_at(view, at(view, "h")), "Stop here when playing")
    assert session.state.breakpoints == {"h"}
    chosen(menu_at(view, on_line(view, Use("L", 0))), "Detach: no gradient passes")
    assert session.state.detached == {Use("L", 0)}
    chosen(menu_at(view, at(view, "h:cell")), "Collapse h:cell")
    assert session.state.collapsed == {"h:cell"}
    chosen(menu_at(view, at(view, "h:cell")), "Expand h:cell")
    assert session.state.collapsed == frozenset()


def test_what_cannot_be_done_is_disabled_in_the_menu(
    qtbot: QtBot, make_view: Make, neuron: Document, at: At
) -> None:
    view = make_view(neuron)
    menu = menu_at(view, at(view, "x"))
    enabled = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    menu.close()
    assert not enabled["Run to here"], "no gradient is asked of an input"
    assert not enabled["Copy gradient"]
    assert enabled["Copy value"]


def test_the_accessible_description_follows_selection_and_step(
    make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    assert view.accessibleName() == "Graph"
    session.select("a")
    assert view.accessibleDescription().startswith("a: Sigmoid of z.")
    assert session.state.trace is not None
    session.seek(session.state.trace.forward_length + 3)
    assert "backward through L.pow into L.sub" in view.accessibleDescription()
    assert view.describe("a").endswith("Gradient not reached yet.")
    session.seek(session.state.trace.length)
    assert "Gradient −0.4013." in view.describe("a")
    session.close_document()
    assert view.accessibleDescription() == "No document is open."


def test_no_painter_is_left_open_where_painting_fails(
    make_view: Make, neuron: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, device = make_view(neuron), QImage(900, 600, QImage.Format.Format_RGB32)

    def fail(*parts: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(view.eye, "paint", fail)
    with pytest.raises(ZeroDivisionError) as found:
        view.render(device)
    monkeypatch.undo()
    assert not device.paintingActive(), f"{found} still holds on to the painting"


def test_a_layout_under_way_is_not_begun_again_when_the_window_changes(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make_view(neuron)
    monkeypatch.setattr(arranging, "AT_ONCE", 0)
    begun: list[str] = []
    start = session.jobs.start

    def counted(key: str, *parts: Any, **more: Any) -> Job:
        begun.append(key)
        return start(key, *parts, **more)

    monkeypatch.setattr(session.jobs, "start", counted)
    session.show(parse("y = x*x*w + 2", inputs={"x": 1.0}, parameters={"w": 2.0}))
    for height in (600, 560, 600):  # as the bar of the jobs comes and goes
        view.resize(900, height)
    assert begun.count("layout") == 1
    qtbot.waitUntil(lambda: view.scene is not None and "y" in view.scene.layout.ids)


def test_a_layout_that_a_person_stops_says_so_and_is_made_when_asked_for(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "AT_ONCE", 0)
    view = make_view(neuron)
    session.jobs.stop("layout")
    assert "not arranged" in session.state.message
    assert view.scene is None
    view.fit()
    qtbot.waitUntil(lambda: view.scene is not None)
    assert session.state.message == "", "what is no longer true is not said any more"


def test_where_opening_groups_is_stopped_they_are_as_they_are_seen(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make_view(grouped)
    groups.collapse_all(session)
    shut, cards = session.state.collapsed, view.scene
    monkeypatch.setattr(arranging, "AT_ONCE", 0)
    groups.expand_all(session)
    assert session.jobs.busy("layout")
    session.jobs.stop("layout")
    assert session.state.collapsed == shut
    assert "as before" in session.state.notice
    assert view.scene is cards
    assert not session.jobs.busy("layout"), "nothing is to be done for what is seen already"
    groups.expand_all(session)
    qtbot.waitUntil(lambda: view.scene is not cards)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (2, "2 edges: a → z0 and a → z1"),
        (4, "4 edges: a → z0, a → z1, a → z2 and a → z3"),
        (1400, "1\u2009400 edges: a → z0, a → z1, a → z2 and 1\u2009397 more"),
    ],
)
def test_a_bundle_names_some_of_its_edges_and_counts_the_rest(count: int, text: str) -> None:
    assert describe_line(tuple(Member("a", f"z{k}", 0) for k in range(count))) == text
