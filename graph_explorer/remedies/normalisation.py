"""A normalisation in front of every hidden activation, with a scale and a shift of its own to learn.

The one rule: an activation that is written once and used many times shares its normalisation, as it
shares its weights; in a loop that takes other weights at each turn it takes other scales too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from graph_explorer.document import Document, Entry
from graph_explorer.engine.graph import Node
from graph_explorer.engine.health.units import unit_axis
from graph_explorer.engine.language import known_words
from graph_explorer.formats.names import Names, identifier
from graph_explorer.remedies.anatomy import ACTIVATIONS, Anatomy, Written, proved
from graph_explorer.remedies.initialisation import filled, with_parameters
from graph_explorer.remedies.text import Change, NotApplicable, before, behind, changed

Kind = Literal["layer_norm", "batch_norm"]
#: Two numbers are always normalised to 1 and −1, and pass no gradient.
_FEWEST = 3
_DONE = frozenset({"LayerNormalization", "BatchNormalization", "RMSNormalization", "GroupNormalization"})


def normalising(kind: Kind) -> Callable[[Document], Document]:
    """The remedy that normalises by layers or by batches."""

    def apply(document: Document) -> Document:
        found = Anatomy(document)
        names = Names(_taken(found.text, document))
        changes: list[Change] = []
        parameters: dict[str, Entry] = {}
        inputs: dict[str, Entry] = {}
        reason = "no activation stands between two layers"
        for written in found.written(ACTIVATIONS):
            try:
                new = _normalised(found, written, kind, names)
            except NotApplicable as error:
                reason = error.message
                continue
            changes += new[0]
            parameters |= new[1]
            inputs |= new[2]
        if not changes:
            raise NotApplicable(reason)
        made = with_parameters(
            document.with_program(changed(found.text, changes)),
            parameters,
            inputs=MappingProxyType({**document.inputs, **inputs}),
        )
        return proved(made)

    return apply


layer_norm = normalising("layer_norm")
batch_norm = normalising("batch_norm")


def _taken(text: str, document: Document) -> Iterator[str]:
    """Every name that means something in the program already."""
    yield from (*document.inputs, *document.parameters, *known_words())
    yield from (node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))


def _normalised(
    found: Anatomy, written: Written, kind: Kind, names: Names
) -> tuple[list[Change], Mapping[str, Entry], Mapping[str, Entry]]:
    """The changes of the text, the new parameters, and the new inputs of one activation."""
    units = {_units(found, node, kind) for node in written.nodes}
    if len(units) > 1:
        raise NotApplicable("the activation is used on layers of different width")
    count = units.pop()
    document, stem = found.document, _stem(written)
    scale, shift = (names.fresh(f"{stem}_{what}") for what in ("scale", "shift"))
    turn, turns = _turns(found, written)
    shape = (turns, count) if turns else (count,)
    index = f"[{turn}]" if turns else ""
    parameters = {scale: filled(document, shape, "ones"), shift: filled(document, shape, "zeros")}
    more, inputs = "", {}
    if kind == "batch_norm" and len(written.nodes) == 1:  # which then remembers, for examples one by one
        mean, variance = (names.fresh(f"{stem}_{what}") for what in ("mean", "variance"))
        inputs = {mean: filled(document, shape, "zeros"), variance: filled(document, shape, "ones")}
        more = f", {mean}, {variance}"
    argument = _argument(written.call)
    changes = [before(argument, f"{kind}("), behind(argument, f", {scale}{index}, {shift}{index}{more})")]
    return changes, parameters, inputs


def _units(found: Anatomy, node: Node, kind: Kind) -> int:
    """How many units an activation has; `NotApplicable` where they cannot be normalised."""
    value = found.trace.value(node.id)
    source = found.graph.node(node.inputs[0])
    if source.op in _DONE:
        raise NotApplicable(f"'{node.id}' is normalised already")
    if not np.ndim(value):
        raise NotApplicable(
            f"'{node.id}' is a single unit: its only number would always be normalised to 0; "
            "use layers of several units"
        )
    axis = unit_axis(found.trace, node)
    if kind == "batch_norm":
        if value.ndim < 2 or axis != 1 or value.size // value.shape[axis] < 2:
            raise NotApplicable(f"'{node.id}' has no row an example, several of them, to normalise over")
    elif axis != value.ndim - 1:
        raise NotApplicable(f"the units of '{node.id}' do not lie along its last axis")
    elif value.shape[axis] < _FEWEST:
        raise NotApplicable(
            f"'{node.id}' has {value.shape[axis]} units: so few are always normalised to the same numbers"
        )
    return int(value.shape[axis])


def _argument(call: ast.Call) -> ast.expr:
    if isinstance(call.func, ast.Attribute):
        raise NotApplicable("write the activation as a function of its argument, such as tanh(z)")
    return call.args[0]


def _stem(written: Written) -> str:
    """What new parameters are called after: the name that the activation is given to."""
    statement = written.spot.statement
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return identifier(written.nodes[0].label)


def _turns(found: Anatomy, written: Written) -> tuple[str, int]:
    """Variable and length of the loop around, where it counts from 0 and takes weights by it; else "", 0."""
    loop = written.spot.loop
    if loop is None or not isinstance(loop.target, ast.Name):
        return "", 0
    turn = loop.target.id
    takes = any(
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id in found.document.parameters
        and turn in {one.id for one in ast.walk(node.slice) if isinstance(one, ast.Name)}
        for node in ast.walk(loop)
    )
    count = loop.iter.args[0] if isinstance(loop.iter, ast.Call) and len(loop.iter.args) == 1 else None
    if not takes or not isinstance(count, ast.Constant) or not isinstance(count.value, int):
        return "", 0
    return turn, count.value
