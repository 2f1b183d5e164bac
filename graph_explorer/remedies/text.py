"""The text of a program, changed in places: everything else of it stays as it was written.

The one rule: places come from the syntax tree, never from searching the text, so that comments, strings
and names that look alike are left alone.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Place


class NotApplicable(InputError):
    """A remedy cannot be used on a document; the text says why."""


@dataclass(frozen=True, order=True)
class Change:
    """`text` in the place of what stands from (line, byte) to (line, byte); lines from 1, bytes from 0."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def changed(text: str, changes: Iterable[Change]) -> str:
    """The text with all changes made within its lines; comments behind them stay where they were."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    columns = _comments(text)
    touched: set[int] = set()
    for change in sorted(changes, reverse=True):
        (first, begin), (last, end) = change.start, change.end
        assert first == last, "a change stays within its line"
        touched.add(first)
        line = lines[first - 1]
        lines[first - 1] = line[:begin] + change.text.encode() + line[end:]
    made = [line.decode() for line in lines]
    moved = _comments("".join(made))
    for number in touched & columns.keys():
        made[number - 1] = _aligned(made[number - 1], moved[number], columns[number])
    return "".join(made)


def _comments(text: str) -> dict[int, int]:
    """Line → the column, from 0, of the comment behind what it says."""
    return {
        token.start[0]: token.start[1]
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }


def _aligned(line: str, column: int, wanted: int) -> str:
    """The line with its comment back in the column where it was, two spaces behind the rest at least."""
    said, comment = line[:column].rstrip(), line[column:]
    return said + " " * max(wanted - len(said), 2) + comment


def before(node: ast.expr, text: str) -> Change:
    """`text` in front of an expression."""
    start = (node.lineno, node.col_offset)
    return Change(start, start, text)


def behind(node: ast.expr, text: str) -> Change:
    """`text` at the end of an expression."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    end = (node.end_lineno, node.end_col_offset)
    return Change(end, end, text)


def renamed(call: ast.Call, name: str) -> Change:
    """Another function in a call `f(x)` or `x.f()`."""
    function = call.func
    old = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
    assert function.end_lineno is not None
    assert function.end_col_offset is not None
    end = (function.end_lineno, function.end_col_offset)
    return Change((end[0], end[1] - len(old.encode())), end, name)


@dataclass(frozen=True)
class Spot:
    """A statement or call of a program: its node, and the statements around it, the outermost first."""

    node: ast.AST
    around: tuple[ast.stmt, ...]

    @property
    def statement(self) -> ast.stmt:
        """The statement that a call stands in."""
        return self.around[-1]

    @property
    def loop(self) -> ast.For | None:
        """The innermost loop around it, unless a function is between."""
        for statement in reversed(self.around):
            if isinstance(statement, ast.FunctionDef):
                return None
            if isinstance(statement, ast.For):
                return statement
        return None


def spots(text: str) -> Iterator[Spot]:
    """All statements and expressions of a program."""

    def walk(node: ast.AST, around: tuple[ast.stmt, ...]) -> Iterator[Spot]:
        for child in ast.iter_child_nodes(node):
            inside = (*around, child) if isinstance(child, ast.stmt) else around
            yield Spot(child, inside)
            yield from walk(child, inside)

    yield from walk(ast.parse(text), ())


def stands_at(node: ast.expr, place: Place | None, lines: list[bytes]) -> bool:
    """Whether a node of a graph was written as this expression; `lines` are those of the text."""
    if place is None or (node.lineno, node.end_lineno) != (place.line, place.end_line):
        return False
    assert node.end_col_offset is not None
    start = len(lines[place.line - 1][: node.col_offset].decode(errors="ignore")) + 1
    end = len(lines[place.end_line - 1][: node.end_col_offset].decode(errors="ignore")) + 1
    return (start, end) == (place.column, place.end_column)
