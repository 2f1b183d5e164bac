"""What can be done with groups: opening and closing many at once, going inside one and out again.

The one rule: what is opened at one go stays within a bound, and a sentence says where it stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.engine.graph import enclosing
from graph_explorer.engine.hierarchy import folding, opened

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.state import State

#: So many cards are shown at most when groups are opened all at once; the next time twice as many.
MOST = 1_000
_GO_ON = "still closed. Expand all again to go on, or expand one alone."


def around(state: State) -> str:
    """The group that is meant: the selected one, or that around the selected node; "" for none."""
    graph, name = state.graph, state.selection
    if graph is None or not name:
        return ""
    return graph.node(name).group if name in graph else name


def whole(state: State) -> str:
    """The group all of which is meant: the selected one, or that whose inside is shown; "" for the graph."""
    graph = state.graph
    chosen = state.selection if graph is not None and state.selection not in graph else ""
    return chosen or inside(state)


def inside(state: State) -> str:
    """The group whose inside alone is shown; "" for the whole graph."""
    return state.entered[-1] if state.entered else ""


def toggle(session: Session) -> None:
    """Opens or closes the group that is meant, and selects it."""
    path = around(session.state)
    if path:
        session.select(path)
        session.toggle_group(path)


def collapse_all(session: Session) -> None:
    """Closes every group, with all inside it."""
    graph = session.state.graph
    if graph is not None:
        session.change(collapsed=frozenset(graph.groups), notice=lasting(session.state.notice))


def expand_all(session: Session) -> None:
    """Opens the groups in the one that is meant, or all, level by level, as long as the cards can be read.

    Where the cards are that many already, it goes on until there are twice as many.
    """
    state = session.state
    graph, within = state.graph, whole(state)
    if graph is None:
        return
    closed = state.collapsed - frozenset(enclosing(within))
    before = folding(graph, closed)
    most = max(MOST, 2 * before.cards)
    found = opened(graph, closed, most, within=within)
    while found.closed == closed and found.folded and most < 2 * len(graph):
        most *= 2
        found = opened(graph, closed, most, within=within)
    left = sum(path.startswith(f"{within}/") for path in found.closed) if within else len(found.closed)
    session.change(collapsed=found.closed, notice=_told(found.cards, left, within) if left else "")


def _told(cards: int, left: int, within: str) -> str:
    """Where opening groups stopped; of those `within` a group alone, what is around it is not counted."""
    shown, closed = (f"{count:,}".replace(",", "\u2009") for count in (cards, left))
    groups, are = ("1 group", "is") if left == 1 else (f"{closed} groups", "are")
    where = f"{groups} in {within.rpartition('/')[2]}" if within else f"{shown} cards are shown, and {groups}"
    return f"{where} {are} {_GO_ON}"


def lasting(notice: str) -> str:
    """What is still true of a notice when other groups are opened or closed."""
    return "" if notice.endswith(_GO_ON) else notice


def enter(session: Session, path: str = "") -> None:
    """Shows the inside of a group alone, by default of the one that is meant."""
    state = session.state
    path = path or around(state)
    graph = state.graph
    if graph is None or path not in graph.groups or path == inside(state):
        return
    kept = tuple(one for one in state.entered if one in enclosing(path)[1:])
    session.change(entered=(*kept, path), selection=path, edge=None)


def leave(session: Session, entirely: bool = False) -> None:
    """Back to where the group was entered from, or to the whole graph."""
    entered = session.state.entered
    if entered:
        session.change(entered=() if entirely else entered[:-1], selection=entered[-1], edge=None)


def go_to(session: Session, path: str) -> None:
    """To a group among those around what is shown: inside it, or only to select it; "" is the whole graph."""
    state = session.state
    if not path:
        leave(session, entirely=True)
    elif path in enclosing(inside(state))[1:]:
        enter(session, path)
    else:
        session.select(path)
