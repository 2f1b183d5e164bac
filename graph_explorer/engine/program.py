"""The program: a small text in a subset of Python that is read, never executed, into a graph.

The one rule: whatever the text says, reading it ends soon and does nothing but build nodes. Each
mistake is an `InputError` with line and column.

    program    = { assignment | loop | function | group }
    assignment = name { "," name } ( "=" | "+=" | "-=" | "*=" | "/=" | "**=" | "@=" ) expression
    loop       = "for" name "in" "range" "(" constants ")" ":" block
    group      = "with" "group" "(" text ")" ":" block
    function   = "def" name "(" parameters ")" ":" block with "return"
    expression = number | name | expression operator expression | call | expression "[" index "]"
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import signature
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine import constants, indexing_rules, language
from graph_explorer.engine.errors import InputError, nearest, unknown
from graph_explorer.engine.graph import Graph, Node, Place, Use
from graph_explorer.engine.naming import Assignment, Draft, name_drafts, scoped
from graph_explorer.engine.ops import operation

#: Bounds that keep an unrolled program within reason.
MAX_NODES = 200_000
MAX_ITERATIONS = 100_000
MAX_CALL_DEPTH = 64
MAX_OUTPUTS = 10_000

_BINARY = {
    ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow", ast.MatMult: "MatMul",
    ast.Mod: "Mod",
}  # fmt: skip
#: The types that a constant can be given.
CONSTANT_TYPES = (
    "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8",
    "bool",
)  # fmt: skip
_COMPARE = {
    ast.Gt: "Greater", ast.GtE: "GreaterOrEqual", ast.Lt: "Less", ast.LtE: "LessOrEqual", ast.Eq: "Equal",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of the graph being built: which draft, which of its outputs."""

    draft: int
    output: int = 0


@dataclass(frozen=True)
class Program:
    """What a text says: the graph, the values of its constants, and edges that pass no gradient."""

    graph: Graph
    constants: Mapping[str, np.ndarray[Any, Any]]
    output: str
    detached: frozenset[Use]
    captions: Mapping[str, str]  # of groups


def read(
    text: str, inputs: Iterable[str] = (), parameters: Iterable[str] = (), dtype: Any = np.float64
) -> Program:
    """Reads a program whose leaves are named by `inputs` and `parameters`."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise InputError(f"not a valid program: {error.msg}", error.lineno or 1, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise InputError("not a valid program: it holds a null byte or is nested too deeply", 1, 1) from None
    reader = _Reader(dtype, text)
    for kind, names in (("input", inputs), ("parameter", parameters)):
        for name in names:
            reader.leaf(kind, name)
    try:
        reader.block(tree.body)
    except RecursionError:
        raise InputError("an expression is nested too deeply; split it into several lines", 1, 1) from None
    return reader.finish()


def _comments(text: str) -> dict[int, str]:
    """Line → the comment that ends it."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            found[token.start[0]] = token.string.lstrip("#").strip()
    return found


