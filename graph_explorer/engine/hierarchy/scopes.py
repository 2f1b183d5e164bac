"""Groups after the names of parameters: what learns `inception_3a/1x1.weight` stands in `inception_3a`.

Many exporters number the operations and keep the modules in the names of the parameters alone. The one
rule: a group holds operations that follow one another, so that no path leaves it and comes back; a
scope whose operations stand apart, as those of a shared weight do, is two groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from graph_explorer.engine.graph import Graph
from graph_explorer.engine.hierarchy.leaves import move_inward
from graph_explorer.engine.hierarchy.names import fresh
from graph_explorer.engine.hierarchy.structure import Structure
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.program import Program

#: Where the name of a parameter parts one scope from the next, and the last from its own name.
_JOINT = re.compile(r"[/.]")
#: What bears the name of a parameter: itself, a twin, and what stands for it where its numbers are left out.
_NAMED = frozenset({"parameter", "Identity", "ConstantOfShape"})
#: A group is worth its frame if it holds so many operations.
_LEAST = 5

Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation outside all groups: its place, and the scope that a parameter of its own names, if any."""

    place: int
    scope: Scope | None


def with_scopes(program: Program, structure: Structure) -> Program:
    """The program with groups after the scopes in the names of its parameters, if these have any.

    `structure` is that of its graph. What the document itself puts into a group stays there.
    """
    graph = program.graph
    scopes = _scopes([node.id for node in graph.nodes if node.op in _NAMED and node.id in structure.leaves])
    if not scopes:
        return program
    homes = [node.group for node in graph.nodes]
    placing = _Placing(graph, homes)
    operations = [
        place
        for place, node in enumerate(graph.nodes)
        if node.op != "input" and node.id not in structure.leaves
    ]
    for grouped, places in groupby(operations, key=lambda place: bool(homes[place])):
        if not grouped:
            placing.place([_Step(place, _scope_of(graph, place, scopes)) for place in places], "", 0)
    if not placing.made:
        return program
    move_inward(homes, structure.takers)
    return replace(program, graph=graph.with_groups(homes))


def _scopes(names: Sequence[str]) -> dict[str, Scope]:
    """The scope of each parameter whose name has one.

    A name without a joint at its end belongs to a scope that another name spells with one:
    `a/conv_w` to `a/conv` where there is an `a/conv/bias` too.
    """
    parts = {name: tuple(_JOINT.split(name)) for name in names}
    known = {part[:end] for part in parts.values() for end in range(1, len(part))}
    found: dict[str, Scope] = {}
    for name, (*outer, own) in parts.items():
        stem = own.rpartition("_")[0]
        while stem and (*outer, stem) not in known:
            stem = stem.rpartition("_")[0]
        if outer or stem:
            found[name] = (*outer, stem) if stem else tuple(outer)
    return found


def _scope_of(graph: Graph, place: int, scopes: dict[str, Scope]) -> Scope | None:
    """The scope of the first parameter that an operation takes."""
    return next((scopes[name] for name in graph.nodes[place].inputs if name in scopes), None)


class _Placing:
    """Puts operations that follow one another into groups, from the outermost scope inward."""

    def __init__(self, graph: Graph, homes: list[str]) -> None:
        self.graph = graph
        self.homes = homes
        self.made = 0
        self._taken = {*graph.values, *graph.names, *graph.groups}

    def place(self, steps: Sequence[_Step], path: str, depth: int) -> None:
        """Fills the group `path` with operations whose scopes are the same before `depth`."""
        for name, run in _runs(steps, depth):
            inner = run[: self._end(run)]
            if name and len(run) == len(steps):  # the scope tells nothing that sets them apart
                self.place(run, path, depth + 1)
            elif name and len(inner) >= _LEAST:
                self.made += 1
                self.place(inner, fresh(path, name, self._taken), depth + 1)
                self._stay(run[len(inner) :], path)
            else:
                self._stay(run, path)

    def _stay(self, steps: Sequence[_Step], path: str) -> None:
        for step in steps:
            self.homes[step.place] = path

    def _end(self, run: Sequence[_Step]) -> int:
        """How many operations of a run belong to its scope.

        Those up to the last that has a parameter of the scope or joins values of it, and what is done to
        each entry then. What comes after that, such as a pooling, leads on to the next scope.
        """
        made: set[str] = set()
        end = 0
        for at, step in enumerate(run):
            node = self.graph.nodes[step.place]
            joined = len(made.intersection(node.inputs)) > 1
            rule = OPERATIONS.get(node.op)
            follows = end == at and rule is not None and rule.elementwise
            end = at + 1 if step.scope is not None or joined or follows else end
            made.update(node.outputs)
        return end


def _runs(steps: Sequence[_Step], depth: int) -> Iterator[tuple[str, list[_Step]]]:
    """Neighbours of one scope at `depth`, with its name; what has none goes with what is before it."""
    name, names = "", list[str]()
    for step in steps:
        if step.scope is not None:
            name = step.scope[depth] if depth < len(step.scope) else ""
        names.append(name)
    for one, pairs in groupby(zip(names, steps, strict=True), key=lambda pair: pair[0]):
        yield one, [step for _, step in pairs]
