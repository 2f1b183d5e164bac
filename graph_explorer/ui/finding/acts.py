"""What can be asked about the selected node: what it depends on, what depends on it, which paths lead on.

The one rule: an answer is always a filter, the same as that of a search; where there is none, a sentence
says so and nothing is dimmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph_explorer.engine.graph import Graph
from graph_explorer.engine.reach import ancestors, between, descendants, inside
from graph_explorer.ui.finding.found import Found

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


def influences(session: Session) -> None:
    """Leaves bright what the selected node or group influences."""
    chosen, graph = _asked(session)
    _show(session, f"What '{chosen}' influences", descendants(graph, inside(graph, chosen)))


def sources(session: Session) -> None:
    """Leaves bright what the selected node or group is computed from."""
    chosen, graph = _asked(session)
    _show(session, f"What '{chosen}' is computed from", ancestors(graph, inside(graph, chosen)))


def paths_to_output(session: Session) -> None:
    """Leaves bright all ways from the selected node or group to the output."""
    assert session.state.document is not None
    show_paths(session, session.state.selection, session.state.document.output)


def begin_path(session: Session) -> None:
    """Remembers the selected node or group as one end of a path."""
    session.change(path_start=session.state.selection)


def paths_from_start(session: Session) -> None:
    """Leaves bright all ways between the remembered node and the selected one."""
    show_paths(session, session.state.path_start, session.state.selection)


def show_paths(session: Session, first: str, second: str) -> None:
    """Leaves bright all ways between two nodes or groups, whichever comes first."""
    _, graph = _asked(session)
    one, other = inside(graph, first), inside(graph, second)
    for start, end, title in (
        (one, other, f"Paths from '{first}' to '{second}'"),
        (other, one, f"Paths from '{second}' to '{first}'"),
    ):
        found = between(graph, start, end)
        if found:
            _show(session, title, found)
            return
    session.say(f"No path leads from '{first}' to '{second}', nor back.")


def go_on(session: Session, steps: int) -> None:
    """Selects the next of the found nodes, or the one before; from the last one to the first."""
    state = session.state
    if state.found is None or not state.found.names:
        return
    names = state.found.names
    at = names.index(state.selection) if state.selection in state.found.lit else None
    place = (at + steps) % len(names) if at is not None else (0 if steps > 0 else len(names) - 1)
    session.select(names[place])


def show_all(session: Session) -> None:
    """Ends the search and its filter."""
    session.change(found=None, finding=False)


def _asked(session: Session) -> tuple[str, Graph]:
    assert session.state.graph is not None
    return session.state.selection, session.state.graph


def _show(session: Session, title: str, names: Iterable[str]) -> None:
    session.change(found=Found(title, tuple(names)), finding=True)
