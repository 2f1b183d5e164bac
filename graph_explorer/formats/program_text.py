"""A program written from a graph: what a model says, in the language of documents.

The one rule: reading the text gives the same graph again, node by node, under names that a program can
hold; only large constants become inputs, since a program has no room for them.
"""

from __future__ import annotations

import dataclasses
import json
import keyword
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry
from graph_explorer.engine import constants
from graph_explorer.engine.drafting import CONSTANT_TYPES
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.language import MOST_OUTPUTS, is_word
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.words import SAME
from graph_explorer.formats.names import Names, identifier
from graph_explorer.formats.values import shortest

Array = np.ndarray[Any, Any]

#: Constants with more entries become inputs.
_MOST_ENTRIES = 64

_INFIX: Mapping[str, str] = {
    "Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "**", "MatMul": "@", "Greater": ">",
    "GreaterOrEqual": ">=", "Less": "<", "LessOrEqual": "<=", "Equal": "==",
}  # fmt: skip
#: Operator → the word for it that is learnt first.
_WORDS: Mapping[str, str] = {operator: word for word, operator in [*SAME.items()][::-1]}


def with_program(document: Document) -> Document:
    """A document that came from a model as one that holds a program.

    Its values are the same, under names that are identifiers; see `names_in_program`. Raises
    `InputError` where an operator has no word.
    """
    writer = _Writer(document)
    program = writer.program()
    inputs = {writer.called[name]: entry for name, entry in document.inputs.items()}
    inputs |= {writer.called[name]: Entry(writer.constants[name]) for name in writer.large}
    return dataclasses.replace(
        document,
        program=program,
        inputs=MappingProxyType(inputs),
        parameters=MappingProxyType({writer.called[name]: one for name, one in document.parameters.items()}),
        output_name=_entry_of(document, writer.called),
        model=None,
        text="",
    )


def names_in_program(document: Document) -> Mapping[str, str]:
    """Value of the document's graph → what its program calls it."""
    return _called(document.graph)


def _entry_of(document: Document, called: Mapping[str, str]) -> str:
    asked = document.output_name
    whole = not asked or asked in document.graph
    return called[document.output] + ("" if whole else asked[asked.index("[") :])


class _Names(Names):
    """Names that mean nothing else in a program."""

    def __init__(self) -> None:
        super().__init__((*keyword.kwlist, *constants.NAMED, "range", "group"))

    def fresh(self, *wanted: str) -> str:
        free = [one for one in wanted if not is_word(identifier(one))]
        return super().fresh(*(free or [f"{wanted[-1]}_value"]))


def _called(graph: Graph) -> Mapping[str, str]:
    """A name for every value: its own, or as much of the end of it as tells it from others."""
    names = _Names()
    leaves = [node.id for node in graph.leaves("input", "parameter")]
    called = {name: names.fresh(name) for name in leaves}
    for name in graph.values:
        if name not in called:
            parts = [part for part in name.removesuffix("_output_0").split("/") if part]
            ends = ["_".join(parts[-count:]) for count in range(1, len(parts) + 1)]
            called[name] = names.fresh(*(ends or [name]))
    return MappingProxyType(called)


