"""What can be done with what is under the pointer.

The one rule: every entry is an act of the session or of the view that has a key or a button too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from graph_explorer.engine.graph import Use, enclosing
from graph_explorer.engine.opening import can_open
from graph_explorer.engine.ops import operation_of
from graph_explorer.ui import groups
from graph_explorer.ui.canvas import moving
from graph_explorer.ui.finding.acts import (
    begin_path,
    influences,
    paths_from_start,
    paths_to_output,
    sources,
)

if TYPE_CHECKING:
    from graph_explorer.ui.canvas.view import GraphView
    from graph_explorer.ui.session import Session


@dataclass(frozen=True)
class Entry:
    """One line of the menu; without an act it is a separator."""

    text: str = ""
    act: Callable[[], object] | None = None
    enabled: bool = True


def entries(view: GraphView, name: str, use: Use | None) -> Iterator[Entry]:
    """The menu for a node or group called `name`, for an edge, or for the background ("" and None)."""
    if use is not None:
        yield from _edge_entries(view, use)
    elif name in view.groups:
        yield from _group_entries(view, name)
    elif name:
        yield from _node_entries(view, name)
    if name and use is None:
        yield from _reach_entries(view, name)
    yield from _moved_entries(view, name)
    yield Entry("Show the whole graph", view.fit)


def _moved_entries(view: GraphView, name: str) -> Iterator[Entry]:
    """To undo what the hand has moved."""
    moved = moving.positions(view.session.state)
    if name in moved:
        yield Entry("Put back where it was", partial(moving.put_back, view.session, name))
    if moved and not name:
        yield Entry("Put all moved boxes back", partial(moving.put_back, view.session))


def _edge_entries(view: GraphView, use: Use) -> Iterator[Entry]:
    session = view.session
    joined = use in session.state.detached
    text = "Let the gradient pass again" if joined else "Detach: no gradient passes"
    yield Entry(text, lambda: session.detach(use))
    yield Entry()


def _node_entries(view: GraphView, name: str) -> Iterator[Entry]:
    session, trace = view.session, view.session.state.trace
    if trace is None:
        return
    takes = trace.takes_gradient(name)
    yield Entry("Run to here", lambda: session.run_to(name), takes)
    stops = name in session.state.breakpoints
    text = "Remove breakpoint" if stops else "Stop here when playing"
    yield Entry(text, lambda: session.toggle_breakpoint(name), takes or stops)
    if session.can_ask(name):
        text = "Leave its gradient out" if name in session.state.asked else "Ask for its gradient"
        yield Entry(text, lambda: session.ask_gradient(name))
    yield Entry()
    time = session.state.time
    known, reached = trace.has_value(name, time), trace.has_gradient(name, time)
    yield Entry("Copy value", lambda: _copy(trace.value(name).tolist()), known)
    yield Entry("Copy gradient", lambda: _copy(trace.gradient(name, time).tolist()), reached)
    yield Entry()
    yield from _part_entries(view, name)
    for path in enclosing(trace.graph.node(name).group)[:1]:
        yield Entry(f"Collapse {path.rpartition('/')[2]}", partial(session.toggle_group, path))
        yield from _enter_entries(session, path)
    yield Entry("Zoom to it", lambda: view.zoom_to(name))


def _reach_entries(view: GraphView, name: str) -> Iterator[Entry]:
    """What depends on what: the answer stays bright, the rest is dimmed."""
    session = view.session
    start = session.state.path_start
    yield Entry()
    yield Entry("Show what it influences", partial(influences, session))
    yield Entry("Show what it is computed from", partial(sources, session))
    yield Entry("Show paths to the output", partial(paths_to_output, session))
    yield Entry("Begin a path here", partial(begin_path, session), start != name)
    if start and start != name:
        yield Entry(f"Show paths from {start}", partial(paths_from_start, session))
    yield Entry()


def _part_entries(view: GraphView, name: str) -> Iterator[Entry]:
    """To open a node up, or to close one again that is open around the node or group `name`."""
    session, document = view.session, view.session.state.document
    if document is None:
        return
    node = document.graph.node(name) if name in document.graph else None
    around = document.opened_around(name)
    if around:
        yield Entry(f"Close up {around}", partial(session.toggle_parts, name))
    elif node is not None and can_open(node):
        parts = "cells" if operation_of(node).family == "recurrent" else "parts"
        yield Entry(f"Open up into {parts}", partial(session.toggle_parts, name))


def _group_entries(view: GraphView, path: str) -> Iterator[Entry]:
    session = view.session
    name = path.rpartition("/")[2]
    text = "Expand" if path in session.state.collapsed else "Collapse"
    yield Entry(f"{text} {name}", lambda: session.toggle_group(path))
    yield Entry(f"Expand all in {name}", partial(groups.expand_all, session))
    yield from _enter_entries(session, path)
    yield from _part_entries(view, path)
    yield Entry("Zoom to it", lambda: view.zoom_to(path))


def _enter_entries(session: Session, path: str) -> Iterator[Entry]:
    """To show the inside of a group alone, or all again."""
    inside = groups.inside(session.state)
    if path != inside:
        yield Entry(f"Enter {path.rpartition('/')[2]}", partial(groups.enter, session, path))
    if inside:
        yield Entry(f"Leave {inside.rpartition('/')[2]}", partial(groups.leave, session))


def _copy(value: object) -> None:
    QGuiApplication.clipboard().setText(str(value))


def make_menu(view: GraphView, name: str, use: Use | None) -> QMenu:
    """The menu, which belongs to the view."""
    menu = QMenu(view)
    menu.setObjectName("graph-menu")
    for entry in entries(view, name, use):
        if entry.act is None:
            menu.addSeparator()
        else:
            action = menu.addAction(entry.text)
            action.setEnabled(entry.enabled)
            action.triggered.connect(lambda checked=False, act=entry.act: act())
    return menu
