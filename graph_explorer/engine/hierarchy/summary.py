"""What a group says for all that is in it: how far a run is through it, and how large its numbers are.

The one rule: a summary is made once for a run; what it says at a time follows by bisection.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.health import norm_of
from graph_explorer.engine.hierarchy.contents import Compared, Contents, blocks_of, compare
from graph_explorer.engine.trace import Trace

Times = NDArray[np.int64]

#: Seconds that a node and a number take, about.
_A_NODE, _A_NUMBER = 1e-5, 2e-9


@dataclass(frozen=True, eq=False)
class Summary:
    """One group in one run.

    `computed` and `complete` are the times, in rising order, at which its values are computed and its
    gradients complete. `parameters` and `numbers` count the parameters in it and their entries; `size`
    and `pull` are the norms of these and of their gradients, NaN where there are none. `compared` is there
    for a stack of blocks.
    """

    trace: Trace
    contents: Contents
    computed: Times
    complete: Times
    parameters: int
    numbers: int
    size: float
    pull: float
    compared: Compared | None

    def values_at(self, time: int) -> int:
        """How many of its values are known."""
        return int(np.searchsorted(self.computed, time, side="right"))

    def gradients_at(self, time: int) -> int:
        """How many of its gradients are complete."""
        return int(np.searchsorted(self.complete, time, side="right"))


def summarize(
    trace: Trace,
    contents: Contents,
    stack: bool,
    checkpoint: Callable[[float], None] = lambda share: None,
) -> Summary:
    """The summary of a group; of a `stack` its blocks are compared too."""
    parameters = [node.id for node in contents.nodes if node.op == "parameter"]
    with_gradient = [name for name in parameters if trace.has_gradient(name)]
    sizes = [norm_of(trace.value(name)) for name in parameters if trace.has_value(name)]
    pulls = [norm_of(trace.gradient(name)) for name in with_gradient]
    checkpoint(0.2)
    compared = None
    if stack:
        blocks = blocks_of(trace.graph, contents.path, trace.output)
        compared = compare(trace, blocks, lambda share: checkpoint(0.2 + 0.8 * share))
    computed, complete = _times(trace, contents)
    return Summary(
        trace, contents, computed, complete, len(parameters),
        sum(trace.value(name).size for name in parameters if trace.has_value(name)),
        norm_of(sizes) if sizes else math.nan, norm_of(pulls) if pulls else math.nan,
        compared,
    )  # fmt: skip


def seconds(trace: Trace, contents: Contents) -> float:
    """About how long the summary takes; the numbers of very many nodes are not counted."""
    nodes = len(contents.nodes) * _A_NODE
    parameters = [node.id for node in contents.nodes if node.op == "parameter"] if nodes < 0.05 else []
    return nodes + _A_NUMBER * sum(trace.value(name).size for name in parameters if trace.has_value(name))


def _times(trace: Trace, contents: Contents) -> tuple[Times, Times]:
    """When the values of the operations in a group are computed, and when gradients are complete."""
    plan, forward = trace.plan, trace.forward_length
    places = np.array([trace.graph.index(node.id) for node in contents.nodes], dtype=np.int64)
    computed = [plan.forward_position[k] + 1 for k in places.tolist() if k in plan.forward_position]
    needed = plan.completed[places] if trace.length > forward else np.zeros(0, np.int64)
    return np.sort(np.array(computed, dtype=np.int64)), np.sort(needed[needed >= 0] + forward + 1)
