"""What differs from the kept run, as something found: what was edited, and what has changed for any reason.

The one rule: it is walked, listed and dimmed like the answer to any search; what is gone has a row too,
which leads to where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.notation import brief, number
from graph_explorer.ui.finding.acts import answer
from graph_explorer.ui.finding.found import Found

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

_EDITED = "What was edited"


def show_edits(session: Session) -> None:
    """Leaves bright what was edited; what is only renamed where nothing else was done."""
    _answer(session, _edits, "Nothing was edited: the graph and all given values are the same.")


def show_changes(session: Session) -> None:
    """Leaves bright every node whose value or gradient is not as it was."""
    _answer(session, _changes, "No value or gradient has changed.")


def renew(session: Session) -> None:
    """Answers the same question once more after another run; ends the answer with the comparison."""
    found, apart = session.state.found, session.state.difference
    if found is None or not found.differs or (apart is None and session.state.kept is not None):
        return
    find = _edits if found.title.startswith(_EDITED) else _changes
    again = find(apart) if apart is not None else None
    session.change(found=again, finding=session.state.finding and again is not None)


def _answer(session: Session, find: Callable[[Difference], Found | None], none: str) -> None:
    apart = session.state.difference
    if apart is None:
        session.say("The runs are still being compared.")
    else:
        answer(session, lambda graph: find(apart), none)


def _edits(apart: Difference) -> Found | None:
    edits = [edit for edit in apart.edits if edit.now]
    gone = tuple(_gone(apart))
    if not edits and not gone:
        return None
    more = [edit for edit in edits if edit.kind != "name"]
    renamed = len(edits) - len(more) if more or gone else 0
    edits = more if renamed else edits
    title = _EDITED + (f", but for {renamed} renamed" if renamed else "")
    return Found(title, tuple(edit.now for edit in edits), tuple(edit.told for edit in edits), gone, True)


def _changes(apart: Difference) -> Found | None:
    found = {node.id: told for node in apart.now.graph if (told := change_of(apart, node.id))}
    return Found("What has changed", tuple(found), tuple(found.values()), differs=True) if found else None


def change_of(apart: Difference, name: str, gradient: bool = True) -> str:
    """How a value, and its gradient too, differ from the kept run, in words; "" where they do not."""
    place = apart.now.plan.number[name]
    status, before = apart.status[place], apart.before
    if status == "added":
        return "not in the kept run" if not apart.was(name) else "has a value now"
    if status == "shape":
        return f"shape {_shape(apart.now.value(name))}, was {_shape(before.value(apart.was(name)))}"
    parts = []
    if status == "changed":
        parts.append(
            _change(apart.now.value(name), before.value(apart.was(name)), apart.values.largest[place])
        )
    moved = float(apart.gradients.largest[place])
    if gradient and moved > 0:
        parts.append(f"∂ by up to {number(moved)}")
    return "; ".join(parts)


def _change(now: Any, before: Any, largest: float) -> str:
    if np.size(now) == 1:
        return f"{brief(now)}, was {brief(before)}"
    return f"by up to {number(float(largest))}"


def _shape(value: Any) -> str:
    return "×".join(map(str, np.shape(value))) or "a number"


def _gone(apart: Difference) -> Iterator[tuple[str, str]]:
    """What is gone, each with the nearest node below it that is still there, or else above it."""
    gone = [edit for edit in apart.edits if not edit.now]
    if not gone:
        return
    before, now = apart.before.graph, apart.now.graph
    beside = [""] * len(before)
    for place, earlier in enumerate(apart.partner):
        if earlier >= 0:
            beside[earlier] = now.nodes[place].id
    edges = list(zip(*(column.tolist() for column in before.edges[:2]), strict=True))
    for maker, taker in reversed(edges):
        beside[maker] = beside[maker] or beside[taker]
    for maker, taker in edges:
        beside[taker] = beside[taker] or beside[maker]
    for edit in gone:
        yield f"{edit.before}: {edit.told}", beside[before.index(edit.before)]
