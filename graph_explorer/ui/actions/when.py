"""When a command makes sense, asked of the session.

The one rule: these questions are asked after each change, so each is answered at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


def opened(session: Session) -> bool:
    return session.state.document is not None


def ran(session: Session) -> bool:
    """There is a run, with its values."""
    return session.state.trace is not None


def waits(session: Session) -> bool:
    return session.waits


def steps_back(session: Session) -> bool:
    return session.state.trace is not None and session.state.time > 0


def steps_on(session: Session) -> bool:
    trace = session.state.trace
    return trace is not None and session.state.time < trace.length


def whole(session: Session) -> bool:
    """The run came to its end, so that there are gradients."""
    trace = session.state.trace
    return trace is not None and trace.failure is None


def grouped(session: Session) -> bool:
    return session.state.graph is not None and bool(session.state.graph.groups)


def in_group(session: Session) -> bool:
    """A group is selected, or a node in one."""
    graph, name = session.state.graph, session.state.selection
    return graph is not None and bool(name) and bool(name not in graph or graph.node(name).group)


def entered(session: Session) -> bool:
    return bool(session.state.entered)


def can_enter(session: Session) -> bool:
    """A group is selected, or a node in one, and it is not the one that is shown."""
    from graph_explorer.ui import groups  # loaded with the workbench

    return in_group(session) and groups.around(session.state) != groups.inside(session.state)


def selected(session: Session) -> bool:
    """A node is selected, not a group."""
    graph = session.state.graph
    return graph is not None and session.state.selection in graph


def reached(session: Session) -> bool:
    trace = session.state.trace
    return selected(session) and trace is not None and trace.takes_gradient(session.state.selection)


def holds_gradients(session: Session) -> bool:
    return bool(session.state.accumulator.gradients)


@lru_cache(maxsize=1)
def _has_averaging(program: str) -> bool:
    from graph_explorer.ui.panels.acts import averaging  # loaded with the workbench

    return averaging.find(program) is not None


def averages(session: Session) -> bool:
    """The program has a mean or a sum that could be the other."""
    document = session.state.document
    return document is not None and _has_averaging(document.program)


def watched(session: Session) -> bool:
    """A view of the surface or of its race is open, and there is a surface."""
    return bool(session.state.watching) and session.state.surface is not None


def raced(session: Session) -> bool:
    return watched(session) and bool(session.state.race.entries)


def leads_back(session: Session) -> bool:
    return session.trail.leads(True, session.state.graph)


def leads_on(session: Session) -> bool:
    return session.trail.leads(False, session.state.graph)


def compares(session: Session) -> bool:
    return session.state.kept is not None


def compares_documents(session: Session) -> bool:
    return session.state.kept_path is not None


def edge(session: Session) -> bool:
    return session.state.edge is not None


def chosen(session: Session) -> bool:
    """A node or a group is selected."""
    return session.state.document is not None and bool(session.state.selection)


def path_begun(session: Session) -> bool:
    start = session.state.path_start
    return chosen(session) and bool(start) and start != session.state.selection


def filtered(session: Session) -> bool:
    return session.state.found is not None or session.state.finding


def some_found(session: Session) -> bool:
    return session.state.found is not None and bool(session.state.found.names)


def moved(session: Session) -> bool:
    return bool(session.state.moved)


def surface(session: Session) -> bool:
    """A view of the surface is open."""
    return session.state.surface is not None and "surface" in session.state.views


def can_ask(session: Session) -> bool:
    return session.can_ask(session.state.selection)


def has_parts(session: Session) -> bool:
    """The selected node can be opened up, or is a part of one that is."""
    document, chosen = session.state.document, session.state.selection
    if document is None or not chosen:
        return False
    from graph_explorer.engine.opening import can_open  # loaded with the workbench

    return bool(document.opened_around(chosen)) or (
        chosen in document.graph and can_open(document.graph.node(chosen))
    )
