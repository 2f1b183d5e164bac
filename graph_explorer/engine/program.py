"""The program: a small text in a subset of Python that is read, never executed, into a graph.

The one rule: whatever the text says, reading it ends soon and does nothing but build nodes. Each
mistake is an `InputError` with line and column. Statements are read here, expressions in `expressions`.

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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.drafting import Drafts, Ref
from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.expressions import Expressions
from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.naming import Assignment, scoped

#: Bounds that keep an unrolled program within reason.
MAX_ITERATIONS = 100_000
MAX_CALL_DEPTH = 64

_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Program:
    """What a text says: the graph, the values of its constants, and edges that pass no gradient.

    `repeats` tells how many equal blocks a group holds, where they were looked for; the blocks of groups
    in `varied` are equal but for their sizes.
    """

    graph: Graph
    constants: Mapping[str, np.ndarray[Any, Any]]
    output: str
    detached: frozenset[Use]
    captions: Mapping[str, str]  # of groups
    repeats: Mapping[str, int] = field(default_factory=lambda: _NONE)
    varied: frozenset[str] = frozenset()


def read(
    text: str, inputs: Iterable[str] = (), parameters: Iterable[str] = (), dtype: Any = np.float64
) -> Program:
    """Reads a program whose leaves are named by `inputs` and `parameters`."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        said = "a number has too many digits; write it as 1e20" if "digits" in error.msg else error.msg
        raise InputError(f"not a valid program: {said}", error.lineno or 1, error.offset or 1) from None
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


class _Reader:
    """Walks the syntax tree and writes nodes down."""

    def __init__(self, dtype: Any, text: str) -> None:
        self.write = Drafts(dtype, text)
        self.error = self.write.error
        self.comments = _comments(text)
        self.expressions = Expressions(self.write, self._inline)
        self.last_assigned = ""
        self.iterations = 0
        self.calls: list[str] = []

    def leaf(self, kind: str, name: str) -> None:
        self.expressions.names[name] = self.write.leaf(kind, name)

    # ── statements ────────────────────────────────────────────────────────────────────────────

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            first = len(self.write.drafts)
            self.write.at = statement
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
            mine = [k for k in range(first, len(self.write.drafts)) if self.write.drafts[k].op != "constant"]
            if mine:
                self.write.captions.setdefault(mine[-1], comment)

    def _statement_Assign(self, statement: ast.Assign) -> None:
        target = statement.targets[-1]
        names = self._target_names(target)
        self.write.target = names[0]
        unpacked = isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Call)
        self.expressions.unpacked = (statement.value, len(names)) if unpacked else None
        value = self.expressions.read(statement.value)
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
            value = self.write.operand(value)
        scope = self.expressions.names
        scope[name] = value
        if isinstance(value, Ref):
            self.write.assignments.append(Assignment(self.write.group, name, (value.draft, value.output)))
            if scope is self.expressions.top:
                self.last_assigned = name

    def _statement_AnnAssign(self, statement: ast.AnnAssign) -> None:
        raise self.error("annotations are not part of the language; write 'name = expression'")

    def _statement_AugAssign(self, statement: ast.AugAssign) -> None:
        names = self._target_names(statement.target)
        self.write.target = names[0]
        left = self.expressions.named(names[0], statement.target)
        right = self.expressions.read(statement.value)
        self._assign(names[0], self.expressions.binary(statement.op, left, right, statement))

    def _statement_Expr(self, statement: ast.Expr) -> None:
        if not (isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)):
            raise self.error("this line computes something and drops it; give it a name: 'name = …'")

    def _statement_Pass(self, statement: ast.Pass) -> None:
        """Nothing."""

    def _statement_For(self, statement: ast.For) -> None:
        if not isinstance(statement.target, ast.Name) or statement.orelse:
            raise self.error("a loop is written 'for name in range(…):'")
        outer = self.write.group
        comment = self.comments.get(statement.lineno)
        for value in self._range(statement.iter):
            self.iterations += 1
            if self.iterations > MAX_ITERATIONS:
                raise self.error(f"more than {MAX_ITERATIONS:,} turns of loops; make them shorter", statement)
            self.expressions.names[statement.target.id] = value
            self.write.group = self.write.fresh_group(scoped(outer, f"{statement.target.id}={value}"))
            if comment:
                self.write.group_captions[self.write.group] = comment
            self.block(statement.body)
            self.write.group = outer

    def _range(self, iterable: ast.expr) -> range:
        if not (
            isinstance(iterable, ast.Call)
            and isinstance(iterable.func, ast.Name)
            and iterable.func.id == "range"
        ):
            raise self.error("a loop runs over 'range(…)' with constants", iterable)
        bounds = [self.expressions.read(argument) for argument in iterable.args]
        if not 1 <= len(bounds) <= 3 or not all(type(bound) is int for bound in bounds) or iterable.keywords:
            raise self.error("range takes one to three whole constants", iterable)
        if len(bounds) == 3 and bounds[2] == 0:
            raise self.error("the step of a range cannot be 0", iterable)
        return range(*bounds)

    def _statement_With(self, statement: ast.With) -> None:
        path = self._group_path(statement)
        outer, self.write.group = self.write.group, scoped(self.write.group, path)
        comment = self.comments.get(statement.lineno)
        if comment:
            self.write.group_captions[self.write.group] = comment
        self.block(statement.body)
        self.write.group = outer

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
        if self.calls or self.write.group:
            raise self.error("define functions at the top of the program, not inside others")
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            raise self.error("a function takes plain parameters, without * and /")
        if statement.decorator_list:
            raise self.error("decorators are not part of the language", statement.decorator_list[0])
        self.expressions.functions[statement.name] = statement

    def _statement_Return(self, statement: ast.Return) -> None:
        raise self.error("'return' stands at the end of a function")

    # ── functions ─────────────────────────────────────────────────────────────────────────────

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
        outer = (self.expressions.names, self.write.group, self.write.target, self.write.at)
        label = f"{self.write.target}:{function.name}" if self.write.target else function.name
        self.write.group = self.write.fresh_group(scoped(self.write.group, label))
        comment = self.comments.get(function.lineno)
        if comment:
            self.write.group_captions[self.write.group] = comment
        self.expressions.names = local
        self.calls.append(function.name)
        *body, last = function.body
        if not isinstance(last, ast.Return) or last.value is None:
            raise self.error(f"'{function.name}' must end with 'return …'", last)
        self.block(body)
        self.write.at, self.write.target = last, ""
        first = len(self.write.drafts)
        result = self.expressions.read(last.value)
        self._caption(last, first)
        self.calls.pop()
        self.expressions.names, self.write.group, self.write.target, self.write.at = outer
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
            name: self.expressions.read(default)
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
        graph, values, detached = self.write.finish(self.expressions.names)
        output = self.write.name(self.expressions.names[self.last_assigned])
        return Program(graph, values, output, detached, MappingProxyType(self.write.group_captions))
