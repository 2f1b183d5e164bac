"""Ways through a large graph: back and forward, the groups around the selection, the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.session import Session
from graph_explorer.ui.trail import MOST, Place, Trail

Make = Callable[[Document], GraphView]
BACK, FORWARD = Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton


def place(name: str) -> Place:
    return Place(name, None, Camera())


# ── back and forward ──────────────────────────────────────────────────────────────────────────


def holding(names: Iterable[str]) -> Graph:
    return Graph([Node(name, "input") for name in names])


def test_a_trail_is_walked_both_ways_and_forgets_what_lay_ahead() -> None:
    trail, graph = Trail(), holding("abcdx")
    told: list[str] = []
    trail.told = lambda: told.append(trail.before())
    for before, now in ("ab", "bc", "cd"):
        trail.visit(place(before), place(now))
    assert told == ["a", "b", "c"]

    def go(back: bool) -> str:
        leads = trail.leads(back, graph)
        found = trail.travel(back, Camera(), graph)
        assert leads == (found is not None)
        return found.selection if found is not None else "-"

    assert [go(True) for _ in range(4)] == ["c", "b", "a", "-"]
    assert trail.before() == ""
    assert [go(False) for _ in range(2)] == ["b", "c"]
    trail.visit(place("c"), place("x"))
    assert [go(False), go(True), go(True)] == ["-", "c", "b"]
    for k in range(2 * MOST):
        trail.visit(place(str(k)), place(str(k + 1)))
    assert len(trail._places) <= MOST


def test_a_trail_leaves_out_what_is_gone_and_keeps_cameras() -> None:
    trail = Trail()
    for before, now in ("ab", "bc"):
        trail.visit(place(before), place(now))
    found = trail.travel(True, Camera(2.0), holding("ac"))
    assert found is not None
    assert found.selection == "a"
    again = trail.travel(False, Camera(), holding("ac"))
    assert again is not None
    assert again.camera == Camera(2.0), "with which it was left"
    assert not trail.leads(True, holding("c"))
    assert not trail.leads(True, None)


def test_back_returns_to_the_selection_and_the_view_of_it(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.select("w")
    view.pan(140, 60)
    left = view.camera
    session.select("L")
    view.zoom(2.0, (10, 10))
    qtbot.mouseClick(view, BACK, pos=QPoint(5, 5))
    assert session.state.selection == "w"
    assert view.camera == left
    view.go_back(-1)
    assert session.state.selection == "L"
    qtbot.mouseClick(view, BACK, pos=QPoint(5, 5))
    qtbot.mouseClick(view, FORWARD, pos=QPoint(5, 5))
    assert session.state.selection == "L"
    view.go_back(-1)
    assert session.state.selection == "L", "there is nothing ahead"


def test_another_document_has_a_trail_of_its_own(
    make_view: Make, neuron: Document, grouped: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.select("w")
    session.select("L")
    session.show(grouped)
    view.go_back()
    assert session.state.selection == ""


# ── groups around the selection ───────────────────────────────────────────────────────────────


def crumbs(view: GraphView) -> list[QPushButton]:
    found = view.crumbs.findChildren(QPushButton, "crumb")
    return [button for button in found if button.isVisible()]


def test_crumbs_name_the_groups_and_select_them(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    assert view.crumbs.isHidden()
    graph = session.state.trace.graph  # type: ignore[union-attr]
    inner = next(path for path in graph.groups if "/" in path)
    session.select(next(node.id for node in graph if node.group == inner))
    qtbot.waitUntil(lambda: [button.text() for button in crumbs(view)] == inner.split("/"))
    qtbot.mouseClick(crumbs(view)[0], Qt.MouseButton.LeftButton)
    assert session.state.selection == inner.split("/")[0]
    qtbot.waitUntil(lambda: [button.text() for button in crumbs(view)] == inner.split("/")[:1])
    session.select("L")
    assert view.crumbs.isHidden()


# ── the map ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def chain() -> Document:
    lines = "\n".join(["h = x", *["h = tanh(h + w)"] * 60])
    return parse(f"{lines}\nL = h**2", {"x": 0.5}, {"w": 0.3})


def shown(qtbot: QtBot, make_view: Make, document: Document) -> GraphView:
    """A view of a document with all its groups open."""
    view = make_view(document)
    view.session.change(collapsed=frozenset())
    qtbot.waitUntil(lambda: view.scene is not None and not view.session.jobs.busy("layout"))
    return view


def test_only_a_large_graph_has_a_map(
    qtbot: QtBot, make_view: Make, neuron: Document, chain: Document, session: Session
) -> None:
    view = shown(qtbot, make_view, neuron)
    assert view.map.isHidden()
    session.show(chain)
    session.change(collapsed=frozenset())
    qtbot.waitUntil(view.map.isVisible)
    session.change(minimap=False)
    assert view.map.isHidden()
    session.change(minimap=True)
    assert view.map.isVisible()
    session.close_document()
    assert view.map.isHidden()


def test_where_all_is_in_sight_there_is_no_map(
    qtbot: QtBot, make_view: Make, chain: Document, session: Session
) -> None:
    view = shown(qtbot, make_view, chain)
    assert view.map.isVisible()
    view.fit()
    assert view.map.isHidden()
    before = view.map.picture.image
    session.seek(session.state.trace.length)  # type: ignore[union-attr]
    assert not view.map.waits, "no picture is made for a map that is not there"
    view.zoom(2.0, (200.0, 200.0))
    assert view.map.isVisible()
    assert view.map.picture.image is not before, "it is up to date when it comes back"


def test_the_map_does_not_vanish_under_the_hand(qtbot: QtBot, make_view: Make, chain: Document) -> None:
    view = shown(qtbot, make_view, chain)
    view.fit()
    view.pan(0.0, 100.0)
    picture = view.map.picture
    assert view.map.isVisible()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=picture.rect().center())
    view.fit()
    assert view.map.isVisible()
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=picture.rect().center())
    view.fit()
    assert view.map.isHidden()


def test_the_rectangle_is_what_is_in_sight(qtbot: QtBot, make_view: Make, chain: Document) -> None:
    view = shown(qtbot, make_view, chain)
    picture = view.map.picture
    for centre in ((100.0, 900.0), (60.0, 1600.0)):
        view._centre_on(centre)
        seen = picture.camera.scene((picture.frame().center().x(), picture.frame().center().y()))
        assert abs(seen[1] - centre[1]) < 3 / picture.camera.scale


def test_a_drag_on_the_map_moves_the_picture(qtbot: QtBot, make_view: Make, chain: Document) -> None:
    view = shown(qtbot, make_view, chain)
    picture = view.map.picture
    at = QPoint(picture.width() // 2, picture.height() // 2 + 20)
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=at)
    middle = view.camera.scene((view.width() / 2, view.height() / 2))
    wanted = picture.camera.scene((at.x(), at.y()))
    assert abs(middle[1] - wanted[1]) < 3 / picture.camera.scale
    before = view.camera
    qtbot.mouseMove(picture, at - QPoint(0, 40))
    assert view.camera != before
    assert view.camera.scale == before.scale


def test_a_pan_does_not_paint_the_map_anew_and_a_step_does(
    qtbot: QtBot, make_view: Make, chain: Document, session: Session
) -> None:
    view = shown(qtbot, make_view, chain)
    kept = view.map.picture.image
    view.pan(0, -300)
    view.zoom(1.3, (200, 200))
    view.grab()
    assert view.map.picture.image is kept
    session.seek(session.state.trace.length)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: view.map.picture.image is not kept)
    before, now = (
        np.frombuffer(image.constBits(), np.uint8).copy() for image in (kept, view.map.picture.image)
    )
    assert (before != now).any(), "gradients are there now"


# ── walking ───────────────────────────────────────────────────────────────────────────────────


def test_a_step_against_the_edge_leads_back_to_where_one_came_from(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    visited = []
    for start in ("y", "a"):  # both are taken by the difference
        session.select(start)
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            qtbot.keyClick(view, key)
            visited.append(session.state.selection)
    assert visited == ["L.sub", "y", "L.sub", "a"]
