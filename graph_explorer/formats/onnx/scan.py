"""Scan spelled out: one group for each entry of the sequences that it walks along.

The one rule: it is unrolled like a loop whose count is the length of its first sequence; in opset 8, where
it also has a batch, it is one walk for each entry of the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx import control
from graph_explorer.formats.onnx.building import Call, Scope, scoped
from graph_explorer.formats.onnx.control import Way
from graph_explorer.formats.onnx.nodes import Operator

if TYPE_CHECKING:
    from graph_explorer.formats.onnx.reader import Reader


@dataclass(frozen=True)
class _Walk:
    """One Scan: its body, where it stands, along which axes it goes, and which way."""

    reader: Reader
    body: onnx.GraphProto
    scope: Scope
    place: int
    axes: Sequence[int]
    backward: Sequence[int]
    turns: int

    def through(
        self, states: Sequence[str], wholes: Sequence[str], group: str
    ) -> tuple[list[str], list[list[str]]]:
        """The last states, and for each result the pieces of all turns, turns being groups of `group`."""
        pieces: list[list[str]] = [[] for _ in self.body.output[len(states) :]]
        now = list(states)
        for at in range(self.turns):
            inside = scoped(group, f"t={at}")
            names = [one.name for one in self.body.input]
            rows = [
                self.entry(
                    whole,
                    self.turns - 1 - at if self.backward[k] else at,
                    self.axes[k],
                    scoped(inside, names[len(now) + k].strip("/")),
                    inside,
                )
                for k, whole in enumerate(wholes)
            ]
            given = dict(zip(names, [*now, *rows], strict=True))
            inner = control.spelled_out(
                self.reader, self.body, "body", inside, self.scope, self.place, given, {}
            )
            made = control.results_of(inner, self.body)
            now = made[: len(states)]
            for piece, one in zip(pieces, made[len(states) :], strict=True):
                piece.append(one)
        return now, pieces

    def entry(self, whole: str, place: int, axis: int, wanted: str, group: str) -> str:
        """The entry of a value at a place along an axis."""
        build = self.reader.build
        number = build.constant(f"{wanted}.place", np.array(place, np.int64), group)
        name = build.fresh(wanted)
        build.add(Call("Gather", [whole, number], [name], {"axis": axis}, group))
        return name


def _length(reader: Reader, name: str, axis: int) -> int:
    """How many entries a value has along an axis; 0 where that cannot be had."""
    try:
        return int(np.shape(reader.build.decide(name))[axis])
    except (InputError, IndexError):
        return 0


@dataclass(frozen=True)
class _Shape:
    """What a Scan walks along: its inputs, the first `kept` of them states, and how long it is.

    In opset 8, where it is `batched`, it is one walk for each entry of the batch.
    """

    given: Sequence[str]
    kept: int
    batched: bool
    axes: Sequence[int]
    backward: Sequence[int]
    turns: int
    batch: int

    @property
    def length(self) -> int:
        """How often the body is spelled out; 0 where that cannot be had."""
        return self.turns * self.batch


def _listed(node: Operator, name: str, count: int) -> list[int]:
    """An attribute with a number for each of so many sequences; 0 where it has none."""
    found = next((list(one.ints) for one in node.attribute if one.name == name), [])
    return [*found, *[0] * (count - len(found))]


def _shape(reader: Reader, node: Operator, inputs: Sequence[str], batched: bool) -> _Shape:
    body = control.graph_of(node, "body")
    walked = next((one.i for one in node.attribute if one.name == "num_scan_inputs"), 0)
    given = list(inputs[1:] if batched else inputs)
    kept = len(given) - walked
    if walked < 1 or kept < 0 or len(body.output) < kept or len(body.input) != len(given):
        raise InputError("its body does not fit its inputs; export the model anew")
    axes = _listed(node, "scan_input_axes", walked)
    turns = _length(reader, given[kept], 1 if batched else axes[0])
    batch = _length(reader, given[kept], 0) if batched else 1
    backward = _listed(node, "directions" if batched else "scan_input_directions", walked)
    return _Shape(given, kept, batched, axes, backward, turns, batch)


def scan(reader: Reader, node: Operator, inputs: Sequence[str], scope: Scope, place: int) -> bool:
    """Scan: False where its length is 0 or cannot be had, or where it would be too long."""
    body = control.graph_of(node, "body")
    batched = scope.opsets[""] < 9
    if batched and inputs[:1] != [""]:
        return False  # lengths that differ within a batch: only the reference of its time knew them
    shape = _shape(reader, node, inputs, batched)
    if not shape.length:
        return False
    walk = _Walk(reader, body, scope, place, shape.axes, shape.backward, shape.turns)
    group = reader.own_group(node, scope)
    states: list[str] = []
    pieces: list[list[str]] = []

    def spell_out() -> None:
        nonlocal states, pieces
        if shape.length * max(len(body.node) + 2 * len(shape.axes), 1) > control.MAX_UNROLLED:
            raise control.TooLong
        if batched:
            states, pieces = _each_of_the_batch(walk, shape.given, shape.kept, shape.batch, group)
        else:
            states, pieces = walk.through(shape.given[: shape.kept], shape.given[shape.kept :], group)

    if not control.unrolled(reader, node, scope, place, spell_out):
        return False
    if batched:
        control.finish(reader, node, scope, group, [], [(piece, 0) for piece in pieces])
        return True
    ways = (_listed(node, f"scan_output_{name}", len(pieces)) for name in ("directions", "axes"))
    stacks = [
        (piece[::-1] if backwards else piece, axis)
        for piece, backwards, axis in zip(pieces, *ways, strict=True)
    ]
    control.finish(reader, node, scope, group, states, stacks)
    return True


def _each_of_the_batch(
    walk: _Walk, given: Sequence[str], kept: int, batch: int, group: str
) -> tuple[list[str], list[list[str]]]:
    """The walk for each entry of the batch: for every output, final states first, the entries' results."""
    results: list[list[str]] = []
    for number in range(batch):
        inside = scoped(group, f"b={number}")
        own = [
            walk.entry(one, number, 0, scoped(inside, f"{walk.body.input[k].name.strip('/')}.whole"), inside)
            for k, one in enumerate(given)
        ]
        states, pieces = walk.through(own[:kept], own[kept:], inside)
        build = walk.reader.build
        stacked = [control.stack(build, piece, 0, build.fresh(f"{piece[0]}.all"), inside) for piece in pieces]
        results.append([*states, *stacked])
    return [], [list(column) for column in zip(*results, strict=True)]


#: Operator → how it is spelled out.
WAYS: Mapping[str, Way] = {"Scan": scan}
