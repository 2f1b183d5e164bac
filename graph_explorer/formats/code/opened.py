"""The run that code is written from.

The one rule: what is put together from other operations is opened up into them, so that a layer of
cells is written cell by cell.
"""

from __future__ import annotations

from graph_explorer.document import Document, run
from graph_explorer.engine import run as engine_run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.opening import can_open, opened
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.trace import Trace


def opened_run(document: Document) -> Trace:
    """A run of the document with its composed nodes opened. Raises `InputError` where it fails."""
    graph, leaves, detached = document.graph, dict(document.leaves), document.read.detached
    with_parts = [node.id for node in graph if can_open(node)]
    if with_parts:
        closed = run(document, wrt=())
        values = {name: closed.value(name) for name in graph.values}
        for name in with_parts:
            found = opened(graph, name, values, detached)
            graph, detached = found.graph, found.detached
            leaves |= found.constants
    plan = Plan(graph, document.output, document.default_wrt, detached)
    trace = engine_run.execute(plan, leaves)
    if trace.failure is not None:
        assert isinstance(trace.failure, InputError)
        raise document.placed(trace.failure)
    return trace
