"""Shortcuts around layers: h = f(h) becomes h = h + f(h), where both have the same shape.

Then the local derivative of a block is 1 plus its own, and a gradient has a way past it.

The one rule: a shortcut goes around at least one layer and joins two values of one shape; where adding
would spread one of them, there is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.remedies.anatomy import ACTIVATIONS, Anatomy, proved
from graph_explorer.remedies.text import Change, NotApplicable, Spot, before, changed, spots


def shortcut(document: Document) -> Document:
    """Every statement that computes a layer of the width of what it takes gets a shortcut."""
    found = Anatomy(document)
    changes: list[Change] = []
    for spot in spots(found.text):
        if _is_block(found, spot):
            change = next(_fitting(found, spot), None)
            changes += [change] if change is not None else []
    if not changes:
        raise NotApplicable("no layer gives as many numbers as it takes without having a shortcut already")
    return proved(document.with_program(changed(found.text, changes)))


def _is_block(found: Anatomy, spot: Spot) -> bool:
    """Whether a statement outside of functions gives a name what a call makes, and that is no gate."""
    statement = spot.node
    if not (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
    ) or any(isinstance(around, ast.FunctionDef) for around in spot.around):
        return False
    return not any(found.is_gate(node) for node in found.nodes_of(statement.value))


def _fitting(found: Anatomy, spot: Spot) -> Iterator[Change]:
    """The shortcuts that fit a statement, from the nearest source on."""
    assert isinstance(spot.node, ast.Assign)
    for source in _sources(found, spot):
        change = before(spot.node.value, f"{source} + ")
        text = changed(found.text, [change])
        try:
            tried = Anatomy(found.document.with_program(text))
        except InputError:
            continue
        if _joins(tried, spot.node, source):
            yield change


def _sources(found: Anatomy, spot: Spot) -> Iterator[str]:
    """Names that a shortcut may come from: the statement's own before it, then what it is made of."""
    assert isinstance(spot.node, ast.Assign)
    target = spot.node.targets[0]
    assert isinstance(target, ast.Name)
    leaves = {*found.document.parameters}
    made = {target.id: spot.node.value}
    block = _block(found.text, spot)
    for statement in block:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            if statement.lineno >= spot.node.lineno:
                break
            made[statement.targets[0].id] = statement.value
    wanted, seen = [target.id, *_names(spot.node.value)], set[str]()
    for name in wanted:
        if name in seen or name in leaves:
            continue
        seen.add(name)
        yield name
        if name in made and name != target.id:
            wanted += _names(made[name])


def _block(text: str, spot: Spot) -> list[ast.stmt]:
    """The statements among which this one stands."""
    outer = spot.around[-2] if len(spot.around) > 1 else None
    body = getattr(outer, "body", None)
    return body if isinstance(body, list) else ast.parse(text).body


def _names(expression: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(expression) if isinstance(node, ast.Name)]


def _joins(tried: Anatomy, statement: ast.Assign, source: str) -> bool:
    """Whether every sum of the new shortcut joins two values of one shape around a layer."""
    sums = [
        node
        for spot in spots(tried.text)
        if isinstance(spot.node, ast.BinOp)
        and isinstance(spot.node.op, ast.Add)
        and isinstance(spot.node.left, ast.Name)
        and spot.node.left.id == source
        and (spot.node.lineno, spot.node.col_offset) == (statement.value.lineno, statement.value.col_offset)
        for node in tried.nodes_of(spot.node)
        if node.op == "Add"
    ]
    return bool(sums) and all(_around_a_layer(tried, node) for node in sums)


def _around_a_layer(tried: Anatomy, node: Node) -> bool:
    shortcut, long = node.inputs
    values = tried.trace.value(shortcut), tried.trace.value(long)
    if values[0].shape != values[1].shape or values[0].shape != tried.trace.value(node.id).shape:
        return False
    inside = _between(tried.graph, shortcut, long)
    ends = tried.graph.node(long)
    again = ends.op == "Add" and shortcut in ends.inputs
    bends = any(tried.graph.node(name).op in ACTIVATIONS for name in inside)
    return not again and bends and any(name in tried.layers for name in inside)


def _between(graph: Graph, first: str, last: str) -> set[str]:
    """The nodes on the ways from one value to another, the last one included."""
    forward = {first}
    for node in graph.nodes[graph.index(first) + 1 :]:
        if any(name in forward for name in node.inputs):
            forward.update(name for name in node.outputs if name)
    back = {last} & forward
    for node in reversed(graph.nodes[: graph.index(last) + 1]):
        if any(name in back for name in node.outputs):
            back.update(name for name in node.inputs if name in forward)
    return back - {first}
