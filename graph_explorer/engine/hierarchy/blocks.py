"""Repeated blocks of a graph as groups: twenty equal layers show as one group that holds twenty.

The one rule: the groups that the document names stay, around or inside the new ones; ids, order and
edges stay, so that the graph with blocks computes what the graph without them does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.graph import enclosing
from graph_explorer.engine.hierarchy.folding import FIRST, MANY, folding
from graph_explorer.engine.hierarchy.leaves import move_inward, with_leaves_inside
from graph_explorer.engine.hierarchy.names import block_names, fresh, stack_name
from graph_explorer.engine.hierarchy.scopes import with_scopes
from graph_explorer.engine.hierarchy.stacks import LEAST_SAVED, Stack, stacks_of
from graph_explorer.engine.hierarchy.structure import Item, Scope, Structure
from graph_explorer.engine.machine import without_collector
from graph_explorer.engine.program import Program

Array = np.ndarray[Any, Any]

#: A graph of fewer nodes is read as it is written.
SMALLEST = 60
#: What sets one of several stacks of the same name apart.
_NUMBER = re.compile(r" \d+$")


def with_blocks(program: Program, values: Mapping[str, Array]) -> Program:
    """The program with its repeated blocks as groups, and in `repeats` how many each group of them holds.

    `values` are those of its parameters and constants. A small program, and one in which nothing
    repeats, stays as it is. Where too much is left to be read, a second look lets blocks of different
    sizes pass as equal; `varied` are the groups that hold such.
    """
    if len(program.graph) < SMALLEST:
        return program
    with without_collector():
        return _found(program, values)


def _found(program: Program, values: Mapping[str, Array]) -> Program:
    """What repeats; where that leaves too much to be read, within the scopes of its parameters' names."""
    program = _unused_apart(program) if len(program.graph) > MANY else program
    structure = Structure(program.graph, values)
    found = _looked(program, structure)
    if found is program and program.graph.groups:
        found = with_leaves_inside(program, structure)
    if len(program.graph) <= MANY or _cards(found) <= MANY:
        return found
    scoped = with_scopes(program, structure)
    if scoped is program:
        return found
    return min(found, _looked(scoped, Structure(scoped.graph, values)), key=_cards)


def _looked(program: Program, structure: Structure) -> Program:
    """What repeats; where that leaves too much to be read, blocks of different sizes are equal too."""
    values = structure.values
    found = _grouped(program, structure)
    if len(program.graph) <= MANY or _cards(found) <= FIRST:
        return found
    outlined = _outlined(found, values)
    if found is not program and _cards(outlined) > FIRST:  # small blocks may hide what large ones share
        outlined = min(outlined, _outlined(program, values), key=_cards)
    if outlined is not found and _cards(outlined) > FIRST:  # stages of such blocks
        outlined = _outlined(outlined, values)
    return outlined


def _unused_apart(program: Program) -> Program:
    """The program with the parameters and constants that nothing takes in a group of their own."""
    graph = program.graph
    source, _, _ = graph.edges
    takers = np.bincount(source, minlength=len(graph))
    unused = [
        place
        for place in np.flatnonzero(takers == 0).tolist()
        if graph.nodes[place].op in ("parameter", "constant") and not graph.nodes[place].group
    ]
    left = [place for place in unused if graph.nodes[place].id != program.output]
    if len(left) < LEAST_SAVED:
        return program
    homes = [node.group for node in graph.nodes]
    path = fresh("", "unused", {*graph.values, *graph.names, *graph.groups})
    for place in left:
        homes[place] = path
    captions = MappingProxyType({**program.captions, path: "given, but taken by nothing"})
    return replace(program, graph=graph.with_groups(homes), captions=captions)


def _cards(program: Program) -> int:
    """How many cards there are when all groups are closed."""
    return folding(program.graph, frozenset(program.graph.groups)).cards


def _outlined(program: Program, values: Mapping[str, Array], least: int = FIRST) -> Program:
    """The program with blocks that are equal but for their sizes, in groups that show more than `least`."""
    return _grouped(program, Structure(program.graph, values, program.repeats), least)


def _grouped(program: Program, structure: Structure, least: int = 0) -> Program:
    found = _Grouping(structure, least)
    if not found.repeats:
        return program
    repeats = {found.moved(path): count for path, count in program.repeats.items()}
    return replace(
        program,
        graph=program.graph.with_groups(found.groups()),
        captions=MappingProxyType({found.moved(path): text for path, text in program.captions.items()}),
        repeats=MappingProxyType(repeats | found.repeats),
        varied=frozenset(map(found.moved, program.varied))
        | frozenset(() if structure.exact else found.repeats),
    )