class _Writer:
    """One program that is being written."""

    def __init__(self, document: Document) -> None:
        self.graph, self.dtype = document.graph, np.dtype(document.dtype)
        self.captions = document.read.captions
        self.detached = document.read.detached
        self.constants = document.read.constants
        self.called = _called(self.graph)
        self.large = [
            name for name, value in self.constants.items()
            if value.size > _MOST_ENTRIES or not value.size or value.dtype.name not in CONSTANT_TYPES
        ]  # fmt: skip
        self.setting: set[str] = set()
        self._find_settings()
        self.lines: list[str] = []
        self.group = ""

    def program(self) -> str:
        for node in self.graph:
            if node.op == "constant":
                self._constant(node)
            elif not node.is_leaf:
                self._line(node, self._call(node))
        return "\n".join(self.lines) + "\n"

    def _enter(self, node: Node) -> str:
        """Opens the group of a node; the indent of its lines."""
        if node.group != self.group:
            self.group = node.group
            if node.group:
                shown = node.group.replace("\\", "\\\\").replace('"', '\\"')
                self.lines.append(f'with group("{shown}"):{_comment(self.captions.get(node.group, ""))}')
        return "    " if node.group else ""

    def _line(self, node: Node, text: str) -> None:
        targets = [
            self.called[name] if name else self.called[node.id] + f"_unused{place}"
            for place, name in enumerate(node.outputs)
        ]
        comma = "," if len(targets) == 1 and OPERATIONS[node.op].outputs > 1 else ""
        self.lines.append(f"{self._enter(node)}{', '.join(targets)}{comma} = {text}{_comment(node.caption)}")

    # ── constants ─────────────────────────────────────────────────────────────────────────────

    def _constant(self, node: Node) -> None:
        """A line for a constant that is no plain number."""
        if node.id in self.large or self._digits(node.id) or node.id in self.setting:
            return
        value = self.constants[node.id]
        shown = literal(shortest(value))
        plain = value.dtype == self.dtype or value.dtype == np.bool_
        text = f"constant({shown})" if plain else f'constant({shown}, dtype="{value.dtype.name}")'
        self.lines.append(f"{self._enter(node)}{self.called[node.id]} = {text}{_comment(node.caption)}")

    def _digits(self, name: str) -> str:
        """A constant that is written where it is used: a single number used once."""
        value = self.constants.get(name)
        if value is None or value.ndim or value.dtype != self.dtype or len(self.graph.uses(name)) != 1:
            return ""
        use = self.graph.node(self.graph.uses(name)[0].node)
        others = [one for one in use.inputs if one and (one not in self.constants or one in self.large)]
        return literal(shortest(value)) if others else ""

    def _settings(self, node: Node) -> dict[str, Array]:
        """The last inputs of a node that are constants which only set operators up: key → constant."""
        found: dict[str, Array] = {}
        keys = (
            {place: key for key, place in OPERATIONS[node.op].settings.items()}
            if node.op in OPERATIONS
            else {}
        )
        for place in reversed(range(len(node.inputs))):
            name = node.inputs[place]
            if place not in keys or name not in self.setting:
                break
            found[keys[place]] = self.constants[name]
        return found

    def _find_settings(self) -> None:
        """Constants all uses of which can be written as keywords."""
        self.setting = {
            name for name, value in self.constants.items()
            if name not in self.large and value.dtype in (np.int64, np.bool_)
        }  # fmt: skip
        while True:
            positional = set()
            for node in self.graph:
                count = len(node.inputs) - len(self._settings(node))
                positional |= {name for name in node.inputs[:count] if name in self.setting}
            if not positional:
                return
            self.setting -= positional

    # ── operators ─────────────────────────────────────────────────────────────────────────────

    def _call(self, node: Node) -> str:
        if node.rule is not None or node.op not in OPERATIONS:
            raise InputError(f"'{node.id}': {node.op} has no word in a program; keep the model as .onnx")
        most = MOST_OUTPUTS.get(node.op, OPERATIONS[node.op].outputs)
        if len(node.outputs) > most:
            raise InputError(
                f"'{node.id}': a program knows {most} of the outputs of {node.op}; keep the .onnx"
            )
        settings = self._settings(node)
        inputs = node.inputs[: len(node.inputs) - len(settings)]
        given = [self._digits(name) or self.called[name] if name else "None" for name in inputs]
        if node.op == "Identity" and any(use.node == node.id for use in self.detached):
            return f"detach({given[0]})"
        if node.op in _INFIX and len(given) == 2 and not node.attributes:
            return f"{_operand(given[0])} {_INFIX[node.op]} {_operand(given[1])}"
        if node.op == "Neg":
            return f"-{_operand(given[0])}"
        attributes = sorted({**node.attributes, **settings}.items())
        named = [f"{key}={self._attribute(node, key, value)}" for key, value in attributes]
        word = _WORDS.get(node.op, node.op) if not named and "None" not in given else node.op
        return f"{word}({', '.join([*given, *named])})"

    def _attribute(self, node: Node, key: str, value: Any) -> str:
        array = isinstance(value, np.ndarray | np.generic)
        try:
            if array and key == "value" and value.dtype not in (self.dtype, np.int64, np.bool_):
                raise TypeError(value.dtype.name)
            return literal(shortest(np.asarray(value)) if array else value)
        except TypeError:
            raise InputError(
                f"'{node.id}': a program has no spelling of '{key}' of {node.op}; keep the model as .onnx"
            ) from None


def _operand(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _comment(caption: str) -> str:
    return f"  # {' '.join(caption.split())}" if caption.strip() else ""


def literal(value: Any) -> str:
    """A constant as the language spells it; `TypeError` for what is none."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "nan"
        return repr(value) if math.isfinite(value) else "inf" if value > 0 else "-inf"
    raise TypeError(type(value).__name__)
