"""What can be asked about the selected node: what it depends on, what depends on it, which paths lead on.

The one rule: an answer is always a filter, the same as that of a search; where there is none, a sentence
says so and nothing is dimmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_explorer.engine.graph import Graph, enclosing
from graph_explorer.engine.reach import ancestors, between, descendants, inside
from graph_explorer.ui.finding.found import Found
from graph_explorer.ui.jobs import Checkpoint

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


#: Graphs of more nodes than this are walked by a job.
AT_ONCE = 5_000
#: How the sentence begins that there is no way.
_NONE = "No path leads"

Walk = Callable[[Graph], Found | None]


def influences(session: Session) -> None:
    """Leaves bright what the selected node or group influences."""
    chosen = session.state.selection
    title = f"What '{chosen}' influences"
    answer(session, lambda graph: Found(title, descendants(graph, inside(graph, chosen))))


def sources(session: Session) -> None:
    """Leaves bright what the selected node or group is computed from."""
    chosen = session.state.selection
    title = f"What '{chosen}' is computed from"
    answer(session, lambda graph: Found(title, ancestors(graph, inside(graph, chosen))))


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
    none = f"{_NONE} from '{first}' to '{second}', nor back."
    answer(session, lambda graph: _paths(graph, first, second), none)


def _paths(graph: Graph, first: str, second: str) -> Found | None:
    one, other = inside(graph, first), inside(graph, second)
    found = between(graph, one, other)
    if found:
        return Found(f"Paths from '{first}' to '{second}'", found)
    found = between(graph, other, one)
    return Found(f"Paths from '{second}' to '{first}'", found) if found else None


def go_to(session: Session, name: str) -> None:
    """Selects a node that was found, in opened groups, so that it is seen and not only where it is."""
    graph = session.state.graph
    if graph is not None and name in graph:
        around = enclosing(graph.node(name).group)
        closed = session.state.collapsed.difference(around)
        if len(closed) < len(session.state.collapsed):
            session.change(collapsed=closed)
    session.select(name)


def go_on(session: Session, steps: int) -> None:
    """Selects the next of the found nodes, or the one before; from the last one to the first."""
    state = session.state
    if state.found is None or not state.found.names:
        return
    names = state.found.names
    at = state.found.places.get(state.selection)
    place = (at + steps) % len(names) if at is not None else (0 if steps > 0 else len(names) - 1)
    go_to(session, names[place])


def show_all(session: Session) -> None:
    """Ends the search and its filter."""
    session.change(found=None, finding=False)


def answer(session: Session, walk: Walk, none: str = "") -> None:
    """Shows what a walk over the graph finds, or says that there is `none`; of a large one by a job."""
    graph = session.state.graph
    assert graph is not None

    def show(found: Found | None) -> None:
        if session.state.graph is not graph:
            return
        if found is None:
            session.say(none)
            return
        told = session.state.message
        session.change(found=found, finding=True, message="" if told.startswith(_NONE) else told)

    def work(checkpoint: Checkpoint) -> Found | None:
        found = walk(graph)
        return found.prepared() if found is not None else None

    if len(graph) <= AT_ONCE:
        session.jobs.cancel("search")
        show(walk(graph))
    else:
        session.jobs.start("search", "Looking through the graph", work, show, session.fail)
