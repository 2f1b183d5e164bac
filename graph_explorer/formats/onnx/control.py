"""Branches and loops spelled out: the branch that is taken, and every turn of a loop.

The one rule: what decides is a value, so it is computed, as far as needed, while the model is read. Where
that fails, or where a loop would become too long to look at, the node stays closed and ONNX's reference
runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.building import Build, Call, Scope, scoped
from graph_explorer.formats.onnx.nodes import Operator, operators
from graph_explorer.formats.onnx.sorting import described, subgraphs

if TYPE_CHECKING:
    from graph_explorer.formats.onnx.reader import Reader

Array = np.ndarray[Any, Any]

#: A loop that would become more nodes than this stays closed.
MAX_UNROLLED = 5_000
#: A closed loop turns at most this often.
MAX_TURNS = 20_000

Way = Callable[["Reader", Operator, Sequence[str], Scope, int], bool]


class TooLong(Exception):
    """A loop has become too long to be spelled out."""


def graph_of(node: Operator, name: str) -> onnx.GraphProto:
    for found, graph in subgraphs(node):
        if found == name:
            return graph
    raise InputError(f"it has no graph '{name}'; export the model anew")


def spelled_out(
    reader: Reader,
    graph: onnx.GraphProto,
    key: str,
    group: str,
    scope: Scope,
    place: int,
    given: Mapping[str, str],
    wanted: Mapping[str, str],
) -> Scope:
    """The nodes of a subgraph in a group; `given` are its inputs, `wanted` the ids of its results."""
    where = (*scope.place, str(place), key)
    names = {**reader.inner_leaves.get(where, {}), **given}
    inner = Scope(
        names, scope.opsets, group, scope, scope.given, dict(wanted), scope.calls, where
    )  # fmt: skip
    reader.nodes(operators(graph.node), inner)
    return inner


def results_of(inner: Scope, graph: onnx.GraphProto) -> list[str]:
    found = []
    for one in graph.output:
        name = inner.find(one.name)
        if name is None:
            raise InputError(f"the result '{one.name}' is made by no node; export the model anew")
        found.append(name)
    return found


def branch(reader: Reader, node: Operator, inputs: Sequence[str], scope: Scope, place: int) -> bool:
    """If: the branch that the present condition takes, in a group."""
    try:
        condition = reader.build.decide(inputs[0])
        taken = "then_branch" if bool(np.asarray(condition).reshape(-1)[0]) else "else_branch"
    except (InputError, IndexError, ValueError):
        return False  # the condition cannot be had: running will say why
    graph = graph_of(node, taken)
    if len(graph.output) != len(node.output):
        raise InputError(f"its {taken} has {len(graph.output)} results, not {len(node.output)}")
    group = reader.own_group(node, scope)
    inside = scoped(group, taken.removesuffix("_branch"))
    reader.build.captions[inside] = f"taken because '{inputs[0]}' is {taken == 'then_branch'}"
    outputs = reader.outputs(node, scope)
    pairs = list(zip((one.name for one in graph.output), outputs, strict=True))
    wanted = {name: one for name, one in reversed(pairs) if one}
    inner = spelled_out(reader, graph, taken, inside, scope, place, {}, wanted)
    reader.hand_out(inner, {one: name for name, one in pairs if one})
    reader.alias(node, outputs)
    return True


def unrolled(reader: Reader, node: Operator, scope: Scope, place: int, turn: Callable[[], None]) -> bool:
    """Runs `turn`; False, and all taken back, where the loop cannot be spelled out.

    One that is too long is tried once, however often the loops around it turn.
    """
    where = (*scope.calls, *scope.place, str(place))
    if where in reader.closed:
        return False
    mark = reader.build.mark()
    try:
        turn()
    except TooLong:
        reader.build.back(mark)
        reader.closed.add(where)
        reader.build.remarks.append(
            f"The loop {described(node)} would become more than {MAX_UNROLLED:,} nodes: it stays closed, "
            "and no gradient passes through it."
        )
        return False
    return True


@dataclass
class _Turning:
    """A Loop while it is spelled out: what its states are now, and what stacked up."""

    reader: Reader
    body: onnx.GraphProto
    scope: Scope
    place: int
    group: str
    turns: int | None
    goes_on: bool
    condition: str
    states: list[str]
    pieces: list[list[str]]

    def all(self) -> None:
        """Every turn; `TooLong` where there are too many to look at."""
        build, at = self.reader.build, 0
        start = len(build.nodes)
        while self.goes_on and (self.turns is None or at < self.turns):
            each = (len(build.nodes) - start) / at if at else len(self.body.node)
            if max(at + 1, self.turns or 0) * max(each, 1) > MAX_UNROLLED:
                raise TooLong
            self.once(at)
            at += 1
            if self.turns is None or at < self.turns:
                self.goes_on = bool(build.decide(self.condition).reshape(-1)[0])

    def once(self, at: int) -> None:
        """The turn `at`, in a group of its own."""
        build, inside = self.reader.build, scoped(self.group, f"t={at}")
        names = [one.name for one in self.body.input]
        number = build.constant(scoped(inside, names[0]), np.array(at, np.int64), inside)
        truth = self.condition or build.constant(scoped(inside, names[1]), np.array(True), inside)
        given = dict(zip(names, [number, truth, *self.states], strict=True))
        inner = spelled_out(self.reader, self.body, "body", inside, self.scope, self.place, given, {})
        self.condition, *made = results_of(inner, self.body)
        count = len(self.states)
        self.states = made[:count]
        for piece, one in zip(self.pieces, made[count:], strict=True):
            piece.append(one)


def loop(reader: Reader, node: Operator, inputs: Sequence[str], scope: Scope, place: int) -> bool:
    """Loop: one group a turn, as many as the present values ask for."""
    body, build, states = graph_of(node, "body"), reader.build, list(inputs[2:])
    count, condition = (*inputs, "", "")[:2]
    scans = len(body.output) - 1 - len(states)
    if scans < 0 or len(body.input) != 2 + len(states):
        raise InputError("its body does not fit its inputs; export the model anew")
    try:
        turns = int(build.decide(count).reshape(-1)[0]) if count else None
        goes_on = bool(build.decide(condition).reshape(-1)[0]) if condition else True
    except (InputError, IndexError, ValueError):
        return False
    if scans and (turns == 0 or not goes_on):
        return False  # what stacks up from no turn has a shape that only the reference knows
    pieces: list[list[str]] = [[] for _ in range(scans)]
    group = reader.own_group(node, scope)
    turning = _Turning(reader, body, scope, place, group, turns, goes_on, condition, states, pieces)
    try:
        if not unrolled(reader, node, scope, place, turning.all):
            return False
    except InputError as error:
        raise InputError(f"a turn of it fails: {error.message}") from None
    finish(reader, node, scope, group, turning.states, [(piece, 0) for piece in pieces])
    return True


def finish(
    reader: Reader,
    node: Operator,
    scope: Scope,
    group: str,
    states: Sequence[str],
    stacks: Sequence[tuple[Sequence[str], int]],
) -> None:
    """The outputs of a loop: the last states, and what stacked up, turn by turn, along an axis."""
    build = reader.build
    outputs = reader.outputs(node, scope)
    results = [*outputs, *[""] * (len(states) + len(stacks) - len(outputs))]
    for one, state in zip(results, states, strict=False):
        if one:
            build.add(Call("Identity", [state], [one], {}, group))
            if state in reader.lists:
                reader.lists[one] = reader.lists[state]
    for one, (pieces, axis) in zip(results[len(states) :], stacks, strict=True):
        if not one:
            continue
        stack(build, pieces, axis, one, group)
    reader.alias(node, outputs)


def stack(build: Build, pieces: Sequence[str], axis: int, name: str, group: str) -> str:
    """The value `name`: the pieces one behind the other along a new axis."""
    rows = []
    for piece in pieces:
        rows.append(build.fresh(f"{piece}.row"))
        build.add(Call("Unsqueeze", [piece], [rows[-1]], {"axes": (axis,)}, group))
    build.add(Call("Concat", rows, [name], {"axis": axis}, group))
    return name


#: Operator → how it is spelled out; False where it is not.
WAYS: Mapping[str, Way] = {"If": branch, "Loop": loop}
