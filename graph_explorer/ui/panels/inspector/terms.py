"""Rows about gradients: the terms of a sum, what is passed on, and where a click on them leads.

The one rule: what has not happened yet at the present time has no number here, only its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import partial

import numpy as np

from graph_explorer.engine.arithmetic import product
from graph_explorer.engine.explain import named_within
from graph_explorer.engine.graph import Graph, Node, Use
from graph_explorer.engine.notation import brief, derivative, name_text, shape
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.ui.panels.inspector.subject import term_positions
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.rows import Row

#: Of more terms than this, the first ones and those around the present one are shown.
_MOST, _FIRST = 24, 4
#: Letters that a column of numbers has room for.
_COLUMN = 16
NOT_YET = "not yet"


def go_to_step(session: Session, pulled: Pulled) -> None:
    """Selects the edge of a step and goes to the time just after it."""
    session.select(pulled.node.id, Use(pulled.node.id, pulled.input_index))
    session.seek(pulled.trace.time_of(pulled) + 1)


def short(array: object) -> str:
    """A number, the list of a very few, or the shape: what fits into a column."""
    text = brief(array)
    return text if len(text) <= _COLUMN else shape(np.shape(np.asarray(array)))


def factors(pulled: Pulled) -> str:
    """The product of a step without its result: −0.4013 × 0.2403."""
    text = product(pulled).text
    return text.rpartition(" = ")[0] or text


def term_rows(session: Session, trace: Trace, name: str, time: int) -> list[Row]:
    """The contributions to the gradient of `name` as a sum: those that came, then those to come.

    Of very many the first ones are shown, and those around the present time. A single term is no sum.
    """
    positions = term_positions(trace, name)
    come = bisect_left(positions, trace.pulled_by(time))
    rows: list[Row] = []
    before = -1
    for place in _shown(len(positions), come):
        if place != before + 1:
            rows.append(Row(f"{place - before - 1} more", sign="…"))
        rows.append(_term_row(session, Pulled(trace, positions[place]), place < come, place))
        before = place
    if before + 1 < len(positions):
        rows.append(Row(f"{len(positions) - before - 1} more", sign="…"))
    if come and len(positions) > 1:
        far = "" if come == len(positions) else f"{come} of {len(positions)} so far"
        total = short(trace.gradient(name, time))
        rows.append(Row(derivative(trace.output, name), total, "=", far, "gradient", total=True))
    return rows


def _shown(count: int, come: int) -> list[int]:
    """Which of the terms are shown: all, or the first ones and those around the present one."""
    if count <= _MOST:
        return list(range(count))
    begin = min(max(come - _MOST // 2, _FIRST), count - _MOST + _FIRST)
    return [*range(_FIRST), *range(begin, begin + _MOST - _FIRST)]


def _term_row(session: Session, term: Pulled, has_come: bool, position: int) -> Row:
    return Row(
        f"through {name_text(term.node.id)}",
        short(term.contribution) if has_come else NOT_YET,
        "+" if position else "",
        factors(term) if has_come else "",
        "gradient" if has_come else "muted",
        f"Step {term.step}, {term.node.id}: go there and show this edge",
        partial(go_to_step, session, term),
    )


def input_rows(session: Session, now: State, graph: Graph, node: Node) -> list[Row]:
    """The values that a node takes; a click selects where they come from."""
    rows = []
    for name in node.inputs:
        if name:
            source, value = graph.node(name), now.value(name)
            rows.append(
                Row(
                    named_within(name, node),
                    short(value) if value is not None else "not computed yet",
                    "",
                    source.caption or (source.op if source.is_leaf else ""),
                    "muted" if value is None else "value",
                    f"Select {name}",
                    select(session, source.id),
                )
            )
    return rows


def passed_on_rows(
    session: Session, trace: Trace, node: Node, pulls: dict[int, Pulled], time: int
) -> list[Row]:
    """What a node's gradient becomes at each input that takes one."""
    rows = []
    for slot, pulled in pulls.items():
        name = node.inputs[slot]
        has_come = trace.time_of(pulled) < time
        rows.append(
            Row(
                f"to {named_within(name, node)}",
                short(pulled.contribution) if has_come else NOT_YET,
                "",
                factors(pulled) if has_come else "",
                "gradient" if has_come else "muted",
                f"Step {pulled.step}: go there and show this edge",
                partial(go_to_step, session, pulled),
            )
        )
    return rows


def select(session: Session, name: str) -> Callable[[], None]:
    """A click that selects a node."""
    return partial(session.select, name)
