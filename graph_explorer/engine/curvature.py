"""Second derivatives along directions: the Hessian times a vector, without the Hessian.

The backward pass is written as a graph; one more node there is the slope along the vector, and pulling
back that one number gives the product: two passes over the graph, however many parameters there are
(Pearlmutter: Fast exact multiplication by the Hessian, 1994).

The one rule: the product is exact. There is no difference quotient here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.backward import backward_graph, lookup
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import gradients
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]

#: What the added nodes are called; no program can name a value so.
_ALONG, _TERM, _SLOPE = "along.", "slope.", "slope"


class HessianProduct:
    """The Hessian of the output of a trace times directions; of an output that is an array, as it is seeded.

    `names` are the leaves that move. One serves every point with the same shapes and the same whole
    numbers. `InputError` where an operation between has no second derivative here.
    """

    def __init__(self, trace: Trace, names: Iterable[str]) -> None:
        self.names = tuple(names)
        graph, self._constants, found = backward_graph(trace)
        moving = [name for name in self.names if name in found]
        self._shapes = {name: trace.value(name) for name in self.names}
        leaves = [Node(_ALONG + name, "constant") for name in moving]
        terms = [
            node
            for name in moving
            for node in (
                Node(f"{_TERM}{name}.mul", "Mul", (found[name], _ALONG + name)),
                Node(_TERM + name, "ReduceSum", (f"{_TERM}{name}.mul",), {"keepdims": 0}),
            )
        ]
        self._plan: Plan | None = None
        if moving:
            whole = Node(_SLOPE, "Sum", tuple(_TERM + name for name in moving))
            self._plan = Plan(
                Graph([*leaves, *graph.nodes, *terms, whole]), _SLOPE, self.names, trace.plan.detached, lookup
            )
        self._moving = moving

    def __call__(self, leaves: Mapping[str, Array], along: Mapping[str, Array]) -> dict[str, Array]:
        """The product at `leaves` with the direction `along`, which may leave out names that stay."""
        zeros = {name: np.zeros_like(value) for name, value in self._shapes.items()}
        if self._plan is None:
            return zeros
        given = {
            _ALONG + name: np.asarray(along.get(name, zeros[name]), zeros[name].dtype)
            for name in self._moving
        }
        _, found = gradients(self._plan, {**leaves, **self._constants, **given})
        return zeros | dict(found)
