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


def scan(reader: Reader, node: Operator, inputs: Sequence[str], scope: Scope, place: int) -> bool:
    """Scan: False where its length is 0 or cannot be had, or where it would be too long."""
    body = control.graph_of(node, "body")
    told = {one.name: one for one in node.attribute}
    walked = told["num_scan_inputs"].i if "num_scan_inputs" in told else 0
    batched = scope.opsets[""] < 9
    if batched and inputs[:1] != [""]:
        return False  # lengths that differ within a batch: only the reference of its time knew them
    given = list(inputs[1:] if batched else inputs)
    kept = len(given) - walked
    scans = len(body.output) - kept
    if walked < 1 or kept < 0 or scans < 0 or len(body.input) != len(given):
        raise InputError("its body does not fit its inputs; export the model anew")

    def listed(name: str, count: int) -> list[int]:
        found = list(told[name].ints) if name in told else []
        return [*found, *[0] * (count - len(found))]

    axes = listed("scan_input_axes", walked)
    turns = _length(reader, given[kept], 1 if batched else axes[0])
    batch = _length(reader, given[kept], 0) if batched else 1
    if turns * batch == 0:
        return False
    backward = listed("directions" if batched else "scan_input_directions", walked)
    walk = _Walk(reader, body, scope, place, axes, backward, turns)
    group = reader.own_group(node, scope)
    states: list[str] = []
    pieces: list[list[str]] = []

    def spell_out() -> None:
        nonlocal states, pieces
        if turns * batch * max(len(body.node) + 2 * walked, 1) > control.MAX_UNROLLED:
            raise control.TooLong
        if batched:
            states, pieces = _each_of_the_batch(walk, given, kept, batch, group)
        else:
            states, pieces = walk.through(given[:kept], given[kept:], group)

    if not control.unrolled(reader, node, scope, place, spell_out):
        return False
    if batched:
        control.finish(reader, node, scope, group, [], [(piece, 0) for piece in pieces])
        return True
    directions, ends = listed("scan_output_directions", scans), listed("scan_output_axes", scans)
    stacks = [
        (piece[::-1] if backwards else piece, axis)
        for piece, backwards, axis in zip(pieces, directions, ends, strict=True)
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