@cache
def _inputs(op: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The inputs of an operation by position, and those among them that have no default."""
    parameters = signature(operation(op).forward).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = frozenset(p.name for p in positional if p.default is p.empty)
    return tuple(p.name for p in positional), needed


class _Reader:
    """Walks the syntax tree and writes nodes down; also the `Build` of the language's words."""

    def __init__(self, dtype: Any, text: str) -> None:
        self.dtype = dtype
        self.comments = _comments(text)
        #: only where a letter takes several bytes: `ast` counts bytes, people count letters
        self.lines = [] if text.isascii() else [line.encode() for line in io.StringIO(text, None)]
        self.drafts: list[Draft] = []
        self.places: list[Place | None] = []
        self.captions: dict[int, str] = {}
        self.group_captions: dict[str, str] = {}
        self.constants: dict[int, np.ndarray[Any, Any]] = {}
        self.leaves: list[str] = []
        self.uses: set[tuple[int, int]] = set()
        self.names: dict[str, Any] = {}
        self.top: dict[str, Any] = self.names
        self.functions: dict[str, ast.FunctionDef] = {}
        self.assignments: list[Assignment] = []
        self.last_assigned = ""
        self.group = ""
        self.target = ""
        self.at: ast.AST | None = None
        #: a call whose outputs are given to several names, and to how many
        self.wanted: tuple[ast.expr, int] | None = None
        self.iterations = 0
        self.calls: list[str] = []
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

    # ── writing nodes ─────────────────────────────────────────────────────────────────────────

    def leaf(self, kind: str, name: str) -> None:
        if not name.isidentifier():
            raise InputError(f"'{name}' cannot be used in a program; use letters, digits and _")
        draft = Draft(kind, [], {}, "", name)
        draft.names = [name]
        self.names[name] = self._add(draft)
        self.leaves.append(name)

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
        kept = {key: value for key, value in attributes.items() if value is not None}
        self._check_operands(op, given, kept)
        if outputs > MAX_OUTPUTS:
            raise self.error(
                f"at most {MAX_OUTPUTS:,} parts can be split off at once; {outputs:,} were asked for"
            )
        references = [None if value is None else (value.draft, value.output) for value in given]
        made = self._add(Draft(op, references, kept, self.group, self.target, outputs))
        return tuple(Ref(made.draft, output) for output in range(outputs))

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

    # ── statements ────────────────────────────────────────────────────────────────────────────

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            first = len(self.drafts)
            self.at = statement
            reader = getattr(self, f"_statement_{type(statement).__name__}", None)
            if reader is None:
                raise self.error(
                    f"'{ast.unparse(statement).split()[0]}' is not part of the language; "
                    "use assignments, 'for … in range(…)', 'def' and 'with group(…)'"
                )
            reader(statement)
            self._caption(statement, first)

    def _caption(self, statement: ast.stmt, first: int) -> None:
        comment = self.comments.get(getattr(statement, "end_lineno", 0))
        if comment and not isinstance(statement, ast.For | ast.FunctionDef | ast.With):
            mine = [k for k in range(first, len(self.drafts)) if self.drafts[k].op != "constant"]
            if mine:
                self.captions.setdefault(mine[-1], comment)

    def _statement_Assign(self, statement: ast.Assign) -> None:
        target = statement.targets[-1]
        names = self._target_names(target)
        self.target = names[0]
        unpacked = isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Call)
        self.wanted = (statement.value, len(names)) if unpacked else None
        value = self.expression(statement.value)
        for one in statement.targets:
            self._bind(self._target_names(one), value, statement, isinstance(one, ast.Tuple))

    def _target_names(self, target: ast.expr) -> list[str]:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        if len(names) != len(parts) or not names:
            raise self.error("only names can be assigned to", target)
        return names

    def _bind(self, names: list[str], value: Any, statement: ast.stmt, unpack: bool) -> None:
        if not unpack:
            self._assign(names[0], value)
            return
        if not isinstance(value, tuple | list) or len(value) != len(names):
            count = len(value) if isinstance(value, tuple | list) else 1
            raise self.error(f"{len(names)} names but {count} value{'s' * (count != 1)}", statement)
        for name, part in zip(names, value, strict=True):
            self._assign(name, part)

    def _assign(self, name: str, value: Any) -> None:
        if isinstance(value, float | bool | np.ndarray) or (
            isinstance(value, list) and not any(isinstance(part, str) for part in value)
        ):
            value = self.operand(value)
        self.names[name] = value
        if isinstance(value, Ref):
            self.assignments.append(Assignment(self.group, name, (value.draft, value.output)))
            if self.names is self.top:
                self.last_assigned = name

    def _statement_AnnAssign(self, statement: ast.AnnAssign) -> None:
        raise self.error("annotations are not part of the language; write 'name = expression'")

    def _statement_AugAssign(self, statement: ast.AugAssign) -> None:
        names = self._target_names(statement.target)
        self.target = names[0]
        left = self._name(names[0], statement.target)
        self._assign(names[0], self._binary(statement.op, left, self.expression(statement.value), statement))

    def _statement_Expr(self, statement: ast.Expr) -> None:
        if not (isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)):
            raise self.error("this line computes something and drops it; give it a name: 'name = …'")

    def _statement_Pass(self, statement: ast.Pass) -> None:
        """Nothing."""

    def _statement_For(self, statement: ast.For) -> None:
        if not isinstance(statement.target, ast.Name) or statement.orelse:
            raise self.error("a loop is written 'for name in range(…):'")
        outer = self.group
        comment = self.comments.get(statement.lineno)
        for value in self._range(statement.iter):
            self.iterations += 1
            if self.iterations > MAX_ITERATIONS:
                raise self.error(f"more than {MAX_ITERATIONS:,} turns of loops; make them shorter", statement)
            self.names[statement.target.id] = value
            self.group = self._group_name(scoped(outer, f"{statement.target.id}={value}"))
            if comment:
                self.group_captions[self.group] = comment
            self.block(statement.body)
            self.group = outer

    def _range(self, iterable: ast.expr) -> range:
        if not (
            isinstance(iterable, ast.Call)
            and isinstance(iterable.func, ast.Name)
            and iterable.func.id == "range"
        ):
            raise self.error("a loop runs over 'range(…)' with constants", iterable)
        bounds = [self.expression(argument) for argument in iterable.args]
        if not 1 <= len(bounds) <= 3 or not all(type(bound) is int for bound in bounds) or iterable.keywords:
            raise self.error("range takes one to three whole constants", iterable)
        if len(bounds) == 3 and bounds[2] == 0:
            raise self.error("the step of a range cannot be 0", iterable)
        return range(*bounds)

    def _group_name(self, wanted: str) -> str:
        count = self.group_names[wanted] = self.group_names.get(wanted, 0) + 1
        return wanted if count == 1 else f"{wanted}.{count}"

    def _statement_With(self, statement: ast.With) -> None:
        path = self._group_path(statement)
        outer, self.group = self.group, scoped(self.group, path)
        comment = self.comments.get(statement.lineno)
        if comment:
            self.group_captions[self.group] = comment
        self.block(statement.body)
        self.group = outer

    def _group_path(self, statement: ast.With) -> str:
        call = statement.items[0].context_expr
        if (
            len(statement.items) == 1
            and statement.items[0].optional_vars is None
            and isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "group"
            and len(call.args) == 1
            and not call.keywords
            and isinstance(call.args[0], ast.Constant)
            and isinstance(call.args[0].value, str)
            and all(call.args[0].value.split("/"))
        ):
            return call.args[0].value
        raise self.error('a group is written \'with group("name"):\'; one inside another is "outer/inner"')

    def _statement_FunctionDef(self, statement: ast.FunctionDef) -> None:
        arguments = statement.args
        if self.calls or self.group:
            raise self.error("define functions at the top of the program, not inside others")
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            raise self.error("a function takes plain parameters, without * and /")
        if statement.decorator_list:
            raise self.error("decorators are not part of the language", statement.decorator_list[0])
        self.functions[statement.name] = statement

    def _statement_Return(self, statement: ast.Return) -> None:
        raise self.error("'return' stands at the end of a function")

    # ── expressions ───────────────────────────────────────────────────────────────────────────

    def expression(self, node: ast.expr) -> Any:
        """What an expression is: a `Ref`, a constant, or a list or tuple of such."""
        reader: Callable[[Any], Any] | None = getattr(self, f"_expression_{type(node).__name__}", None)
        if reader is None:
            raise self.error(f"'{ast.unparse(node)[:40]}' is not part of the language", node)
        outer, self.at = self.at, node
        value = reader(node)
        self.at = outer
        return value

    def _expression_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, int | float | str | bool | type(None) | type(Ellipsis)):
            return node.value
        raise self.error(f"{node.value!r} is not a number", node)

    def _expression_Name(self, node: ast.Name) -> Any:
        return self._name(node.id, node)

    def _name(self, name: str, node: ast.AST) -> Any:
        for scope in (self.names, self.top):
            if name in scope:
                return scope[name]
        if name in constants.NAMED:
            return constants.NAMED[name]
        if name in self.functions or language.is_word(name):
            raise self.error(f"'{name}' is a function; call it: {name}(…)", node)
        place = self.place(node)
        known = [*self.names, *self.top, *self.functions]
        raise unknown("name", name, known, place.line, place.column)

    def _expression_List(self, node: ast.List) -> Any:
        return [self.expression(part) for part in node.elts]

    def _expression_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.expression(part) for part in node.elts)

    def _expression_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return self("Not", value)
        if isinstance(node.op, ast.Invert):
            raise self.error("'~' is not part of the language", node)
        if constants.is_number(value):
            return -value if isinstance(node.op, ast.USub) else value
        return self("Neg", value) if isinstance(node.op, ast.USub) else value

    def _expression_BinOp(self, node: ast.BinOp) -> Any:
        return self._binary(node.op, self.expression(node.left), self.expression(node.right), node)

    def _binary(self, symbol: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        if constants.is_number(left) and constants.is_number(right):
            try:
                return constants.fold(symbol, left, right)
            except InputError as error:
                raise self.error(error.message, node) from None
        operator = _BINARY.get(type(symbol))
        if operator is None:
            raise self.error("only + - * / ** @ % join values of the graph", node)
        return self(operator, left, right)

    def _expression_Compare(self, node: ast.Compare) -> Any:
        operator = _COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or operator is None:
            raise self.error("compare two values with < <= > >= or ==", node)
        return self(operator, self.expression(node.left), self.expression(node.comparators[0]))

    def _expression_Attribute(self, node: ast.Attribute) -> Any:
        value = self.expression(node.value)
        if node.attr == "T":
            return self("Transpose", value)
        raise self.error(f"values have no '.{node.attr}'; there is '.T', and words such as sum(x)", node)

    def _expression_Subscript(self, node: ast.Subscript) -> Any:
        value = self.expression(node.value)
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        resolved = [self._index(part) for part in parts]
        if isinstance(value, tuple | list):
            if len(resolved) != 1 or not isinstance(resolved[0], int):
                raise self.error("a list takes one whole number as index", node)
            try:
                return value[resolved[0]]
            except IndexError:
                raise self.error(f"index {resolved[0]} of a list of {len(value)}", node) from None
        try:
            return indexing_rules.take(self, self.operand(value), resolved)
        except InputError as error:
            raise self.error(error.message, node) from None

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            bounds = [
                None if part is None else self._index(part) for part in (node.lower, node.upper, node.step)
            ]
            return slice(*bounds)
        value = self.expression(node)
        if isinstance(value, Ref) or value is None or value is Ellipsis or type(value) is int:
            return value
        raise self.error("an index is a whole number, a slice, None or …", node)

    # ── calls ─────────────────────────────────────────────────────────────────────────────────

    def _expression_Call(self, node: ast.Call) -> Any:
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            raise self.error("'*' and '**' in a call are not part of the language", node)
        arguments = []
        if isinstance(node.func, ast.Attribute):  # x.sum(axis=0) is sum(x, axis=0)
            arguments.append(self.expression(node.func.value))
            name = node.func.attr
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            raise self.error("only a name can be called", node)
        arguments += [self.expression(argument) for argument in node.args]
        keywords = {keyword.arg: self.expression(keyword.value) for keyword in node.keywords if keyword.arg}
        if name in self.functions:
            return self._inline(self.functions[name], arguments, keywords, node)
        if not language.is_word(name):
            place = self.place(node)
            known = [*self.functions, *language.known_words()]
            advice = nearest(name, known).replace("known: ", "there is ")
            raise InputError(f"unknown function '{name}'; {advice}", place.line, place.column)
        try:
            wanted = self.wanted[1] if self.wanted is not None and self.wanted[0] is node else 0
            return language.call(name, self, arguments, keywords, wanted)
        except InputError as error:
            raise error if error.line else self.error(error.message, node) from None

    def _inline(
        self,
        function: ast.FunctionDef,
        arguments: list[Any],
        keywords: dict[str, Any],
        node: ast.Call,
    ) -> Any:
        if function.name in self.calls or len(self.calls) >= MAX_CALL_DEPTH:
            raise self.error(f"'{function.name}' calls itself; use a loop", node)
        local = self._arguments(function, arguments, keywords, node)
        outer = (self.names, self.group, self.target, self.at)
        label = f"{self.target}:{function.name}" if self.target else function.name
        self.group = self._group_name(scoped(self.group, label))
        comment = self.comments.get(function.lineno)
        if comment:
            self.group_captions[self.group] = comment
        self.names = local
        self.calls.append(function.name)
        *body, last = function.body
        if not isinstance(last, ast.Return) or last.value is None:
            raise self.error(f"'{function.name}' must end with 'return …'", last)
        self.block(body)
        self.at, self.target = last, ""
        first = len(self.drafts)
        result = self.expression(last.value)
        self._caption(last, first)
        self.calls.pop()
        self.names, self.group, self.target, self.at = outer
        return result

    def _arguments(
        self,
        function: ast.FunctionDef,
        arguments: list[Any],
        keywords: dict[str, Any],
        node: ast.Call,
    ) -> dict[str, Any]:
        names = [argument.arg for argument in function.args.args]
        defaults = function.args.defaults
        local = {
            name: self.expression(default)
            for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True)
        }
        shown = f"{function.name}({', '.join(names)})"
        if len(arguments) > len(names):
            raise self.error(f"{len(arguments)} arguments, but it is {shown}", node)
        local |= dict(zip(names, arguments, strict=False))
        for key, value in keywords.items():
            if key not in names:
                raise self.error(f"no argument '{key}' in {shown}; {nearest(key, names)}", node)
            local[key] = value
        missing = [name for name in names if name not in local]
        if missing:
            raise self.error(f"argument '{missing[0]}' is missing; it is {shown}", node)
        return local

    # ── the end ───────────────────────────────────────────────────────────────────────────────

    def finish(self) -> Program:
        if not self.last_assigned:
            raise InputError("the program assigns nothing; write a line such as 'L = w*x'", 1, 1)
        final = {
            name: (value.draft, value.output)
            for name, value in self.names.items()
            if isinstance(value, Ref) and self.drafts[value.draft].names[value.output] != name
        }
        aliases = name_drafts(self.drafts, self.leaves, self.assignments, final)
        last = self.names[self.last_assigned]
        nodes = [self._node(k, draft) for k, draft in enumerate(self.drafts)]
        return Program(
            Graph(nodes, aliases),
            MappingProxyType({nodes[k].id: value for k, value in self.constants.items()}),
            str(self.drafts[last.draft].names[last.output]),
            frozenset(Use(nodes[k].id, index) for k, index in self.uses),
            MappingProxyType(self.group_captions),
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
