"""Expressions of a program: what each becomes, a value of the graph or a constant.

The one rule: numbers that the text spells out are worked out while it is read; all else becomes nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from graph_explorer.engine import constants, indexing_rules, language
from graph_explorer.engine.drafting import Drafts, Ref
from graph_explorer.engine.errors import InputError, nearest, unknown

_BINARY = {
    ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow", ast.MatMult: "MatMul",
    ast.Mod: "Mod",
}  # fmt: skip
_COMPARE = {
    ast.Gt: "Greater", ast.GtE: "GreaterOrEqual", ast.Lt: "Less", ast.LtE: "LessOrEqual", ast.Eq: "Equal",
}  # fmt: skip
#: Writes a function of the program in place of a call: the function, its arguments, and the call.
Inline = Callable[[ast.FunctionDef, list[Any], dict[str, Any], ast.Call], Any]


class Expressions:
    """Reads expressions; `names` are those that are known where they stand, `top` those of the program."""

    def __init__(self, write: Drafts, inline: Inline) -> None:
        self.write, self.inline = write, inline
        self.error = write.error
        self.names: dict[str, Any] = {}
        self.top = self.names
        self.functions: dict[str, ast.FunctionDef] = {}
        #: a call whose outputs are given to several names, and to how many
        self.unpacked: tuple[ast.expr, int] | None = None

    def read(self, node: ast.expr) -> Any:
        """What an expression is: a `Ref`, a constant, or a list or tuple of such."""
        reader: Callable[[Any], Any] | None = getattr(self, f"_expression_{type(node).__name__}", None)
        if reader is None:
            raise self.error(f"'{ast.unparse(node)[:40]}' is not part of the language", node)
        outer, self.write.at = self.write.at, node
        value = reader(node)
        self.write.at = outer
        return value

    def _expression_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, int | float | str | bool | type(None) | type(Ellipsis)):
            return node.value
        raise self.error(f"{node.value!r} is not a number", node)

    def _expression_Name(self, node: ast.Name) -> Any:
        return self.named(node.id, node)

    def named(self, name: str, node: ast.AST) -> Any:
        """What a name stands for here, or in the program around."""
        for scope in (self.names, self.top):
            if name in scope:
                return scope[name]
        if name in constants.NAMED:
            return constants.NAMED[name]
        if name in self.functions or language.is_word(name):
            raise self.error(f"'{name}' is a function; call it: {name}(…)", node)
        place = self.write.place(node)
        known = [*self.names, *self.top, *self.functions]
        raise unknown("name", name, known, place.line, place.column)

    def _expression_List(self, node: ast.List) -> Any:
        return [self.read(part) for part in node.elts]

    def _expression_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.read(part) for part in node.elts)

    def _expression_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.read(node.operand)
        if isinstance(node.op, ast.Not):
            return self.write("Not", value)
        if isinstance(node.op, ast.Invert):
            raise self.error("'~' is not part of the language", node)
        if constants.is_number(value):
            return -value if isinstance(node.op, ast.USub) else value
        return self.write("Neg", value) if isinstance(node.op, ast.USub) else value

    def _expression_BinOp(self, node: ast.BinOp) -> Any:
        return self.binary(node.op, self.read(node.left), self.read(node.right), node)

    def binary(self, symbol: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        """Two values joined: numbers to a number, values of the graph to a node."""
        if constants.is_number(left) and constants.is_number(right):
            try:
                return constants.fold(symbol, left, right)
            except InputError as error:
                raise self.error(error.message, node) from None
        operator = _BINARY.get(type(symbol))
        if operator is None:
            raise self.error("only + - * / ** @ % join values of the graph", node)
        return self.write(operator, left, right)

    def _expression_Compare(self, node: ast.Compare) -> Any:
        operator = _COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or operator is None:
            raise self.error("compare two values with < <= > >= or ==", node)
        return self.write(operator, self.read(node.left), self.read(node.comparators[0]))

    def _expression_Attribute(self, node: ast.Attribute) -> Any:
        value = self.read(node.value)
        if node.attr == "T":
            return self.write("Transpose", value)
        raise self.error(f"values have no '.{node.attr}'; there is '.T', and words such as sum(x)", node)

    def _expression_Subscript(self, node: ast.Subscript) -> Any:
        value = self.read(node.value)
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
            return indexing_rules.take(self.write, self.write.operand(value), resolved)
        except InputError as error:
            raise self.error(error.message, node) from None

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            bounds = [
                None if part is None else self._index(part) for part in (node.lower, node.upper, node.step)
            ]
            return slice(*bounds)
        value = self.read(node)
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
            arguments.append(self.read(node.func.value))
            name = node.func.attr
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            raise self.error("only a name can be called", node)
        arguments += [self.read(argument) for argument in node.args]
        keywords = {keyword.arg: self.read(keyword.value) for keyword in node.keywords if keyword.arg}
        if name in self.functions:
            return self.inline(self.functions[name], arguments, keywords, node)
        if not language.is_word(name):
            place = self.write.place(node)
            known = [*self.functions, *language.known_words()]
            advice = nearest(name, known).replace("known: ", "there is ")
            raise InputError(f"unknown function '{name}'; {advice}", place.line, place.column)
        try:
            wanted = self.unpacked[1] if self.unpacked is not None and self.unpacked[0] is node else 0
            return language.call(name, self.write, arguments, keywords, wanted)
        except InputError as error:
            raise error if error.line else self.error(error.message, node) from None
