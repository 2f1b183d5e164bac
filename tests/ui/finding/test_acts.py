"""What depends on what, asked of the selection."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.menu import entries
from graph_explorer.ui.finding import acts
from graph_explorer.ui.finding.found import Found
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


def named(session: Session) -> set[str]:
    """What was found, without numbers and nodes that have no name of their own."""
    assert session.state.found is not None
    return {name for name in session.state.found.names if "." not in name}


@pytest.mark.parametrize(
    ("act", "selected", "found"),
    [
        (acts.influences, "z", {"z", "a", "L"}),
        (acts.influences, "w", {"w", "z", "a", "L"}),
        (acts.sources, "z", {"w", "x", "b", "z"}),
        (acts.paths_to_output, "b", {"b", "z", "a", "L"}),
    ],
)
def test_answers_are_filters(
    session: Session, neuron: Document, act: Callable[[Session], None], selected: str, found: set[str]
) -> None:
    session.show(neuron)
    session.select(selected)
    act(session)
    assert named(session) == found
    assert session.state.found is not None
    assert selected in session.state.found.title


def test_a_group_is_asked_like_a_node(session: Session, grouped: Document) -> None:
    session.show(grouped)
    assert session.state.trace is not None
    first = session.state.trace.graph.groups[0]
    session.select(first)
    acts.influences(session)
    assert session.state.found is not None
    held = {node.id for node in session.state.trace.graph if node.group.startswith(first)}
    assert held <= session.state.found.lit
    assert "w" not in session.state.found.lit


def test_paths_between_two_either_way(session: Session, neuron: Document) -> None:
    session.show(neuron)
    for first, second in (("w", "a"), ("a", "w")):
        session.select(first)
        acts.begin_path(session)
        session.select(second)
        acts.paths_from_start(session)
        assert named(session) == {"w", "z", "a"}


def test_no_path_is_said_and_nothing_dimmed(session: Session, neuron: Document) -> None:
    session.show(neuron)
    acts.show_paths(session, "w", "b")
    assert session.state.message == "No path leads from 'w' to 'b', nor back."
    assert session.state.found is None
    acts.show_paths(session, "w", "a")
    assert session.state.message == "", "which is no longer so"


def test_what_is_gone_from_the_graph_is_forgotten(session: Session, neuron: Document) -> None:
    session.show(neuron)
    session.select("a")
    acts.begin_path(session)
    acts.influences(session)
    session.set_program("L = w*x")
    assert session.state.path_start == ""
    assert session.state.found is not None
    assert session.state.found.names == ("L",)


def test_shift_click_shows_the_paths(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.select("w")
    assert view.scene is not None
    x, y, width, height = view.scene.boxes[view.scene.place("a")]
    place = QPoint(*(round(part) for part in view.camera.seen((x + width / 2, y + height / 2))))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place)
    assert session.state.selection == "a"
    assert named(session) == {"w", "z", "a"}


def test_the_menu_offers_it(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    session.select("w")
    offered = {entry.text: entry.act for entry in entries(view, "w", None)}
    assert "Show paths from w" not in offered
    begin = offered["Begin a path here"]
    assert begin is not None
    begin()
    session.select("a")
    again = {entry.text: entry.act for entry in entries(view, "a", None)}
    paths = again["Show paths from w"]
    assert paths is not None
    paths()
    assert named(session) == {"w", "z", "a"}


def test_going_on_without_anything_found_changes_nothing(session: Session, neuron: Document) -> None:
    session.show(neuron)
    acts.go_on(session, 1)
    assert session.state.selection == ""


def test_a_large_graph_is_followed_by_a_job(
    qtbot: QtBot, session: Session, neuron: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 3)
    session.show(neuron)
    session.select("w")
    acts.influences(session)
    assert session.state.found is None, "the window did not wait for it"
    assert session.jobs.busy("search")
    qtbot.waitUntil(lambda: session.state.found is not None)
    assert named(session) == {"w", "z", "a", "L"}
    acts.show_paths(session, "w", "x")
    qtbot.waitUntil(lambda: "No path leads" in session.state.message)
    acts.influences(session)
    session.close_document()
    qtbot.waitUntil(lambda: not session.jobs.busy())
    assert session.state.found is None


def test_what_is_found_in_a_closed_group_is_opened_and_brought_into_sight(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    graph = session.state.graph
    assert graph is not None
    session.change(collapsed=frozenset(graph.groups), motion=True)
    qtbot.waitUntil(lambda: not view.shown.gliding.running and not session.jobs.busy("layout"))
    inner = next(node.id for node in graph if node.group.count("/") == 1)
    session.change(found=Found("inner", (inner,)))
    view.zoom(8.0, (1.0, 1.0))
    acts.go_on(session, 1)
    assert session.state.selection == inner
    around = {graph.node(inner).group, graph.node(inner).group.partition("/")[0]}
    assert session.state.collapsed == frozenset(graph.groups) - around, "the others stay closed"

    def in_sight() -> bool:
        box = view.scene.box_of(inner) if view.scene is not None else None
        if box is None or view.shown.gliding.running or view.eye.motion.running:
            return False
        x, y, width, height = view.camera.seen_box(box)
        return 0 <= x + width / 2 <= view.width() and 0 <= y + height / 2 <= view.height()

    qtbot.waitUntil(in_sight)