class _Grouping:
    """Gives every operation its group, from the outermost scope inward; then the leaves theirs."""

    def __init__(self, structure: Structure, least: int = 0) -> None:
        """Looks into scopes that hold more than `least` operations, leaves and groups themselves."""
        self.graph = structure.graph
        #: the groups that hold equal blocks → how many
        self.repeats: dict[str, int] = {}
        self._paths: dict[str, str] = {"": ""}  # of the groups that the document names: old → new
        self._homes: list[str] = [""] * len(self.graph)
        self._taken = {*self.graph.values, *self.graph.names, *self.graph.groups}
        self._known: dict[int, tuple[Stack, ...]] = {}
        self._waiting: list[tuple[Scope, str]] = [(structure.top, "")]
        self._takers = structure.takers
        self._parameters = {node.id for node in self.graph.nodes if node.op == "parameter"}
        self._found = structure.stacks
        sizes = Counter(node.group for node in self.graph.nodes)
        while self._waiting:
            scope, path = self._waiting.pop()
            self._paths[scope.path] = path
            stacks = self._stacks(scope) if sizes[scope.path] + len(scope.items) > least else ()
            self._fill(scope.items, 0, len(scope.items), path, stacks)

    def _stacks(self, scope: Scope) -> tuple[Stack, ...]:
        if scope.path in self._found:
            return ()
        if scope.form not in self._known:
            self._known[scope.form] = stacks_of(scope)
        return self._known[scope.form]

    # ── operations ────────────────────────────────────────────────────────────────────────────

    def _fill(self, items: Sequence[Item], first: int, end: int, path: str, stacks: Iterable[Stack]) -> None:
        """Puts the items from `first` to `end` into the group `path` and into stacks within it."""
        at = first
        for stack in stacks:
            self._put(items[at : stack.start], path)
            self._stack(items, stack, path, whole=bool(path) and (stack.start, stack.stop) == (first, end))
            at = stack.stop
        self._put(items[at:end], path)

    def _put(self, items: Iterable[Item], path: str) -> None:
        for item in items:
            if item.scope is None:
                self._homes[item.node] = path
            else:
                self._waiting.append((item.scope, self._moved_to(item.scope.path, path)))

    def _moved_to(self, old: str, path: str) -> str:
        """The path within `path` of a group that was there; a stack no longer needs its number."""
        name = old.rpartition("/")[2]
        made = f"{path}/{name}" if path else name
        return self._fresh(path, _NUMBER.sub("", name)) if old in self._found and made != old else made

    def _stack(self, items: Sequence[Item], stack: Stack, path: str, whole: bool) -> None:
        """A group for the stack, unless it is all that the group around it holds, and one for each block."""
        starts = range(stack.start, stack.stop, stack.period)
        single = items[stack.start] if stack.period == 1 else None
        block = items[stack.start : stack.start + stack.period]
        kind = "stage" if any(item.scope and item.scope.path in self._found for item in block) else "block"
        if single is not None and single.scope is not None:
            names = [items[at].scope.path.rpartition("/")[2] for at in starts]  # type: ignore[union-attr]
        elif single is not None:
            names, kind = [], "chain"
        else:
            names = self._block_names([items[at : at + stack.period] for at in starts], kind)
        around = path if whole else self._fresh(path, stack_name(names, self._operators(block), kind))
        self.repeats[around] = stack.count
        if single is not None:
            self._put(items[stack.start : stack.stop], around)
            return
        for number, (at, name) in enumerate(zip(starts, names, strict=True)):
            inner = [one.moved(number * stack.period) for one in stack.inner]
            self._fill(items, at, at + stack.period, self._fresh(around, name), inner)

    def _fresh(self, path: str, name: str) -> str:
        return fresh(path, name, self._taken)

    def _block_names(self, blocks: Sequence[Sequence[Item]], kind: str) -> list[str]:
        """A name for each block: after all parameters in it, or those outside its groups if these tell."""
        names = [block_names([self._names(one, deep) for one in blocks], kind) for deep in (True, False)]
        return next((found for found in names if found[0] != f"{kind} 1"), names[0])

    def _names(self, items: Sequence[Item], deep: bool) -> list[str]:
        """The names of a block's parameters, `deep` also those in its groups; without any, of all."""
        nodes = self.graph.nodes
        taken = [name for place in self._places(items, deep) for name in nodes[place].inputs]
        return [name for name in taken if name in self._parameters] or [
            item.scope.path if item.scope is not None else nodes[item.node].id for item in items
        ]

    def _places(self, items: Iterable[Item], deep: bool) -> Iterator[int]:
        """Where the operations among some items are."""
        for item in items:
            if item.scope is None:
                yield item.node
            elif deep:
                yield from self._places(item.scope.items, deep)

    def _operators(self, items: Sequence[Item]) -> list[str]:
        """The operators of some items; of what is in their groups only where there is nothing else."""
        places = [*self._places(items, deep=False)] or self._places(items, deep=True)
        return [self.graph.nodes[place].op for place in places]

    # ── leaves, and groups as a whole ─────────────────────────────────────────────────────────

    def moved(self, path: str) -> str:
        """Where a group of the document is now."""
        for around in () if path in self._paths else enclosing(path):
            if around in self._paths:
                return self._paths.setdefault(path, self._paths[around] + path[len(around) :])
        return self._paths.get(path, path)

    def groups(self) -> list[str]:
        """The group of every node."""
        homes, nodes = self._homes, self.graph.nodes
        for place, node in enumerate(nodes):
            if node.op == "input" or place in self._takers:
                homes[place] = self.moved(node.group)
        move_inward(homes, self._takers)
        return homes
