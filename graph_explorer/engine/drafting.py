"""The graph that a program is being read into: nodes in the order in which they are written.

The one rule: here is known what a node may be and where in the text it stands, but nothing of the
language; what an expression means is the business of `expressions`, what a word means of `words`.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import signature
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.graph import Graph, Node, Place, Use
from graph_explorer.engine.naming import Assignment, Draft, name_drafts
from graph_explorer.engine.ops import operation

Array = np.ndarray[Any, Any]

#: Bounds that keep an unrolled program within reason.
MAX_NODES = 200_000
MAX_OUTPUTS = 10_000

#: The types that a constant can be given.
CONSTANT_TYPES = (
    "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8",
    "bool",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of the graph being built: which draft, which of its outputs."""

    draft: int
    output: int = 0


@cache
def _inputs(op: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The inputs of an operation by position, and those among them that have no default."""
    parameters = signature(operation(op).forward).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = frozenset(p.name for p in positional if p.default is p.empty)
    return tuple(p.name for p in positional), needed


class Drafts:
    """Writes nodes down; the `Build` of the language's words.

    `group` and `target` are the group and the name that the next node is written for, `at` is the
    part of the text that it stands for.
    """

    def __init__(self, dtype: Any, text: str) -> None:
        self.dtype = dtype
        #: only where a letter takes several bytes: `ast` counts bytes, people count letters
        self.lines = [] if text.isascii() else [line.encode() for line in io.StringIO(text, None)]
        self.drafts: list[Draft] = []
        self.places: list[Place | None] = []
        self.captions: dict[int, str] = {}
        self.group_captions: dict[str, str] = {}
        self.constants: dict[int, Array] = {}
        self.leaves: list[str] = []
        self.uses: set[tuple[int, int]] = set()
        self.assignments: list[Assignment] = []
        self.group = ""
        self.target = ""
        self.at: ast.AST | None = None
        self.group_names: dict[str, int] = {}

    def place(self, node: ast.AST) -> Place:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line = getattr(node, "end_lineno", None) or line
        end_column = getattr(node, "end_col_offset", None) or column
        return Place(line, self._letter(line, column), end_line, self._letter(end_line, end_column))

    def _letter(self, line: int, offset: int) -> int:
        """The column, from 1, of the letter behind `offset` bytes of a line."""
        if not 1 <= line <= len(self.lines):
            return offset + 1
        return len(self.lines[line - 1][:offset].decode(errors="ignore")) + 1

    def leaf(self, kind: str, name: str) -> Ref:
        """A leaf that the program knows by `name`."""
        if not name.isidentifier():
            raise InputError(f"'{name}' cannot be used in a program; use letters, digits and _")
        draft = Draft(kind, [], {}, "", name)
        draft.names = [name]
        self.leaves.append(name)
        return self._add(draft)

    def _add(self, draft: Draft) -> Ref:
        if len(self.drafts) >= MAX_NODES:
            raise self.error(f"the program makes more than {MAX_NODES:,} nodes; make its loops shorter")
        self.drafts.append(draft)
        self.places.append(None if self.at is None else self.place(self.at))
        return Ref(len(self.drafts) - 1)

    def __call__(self, op: str, *inputs: Any, **attributes: Any) -> Ref:
        return self.several(1, op, *inputs, **attributes)[0]

    def several(self, outputs: int, op: str, *inputs: Any, **attributes: Any) -> tuple[Ref, ...]:
        given = [None if value is None else self.operand(value) for value in inputs]
        if operation(op).variadic and None in given:
            raise self.error(f"{op} takes values only, and None is none")
        while given and given[-1] is None:
            given.pop()
        kept = {key: self._attribute(key, value) for key, value in attributes.items() if value is not None}
        self._check_operands(op, given, kept)
        if outputs > MAX_OUTPUTS:
            raise self.error(
                f"at most {MAX_OUTPUTS:,} parts can be split off at once; {outputs:,} were asked for"
            )
        references = [None if value is None else (value.draft, value.output) for value in given]
        made = self._add(Draft(op, references, kept, self.group, self.target, outputs))
        return tuple(Ref(made.draft, output) for output in range(outputs))

    def _attribute(self, key: str, value: Any) -> Any:
        """What an attribute holds: the one that is an array has the type of the program's numbers."""
        if key != "value" or not isinstance(value, tuple) or not value:
            return value
        array = np.asarray(value)
        return array.astype(self.dtype) if array.dtype.kind == "f" else array

    def _check_operands(self, op: str, given: Sequence[Any], attributes: Mapping[str, Any]) -> None:
        """Each input without a default must be a value; a setting may be an attribute instead."""
        names, needed = _inputs(op)
        for index, name in enumerate(names):
            missing = index >= len(given) or given[index] is None
            if missing and name in needed and name not in attributes:
                raise self.error(f"{op} needs a value as its input '{name}'")

    def detached(self, x: Any) -> Ref:
        made = self("Identity", x)
        self.uses.add((made.draft, 0))
        return made

    def constant(self, value: Any, dtype: str) -> Ref:
        if dtype and dtype not in CONSTANT_TYPES:
            raise self.error(f"unknown dtype '{dtype}'; {nearest(dtype, CONSTANT_TYPES)}")
        made = self.operand(value)
        if dtype:
            self.constants[made.draft] = np.asarray(value).astype(dtype)
        return made

    def operand(self, value: Any) -> Ref:
        """A reference for a value; a constant becomes a leaf."""
        if isinstance(value, Ref):
            return value
        if isinstance(value, str) or value is None:
            raise self.error(f"{value!r} is not a number or an array")
        if isinstance(value, list | tuple) and any(isinstance(part, Ref) for part in value):
            return self("Concat", *(self("Unsqueeze", part, axes=(0,)) for part in value), axis=0)
        try:
            array = np.asarray(value)
            array = array if array.dtype == bool else array.astype(self.dtype)
        except (ValueError, TypeError):
            raise self.error("a list of numbers must have rows of equal length") from None
        made = self._add(Draft("constant", [], {}, self.group, self.target))
        self.constants[made.draft] = array
        return made

    def error(self, message: str, node: ast.AST | None = None) -> InputError:
        place = self.place(node or self.at or ast.Module(body=[], type_ignores=[]))
        return InputError(message, place.line, place.column)

    def fresh_group(self, wanted: str) -> str:
        """A path for another group: `wanted`, numbered from the second of that path on."""
        count = self.group_names[wanted] = self.group_names.get(wanted, 0) + 1
        return wanted if count == 1 else f"{wanted}.{count}"

    def name(self, value: Ref) -> str:
        """The id of a value; every draft has its names once `finish` was called."""
        return str(self.drafts[value.draft].names[value.output])

    def finish(self, names: Mapping[str, Any]) -> tuple[Graph, Mapping[str, Array], frozenset[Use]]:
        """The graph, its constants, and edges that pass no gradient.

        `names` are the names that the program ends with.
        """
        final = {
            name: (value.draft, value.output)
            for name, value in names.items()
            if isinstance(value, Ref) and self.drafts[value.draft].names[value.output] != name
        }
        aliases = name_drafts(self.drafts, self.leaves, self.assignments, final)
        nodes = [self._node(k, draft) for k, draft in enumerate(self.drafts)]
        return (
            Graph(nodes, aliases),
            MappingProxyType({nodes[k].id: value for k, value in self.constants.items()}),
            frozenset(Use(nodes[k].id, index) for k, index in self.uses),
        )

    def _node(self, number: int, draft: Draft) -> Node:
        outputs = tuple(str(name) for name in draft.names)
        inputs = tuple("" if r is None else str(self.drafts[r[0]].names[r[1]]) for r in draft.inputs)
        return Node(
            outputs[0],
            draft.op,
            inputs,
            MappingProxyType(dict(draft.attributes)),
            draft.group,
            self.captions.get(number, ""),
            outputs,
            self.places[number],
        )
