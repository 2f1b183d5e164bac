"""Lines of NumPy code made of spelled values.

The one rule: what is used once is written where it is used; what is used twice, or would make a line
too long, gets a line and a name of its own first.
"""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from graph_explorer.formats.code import functions
from graph_explorer.formats.code.spelled import ATOM, COMPARISON, POWER, SIGN, SUM, Spelled, inner
from graph_explorer.formats.names import Names

Array = np.ndarray[Any, Any]

#: Lines of code are about this long at most.
WIDTH = 100
#: Arrays with more entries are kept in a file beside the code.
MOST_ENTRIES = 400
#: Shorter parts of a long line are not worth a line of their own.
_SHORT = 24


class Script:
    """The statements of one file, in order."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.lines: list[str] = []
        self.functions: dict[str, Callable[..., Any]] = {}
        #: arrays that are too large for the text
        self.arrays: dict[str, Array] = {}
        self._met: dict[int, tuple[str, Array]] = {}

    def heading(self, text: str) -> None:
        self.lines += ["", f"# {text}"]

    def leaf(self, name: str, value: Array, note: str = "") -> Spelled:
        """A line that gives a name to plain numbers."""
        self._array_line(name, value, note)
        return Spelled(value, name=name)

    def assign(self, name: str, made: Any, note: str = "") -> Spelled:
        """The lines that compute `made`, the last of which calls it `name`."""
        self._name_parts(name, made)
        self._line(name, self._text(made), note)
        return Spelled(made.value if isinstance(made, Spelled) else made, name=name)

    def shared(self, stem: str, several: Iterable[Any]) -> None:
        """Lines for what more than one of `several` values is made from."""
        seen: Counter[int] = Counter()
        for one in several:
            seen.update({id(part) for part in _below(one)})
        for one in several:
            for part in _below(one):
                if seen[id(part)] > 1 and not part.name:
                    self._give_name(stem, part)

    def sources(self) -> list[str]:
        """The functions that the statements call, as text."""
        if not self.functions:
            return []
        found = [f"\n{inspect.getsource(function)}" for function in self.functions.values()]
        return ["Array, Ints, Index = np.ndarray, tuple, tuple\n", *found, ""]

    # ── names for parts ───────────────────────────────────────────────────────────────────────

    def _name_parts(self, stem: str, made: Any) -> None:
        uses = Counter(id(part) for node in _below(made) for part in inner([node.parts, node.options]))
        for node in _below(made):
            if node.name:
                continue
            if uses[id(node)] > 1 and len(self._text(node)) > 3:
                self._give_name(stem, node)
                continue
            while len(self._text(node)) > WIDTH - 12:
                unnamed = [part for part in inner([node.parts, node.options]) if not part.name]
                longest = max(unnamed, key=lambda part: len(self._text(part)), default=None)
                if longest is None or len(self._text(longest)) < _SHORT:
                    break
                self._give_name(stem, longest)

    def _give_name(self, stem: str, node: Spelled) -> None:
        name = self.names.fresh(f"{stem}_{node.hint}")
        self._line(name, self._text(node))
        node.name = name

    def _line(self, name: str, text: str, note: str = "") -> None:
        self.lines.append(f"{name} = {text}{_comment(note)}")

    def _array_line(self, name: str, value: Array, note: str = "") -> None:
        """A line, or several, for plain numbers."""
        line = f"{name} = {self._array(name, value)}"
        if len(line) <= WIDTH:
            self.lines.append(line + _comment(note))
            return
        wrapped = textwrap.fill(
            line, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
        self.lines += [_comment(note).strip(), wrapped] if note else [wrapped]

    # ── text ──────────────────────────────────────────────────────────────────────────────────

    def _text(self, value: Any, at_least: int = COMPARISON) -> str:
        if not isinstance(value, Spelled):
            text = self._literal(value)
            return f"({text})" if at_least > SIGN and text.startswith("-") else text
        if value.name:
            return value.name
        if value.function is not None:
            self.need(value.function)
        text = getattr(self, f"_text_{value.form}")(value)
        return f"({text})" if value.binding < at_least else str(text)

    def _text_infix(self, node: Spelled) -> str:
        a, b = node.parts
        left = ATOM if node.word == "**" else SUM if node.binding == COMPARISON else node.binding
        right = SUM if node.binding == COMPARISON else min(node.binding + 1, ATOM)
        gap = "" if node.binding >= POWER else " "
        return f"{self._text(a, left)}{gap}{node.word}{gap}{self._text(b, right)}"

    def _text_prefix(self, node: Spelled) -> str:
        return f"{node.word}{self._text(node.parts[0], POWER)}"

    def _text_call(self, node: Spelled) -> str:
        return f"{node.word}({self._arguments(node.parts, node)})"

    def _text_method(self, node: Spelled) -> str:
        return f"{self._text(node.parts[0], ATOM)}.{node.word}({self._arguments(node.parts[1:], node)})"

    def _text_attribute(self, node: Spelled) -> str:
        return f"{self._text(node.parts[0], ATOM)}.{node.word}"

    def _text_item(self, node: Spelled) -> str:
        whole, index = node.parts
        shown = (
            ", ".join(map(self._index, index)) if isinstance(index, tuple) and index else self._index(index)
        )
        trailing = "," if isinstance(index, tuple) and len(index) == 1 and isinstance(index[0], list) else ""
        return f"{self._text(whole, ATOM)}[{shown}{trailing}]"

    def _index(self, part: Any) -> str:
        if isinstance(part, slice):
            bounds = ["" if one is None else self._text(one) for one in (part.start, part.stop)]
            step = "" if part.step in (None, 1) else f":{self._text(part.step)}"
            return f"{bounds[0]}:{bounds[1]}{step}"
        return "..." if part is Ellipsis else self._text(part)

    def _arguments(self, parts: Iterable[Any], node: Spelled) -> str:
        named = [f"{key}={self._text(value)}" for key, value in node.options.items()]
        return ", ".join([*(self._text(part) for part in parts), *named])

    def _literal(self, value: Any) -> str:
        if isinstance(value, slice):
            return f"np.s_[{self._index(value)}]"
        if isinstance(value, tuple):
            if any(isinstance(part, slice) for part in value):
                return f"np.s_[{', '.join(map(self._index, value))}]"
            return f"({', '.join(map(self._text, value))}{',' * (len(value) == 1)})"
        if isinstance(value, list):
            return f"[{', '.join(map(self._text, value))}]"
        if isinstance(value, np.ndarray) and value.ndim:
            if value.size <= 8:
                return self._array("", value)
            if id(value) not in self._met:
                name = self.names.fresh("numbers")
                self._array_line(name, value)
                self._met[id(value)] = name, value
            return self._met[id(value)][0]
        if isinstance(value, np.ndarray | np.generic):
            value = value.item()
        if isinstance(value, type | np.dtype):
            return f"np.{np.dtype(value).name}"
        if isinstance(value, float) and not math.isfinite(value):
            return "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"
        return repr(value)

    def _array(self, name: str, value: Array) -> str:
        """An array in full, or where the file beside the code has it."""
        if value.size > MOST_ENTRIES:
            self.arrays[name] = value
            return f'arrays["{name}"]'
        if not value.size:
            return f"np.zeros({value.shape}, np.{value.dtype.name})"
        text = re.sub(r"\b(nan|inf)\b", r"np.\1", repr(value.tolist()))
        kind = value.dtype.name
        known = kind in ("float64", "int64", "bool")
        return f"np.array({text})" if known else f"np.array({text}, np.{kind})"

    def need(self, function: Callable[..., Any]) -> None:
        """Adds a function, and those that it calls, to the code."""
        if function.__name__ in self.functions:
            return
        for name in function.__code__.co_names:
            other = getattr(functions, name, None)
            if inspect.isfunction(other) and other is not function:
                self.need(other)
        self.functions[function.__name__] = function


def _comment(note: str) -> str:
    return f"  # {' '.join(note.split())}" if note else ""


def _below(made: Any) -> list[Spelled]:
    """All unnamed spelled values that `made` is made from, each once, parts before the whole."""
    order: dict[int, Spelled] = {}
    stack: list[tuple[Spelled, bool]] = [(one, False) for one in inner(made)]
    while stack:
        node, done = stack.pop()
        if done:
            order.setdefault(id(node), node)
        elif id(node) not in order and not node.name:
            stack.append((node, True))
            stack += [(part, False) for part in reversed(list(inner([node.parts, node.options])))]
    return list(order.values())
