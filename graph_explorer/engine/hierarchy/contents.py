"""What one group holds: its nodes, what goes in and comes out, and the equal blocks of a stack.

The one rule: everything is found over arrays of the whole graph, so that a group of a large graph is
asked for as often as one likes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.health import norm_of
from graph_explorer.engine.trace import Trace

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """One of the blocks of a stack: what it is called, the value that comes out of it, its parameters."""

    name: str
    result: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Contents:
    """The nodes in a group and in the groups within it; the values that go in and come out, each once."""

    path: str
    nodes: tuple[Node, ...]
    into: tuple[str, ...]
    out: tuple[str, ...]

    @cached_property
    def operations(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if not node.is_leaf)


@dataclass(frozen=True, eq=False)
class Compared:
    """Euclidean norms (n,) over the blocks of a stack, NaN where there is nothing.

    `values` and `gradients` are those of what comes out of each block, `parameters` those of the gradients
    of all its parameters together. `valued` and `pulled` (n,) are the times from which the value that comes
    out is known, and some of its gradient; infinite where it never is.
    """

    blocks: tuple[Block, ...]
    values: Floats
    gradients: Floats
    parameters: Floats
    valued: Floats
    pulled: Floats


def contents(graph: Graph, path: str) -> Contents:
    """What the group `path` holds."""
    paths, number = graph.grouping
    inside = np.array([_within(one, path) for one in paths], dtype=bool)[number]
    source, target, slot = graph.edges
    named: list[tuple[str, ...]] = []
    for crossing in (inside[target] & ~inside[source], inside[source] & ~inside[target]):
        edges = np.flatnonzero(crossing)
        ends = zip(source[edges].tolist(), target[edges].tolist(), slot[edges].tolist(), strict=True)
        names = (
            graph.nodes[taker].inputs[at] for maker, taker, at in ends if graph.nodes[maker].op != "constant"
        )
        named.append(tuple(dict.fromkeys(names)))
    return Contents(path, tuple(graph.nodes[k] for k in np.flatnonzero(inside).tolist()), *named)


def blocks_of(graph: Graph, path: str, output: str) -> tuple[Block, ...]:
    """The blocks of the stack `path`: its groups; where it has none, its operations."""
    paths, number = graph.grouping
    groups = [one for one in graph.groups if one.rpartition("/")[0] == path]
    place = {one: k for k, one in enumerate(groups)}
    cut = path.count("/") + 2 if path else 1
    of_path = [place.get("/".join(one.split("/", cut)[:cut]), -1) if place else -1 for one in paths]
    block = np.array(of_path, dtype=np.int64)[number]
    if not groups:
        chain = [
            k for k in np.flatnonzero(number == paths.index(path)).tolist() if not graph.nodes[k].is_leaf
        ]
        groups = [graph.nodes[k].id for k in chain]
        block[chain] = np.arange(len(chain))
    results = _results(graph, block, output)
    held: list[list[str]] = [[] for _ in groups]
    for k in np.flatnonzero(block >= 0).tolist():
        if graph.nodes[k].op == "parameter":
            held[block[k]].append(graph.nodes[k].id)
    return tuple(Block(name, results[k], tuple(held[k])) for k, name in enumerate(groups) if k in results)


def _results(graph: Graph, block: Integers, output: str) -> dict[int, str]:
    """The value that comes out of each block: the last that is used outside, or the output, or the last."""
    found = {int(block[k]): graph.nodes[k].id for k in np.flatnonzero(block >= 0).tolist()}
    source, target, slot = graph.edges
    outward = np.flatnonzero((block[source] >= 0) & (block[source] != block[target]))
    last = np.full(int(block.max(initial=-1)) + 1, -1, dtype=np.int64)
    np.maximum.at(last, block[source[outward]], source[outward])
    for edge in outward[source[outward] == last[block[source[outward]]]].tolist():
        found[int(block[source[edge]])] = graph.nodes[target[edge]].inputs[slot[edge]]
    maker = graph.index(output)
    if block[maker] >= 0:
        found[int(block[maker])] = output
    return found


def compare(
    trace: Trace, blocks: tuple[Block, ...], checkpoint: Callable[[float], None] = lambda share: None
) -> Compared:
    """How large values and gradients are, block by block, at the end of a run."""
    table = np.full((3, len(blocks)), np.nan)
    for place, block in enumerate(blocks):
        checkpoint(place / len(blocks))
        if trace.has_value(block.result):
            table[0, place] = norm_of(trace.value(block.result))
        known = [name for name in (block.result, *block.parameters) if trace.has_gradient(name)]
        norms = [norm_of(trace.gradient(name)) for name in known]
        if known[:1] == [block.result]:
            table[1, place] = norms.pop(0)
        if norms:
            table[2, place] = norm_of(norms)
    times = np.array([_times(trace, block.result) for block in blocks]).reshape(-1, 2)
    return Compared(blocks, table[0], table[1], table[2], times[:, 0], times[:, 1])


def _times(trace: Trace, name: str) -> tuple[float, float]:
    """From when the value is known, and from when some of its gradient is; infinite for never."""
    valued = pulled = math.inf
    plan, number = trace.plan, trace.plan.number[trace.graph.resolve(name)]
    if trace.has_value(name):
        valued = plan.forward_position.get(trace.graph.index(name), -1) + 1
    if trace.takes_gradient(name):
        positions = plan.terms.get(number, ())
        if trace.graph.resolve(name) == trace.output:
            pulled = trace.forward_length + 1
        elif positions:
            pulled = trace.forward_length + 2 + positions[0]
    return valued, pulled


def _within(path: str, around: str) -> bool:
    return not around or path == around or path.startswith(f"{around}/")
