"""Groups in the window: many at once, inside one and out again, and blocks that are found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.hierarchy import MANY, folding
from graph_explorer.ui import groups
from graph_explorer.ui.canvas.view import GraphView
from graph_explorer.ui.session import Session

LAYER = "a{i} = {x} @ w{i}\nb{i} = tanh(a{i})\nc{i} = b{i} @ v{i}\nd{i} = c{i} + {x}\nx{i} = relu(d{i})\n"


def residual(count: int) -> Document:
    text = "".join(LAYER.format(i=i, x=f"x{i - 1}" if i else "x") for i in range(count))
    weights = {f"{name}{i}": np.eye(3) for i in range(count) for name in "wv"}
    return parse(f"{text}L = sum(x{count - 1})", {"x": np.ones((2, 3))}, weights)


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> GraphView:
    made = GraphView(session)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


@pytest.fixture
def deep(qtbot: QtBot, session: Session, view: GraphView) -> Document:
    """A chain of 40 layers, shown."""
    session.show(residual(40))
    settle(qtbot, session)
    assert session.state.document is not None
    return session.state.document


def settle(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.jobs.busy("layout") and not session.jobs.busy("trace"))


def stack(document: Document) -> str:
    (path,) = document.read.repeats
    return path


# ── what is closed at first ───────────────────────────────────────────────────────────────────────


def test_a_large_graph_opens_with_its_stack_closed(deep: Document, view: GraphView) -> None:
    assert len(deep.graph) > MANY
    assert view.scene is not None
    assert set(view.scene.cards.ids) == {"x", stack(deep), "L"}


def test_a_small_graph_opens_as_it_is_written(session: Session, view: GraphView) -> None:
    document = residual(5)
    session.show(document)
    assert session.state.collapsed == frozenset()
    assert session.state.graph is document.graph


def test_blocks_can_be_switched_off_and_on(qtbot: QtBot, session: Session, deep: Document) -> None:
    closed = session.state.collapsed
    session.find_blocks(False)
    settle(qtbot, session)
    assert session.state.graph is not None
    assert session.state.graph.groups == ()
    assert session.state.collapsed == frozenset()
    session.find_blocks(True)
    settle(qtbot, session)
    assert session.state.graph.groups == deep.graph.groups
    assert session.state.collapsed == closed


def test_an_edit_finds_the_blocks_again(qtbot: QtBot, session: Session, deep: Document) -> None:
    session.set_program(deep.program.replace("c7 = b7 @ v7", "c7 = 2 * (b7 @ v7)"))
    settle(qtbot, session)
    assert session.state.document is not None
    assert sorted(session.state.document.read.repeats.values()) == [7, 32]
    assert not session.state.modified or session.state.document.program != deep.program


def test_finding_blocks_changes_no_document(session: Session, deep: Document) -> None:
    assert not session.state.modified
    session.find_blocks(False)
    assert not session.state.modified


# ── many at once ──────────────────────────────────────────────────────────────────────────────────


def test_expanding_all_stops_at_a_bound_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, session: Session, deep: Document
) -> None:
    monkeypatch.setattr(groups, "MOST", 100)
    groups.expand_all(session)
    assert "42 cards are shown, and 40 groups are still closed" in session.state.notice
    groups.expand_all(
        session
    )  # blocks that are equal are opened together: this takes more than twice as many
    assert session.state.collapsed == frozenset()
    assert session.state.notice == ""


def test_what_was_said_of_closed_groups_goes_when_one_is_opened_and_other_notices_stay(
    session: Session, deep: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST", 100)
    inner = f"{stack(deep)}/block 3"
    for change in (lambda: session.toggle_group(inner), lambda: groups.collapse_all(session)):
        session.change(collapsed=frozenset(deep.graph.groups))
        groups.expand_all(session)
        assert "still closed" in session.state.notice
        change()
        assert session.state.notice == ""
        session.change(notice="The inputs are made up.")
        change()
        assert session.state.notice == "The inputs are made up."


def test_expanding_all_in_the_selected_group(session: Session, deep: Document) -> None:
    path = stack(deep)
    session.change(collapsed=frozenset(deep.graph.groups) - {path})
    session.select(f"{path}/block 3")
    groups.expand_all(session)
    assert f"{path}/block 3" not in session.state.collapsed
    assert f"{path}/block 4" in session.state.collapsed


def test_what_is_left_closed_in_a_group_is_told_of_that_group_alone(
    session: Session, deep: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST", 30)
    monkeypatch.setattr(groups, "opened", lambda graph, closed, most, within: folding(graph, closed))
    path = stack(deep)
    session.change(collapsed=frozenset(deep.graph.groups))
    groups.enter(session, path)
    groups.expand_all(session)
    assert session.state.notice.startswith(f"40 groups in {path} are still closed.")


def test_collapsing_all(session: Session, deep: Document) -> None:
    session.change(collapsed=frozenset())
    groups.collapse_all(session)
    assert session.state.collapsed == frozenset(deep.graph.groups)


# ── inside one ────────────────────────────────────────────────────────────────────────────────────


def test_entering_a_block_shows_it_between_its_neighbours(
    qtbot: QtBot, session: Session, deep: Document, view: GraphView
) -> None:
    path = stack(deep)
    groups.enter(session, f"{path}/block 3")
    settle(qtbot, session)
    assert view.scene is not None
    assert set(view.scene.cards.ids) == {
        "w2", "v2", "a2", "b2", "c2", "d2", "x2", f"{path}/block 2", f"{path}/block 4",
    }  # fmt: skip
    assert view.crumbs.paths == (path, f"{path}/block 3")
    assert not view.crumbs.isHidden()


def test_values_and_gradients_are_known_inside_as_outside(
    qtbot: QtBot, session: Session, deep: Document, view: GraphView
) -> None:
    groups.enter(session, f"{stack(deep)}/block 3")
    settle(qtbot, session)
    trace = session.state.trace
    assert trace is not None
    session.run_to("w2")
    assert view.scene is not None
    assert view.shown.stage is not None
    place = view.scene.place("w2")
    assert view.shown.stage.progress.complete[place] == session.state.time
    line = view.scene.layout.line_of("a2", 1)
    assert view.shown.stage.progress.followed[line] <= session.state.time


@pytest.mark.parametrize("key", [Qt.Key.Key_Backspace, Qt.Key.Key_Escape])
def test_leaving_by_key_goes_back_to_where_one_was(
    qtbot: QtBot, session: Session, deep: Document, view: GraphView, key: Qt.Key
) -> None:
    camera = view.camera
    path = stack(deep)
    groups.enter(session, path)
    groups.enter(session, f"{path}/block 5")
    settle(qtbot, session)
    assert session.state.entered == (path, f"{path}/block 5")
    session.select("")
    qtbot.keyClick(view, key)
    assert session.state.entered == (path,)
    assert session.state.selection == f"{path}/block 5"
    session.select("")
    qtbot.keyClick(view, key)
    settle(qtbot, session)
    assert session.state.entered == ()
    assert view.camera == camera


def test_crumbs_lead_back(qtbot: QtBot, session: Session, deep: Document, view: GraphView) -> None:
    path = stack(deep)
    groups.enter(session, f"{path}/block 5")
    groups.go_to(session, path)
    assert session.state.entered == (path,)
    groups.go_to(session, "")
    assert session.state.entered == ()


def test_selecting_what_is_outside_leaves_the_group(session: Session, deep: Document) -> None:
    groups.enter(session, f"{stack(deep)}/block 5")
    session.select("a4")
    assert session.state.entered != ()
    session.select("L")
    assert session.state.entered == ()


def test_going_back_enters_again(qtbot: QtBot, session: Session, deep: Document, view: GraphView) -> None:
    inside = f"{stack(deep)}/block 5"
    groups.enter(session, inside)
    settle(qtbot, session)
    session.select("a4")
    session.select("L")
    settle(qtbot, session)
    view.go_back()
    settle(qtbot, session)
    assert session.state.entered == (inside,)
    assert session.state.selection == "a4"


def test_a_group_that_is_gone_is_left(qtbot: QtBot, session: Session, deep: Document) -> None:
    groups.enter(session, f"{stack(deep)}/block 5")
    session.find_blocks(False)
    settle(qtbot, session)
    assert session.state.entered == ()


@pytest.mark.parametrize("direction", ["down", "right"])
def test_every_group_of_a_nested_program_can_be_entered(
    qtbot: QtBot, session: Session, view: GraphView, direction: str, nested: Callable[[], Document]
) -> None:
    session.show(nested())
    view.set_direction(direction)  # type: ignore[arg-type]
    assert session.state.graph is not None
    for path in session.state.graph.groups:
        groups.enter(session, path)
        settle(qtbot, session)
        assert view.scene is not None
        inside = {node.id for node in session.state.graph if f"{node.group}/".startswith(f"{path}/")}
        assert inside <= set(view.scene.cards.ids)
        groups.leave(session, entirely=True)


@pytest.fixture
def nested() -> Callable[[], Document]:
    text = "def inner(u):\n    v = exp(u)\n    return v*u\n"
    text += "def outer(u):\n    p = inner(u)\n    return inner(p) + u\n"
    return lambda: parse(f"{text}y = outer(w)\nz = outer(y)\nL = z*y", {}, {"w": 0.1})
