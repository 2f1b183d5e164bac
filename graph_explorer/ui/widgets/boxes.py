r"""The layout of formulas: LaTeX as boxes beside and above each other.

The one rule: what this program writes is laid out here from signs that are known already; any other
LaTeX is one box that is typeset as a whole. Sizes follow TeX: fractions on the axis, scripts at 0.7.

    row      = { item [ "^" item ] [ "_" item ] }
    item     = "{" row "}" | "\frac" item item | mark item | "\left" sign row "\right" sign
             | word item | "\begin{matrix}" … "\end{matrix}" | command | sign
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from graph_explorer.ui.widgets.typeset import renderer, sign

#: In units of one em.
_AXIS, _RULE, _GAP, _SCRIPT, _RAISE, _LOWER = 0.26, 0.045, 0.20, 0.7, 0.40, 0.18
_SPACES = {r"\,": 0.17, r"\;": 0.28, r"\ ": 0.25}
_RELATION, _BINARY, _PUNCTUATION = 0.28, 0.22, 0.17
_KINDS = {
    **dict.fromkeys(
        ["=", "<", ">", ":", r"\to", r"\le", r"\ge", r"\ne", r"\leftarrow", r"\mapsto"], "relation"
    ),
    **dict.fromkeys(
        ["+", "-", r"\cdot", r"\times", r"\odot", r"\bmod", r"\wedge", r"\vee", r"\oplus"], "binary"
    ),
    **dict.fromkeys([",", ";"], "punctuation"),
    **dict.fromkeys(["(", "[", r"\lfloor", r"\lceil"], "open"),
    **dict.fromkeys([")", "]", r"\rfloor", r"\rceil"], "close"),
}
_WORDS = frozenset({r"\mathrm", r"\text", r"\operatorname", r"\mathbf", r"\mathit"})
#: Commands whose group is typeset together with them, as one sign.
_WHOLE = frozenset({r"\sqrt", r"\hat", r"\tilde", r"\bar"})
_FUNCTIONS = frozenset(
    {
        r"\exp",
        r"\ln",
        r"\sin",
        r"\cos",
        r"\tan",
        r"\sinh",
        r"\cosh",
        r"\tanh",
        r"\arcsin",
        r"\arccos",
        r"\arctan",
    }
    | {r"\max", r"\min", r"\det", r"\sum", r"\prod"}
)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Look:
    """How to draw: pixels of one em, the colour, the colours of marks, and the room between signs."""

    em: float
    color: str
    marks: tuple[tuple[str, str], ...] = ()
    tight: bool = False

    @property
    def room(self) -> float:
        """What the room around signs is measured in; scripts have next to none."""
        return self.em * (0.2 if self.tight else 1.0)

    def script(self) -> Look:
        return replace(self, em=self.em * _SCRIPT, tight=True)


@dataclass
class Box:
    """Something with a size around its baseline; `kind` decides the room around it."""

    width: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0
    kind: str = "ordinary"
    draw: Callable[[QPainter, float, float], None] = field(default=lambda painter, x, baseline: None)

    @property
    def height(self) -> float:
        return self.ascent + self.descent


def parse(latex: str, look: Look) -> list[Box]:
    """The boxes of a formula's outermost row; `ValueError` where it cannot be typeset."""
    return _Reader(latex).row(look, "")


def row(boxes: Sequence[Box], em: float, kind: str = "ordinary", continued: bool = False) -> Box:
    """Boxes beside each other, with TeX's room around relations and operators.

    A `continued` row goes on with a formula that began above it.
    """
    places: list[tuple[float, Box]] = []
    x = 0.0
    for position, (box, before) in enumerate(zip(boxes, spaces(boxes, em, continued), strict=True)):
        x += before if position else 0.0
        places.append((x, box))
        x += box.width

    def draw(painter: QPainter, left: float, baseline: float) -> None:
        for place, box in places:
            box.draw(painter, left + place, baseline)

    ascent = max((box.ascent for box in boxes), default=0.0)
    descent = max((box.descent for box in boxes), default=0.0)
    return Box(x, ascent, descent, kind, draw)


def spaces(boxes: Sequence[Box], em: float, continued: bool = False) -> list[float]:
    """The room before each box of a row."""
    kinds = [box.kind for box in boxes]
    for place, kind in enumerate(kinds):  # a sign with nothing before it that it could join is no operator
        joins = kinds[place - 1] not in ("binary", "relation", "open", "punctuation") if place else continued
        if kind == "binary" and not joins:
            kinds[place] = "ordinary"
    found = [0.0] * len(kinds)
    for place in range(1, len(kinds)):
        left, right = kinds[place - 1], kinds[place]
        if "relation" in (left, right):
            found[place] = _RELATION * em if left != right else 0.0
        elif "binary" in (left, right):
            found[place] = _BINARY * em
        elif (
            left == "punctuation"
            or (left == "function" and right not in ("open", "punctuation", "close"))
            or (right == "function" and left in ("ordinary", "close", "fraction"))
        ):
            found[place] = _PUNCTUATION * em
    return found


def _sign(latex: str, look: Look, kind: str = "") -> Box:
    """One typeset sign."""
    found, em = sign(latex), look.em

    def draw(painter: QPainter, x: float, baseline: float) -> None:
        place = QRectF(x + found.left * em, baseline - found.ascent * em, found.width * em, found.height * em)
        renderer(latex, look.color).render(painter, place)

    made = kind or _KINDS.get(latex, "function" if latex in _FUNCTIONS else "ordinary")
    return Box(found.advance * em, found.ascent * em, found.descent * em, made, draw)


def _fraction(above: Box, below: Box, look: Look) -> Box:
    em = look.em
    width = max(above.width, below.width) + 0.12 * em
    up = (_AXIS + _RULE / 2 + _GAP) * em
    down = (_AXIS - _RULE / 2 - _GAP) * em

    def draw(painter: QPainter, x: float, baseline: float) -> None:
        above.draw(painter, x + (width - above.width) / 2, baseline - up - above.descent)
        below.draw(painter, x + (width - below.width) / 2, baseline - down + below.ascent)
        rule = QRectF(x, baseline - (_AXIS + _RULE / 2) * em, width, max(_RULE * em, 0.8))
        painter.fillRect(rule, QColor(look.color))

    return Box(width, up + above.height, below.height - down, "fraction", draw)


def _scripts(base: Box, above: Box | None, below: Box | None, look: Look) -> Box:
    em, tall = look.em, base.ascent > 0.9 * look.em
    raised = max(_RAISE * em, base.ascent - 0.35 * em) if tall else _RAISE * em
    lowered = max(_LOWER * em, base.descent)

    def draw(painter: QPainter, x: float, baseline: float) -> None:
        base.draw(painter, x, baseline)
        if above is not None:
            above.draw(painter, x + base.width + 0.03 * em, baseline - raised)
        if below is not None:
            below.draw(painter, x + base.width, baseline + lowered)

    ascent = max(base.ascent, raised + above.ascent if above is not None else 0.0)
    descent = max(base.descent, lowered + below.descent if below is not None else 0.0)
    wide = max(part.width if part is not None else 0.0 for part in (above, below))
    return Box(base.width + wide + 0.05 * em, ascent, descent, base.kind, draw)


def _between(left: str, inside: Box, right: str, look: Look) -> Box:
    """A row between brackets that are as high as it is."""
    em = look.em
    stretch = max(1.0, (max(inside.ascent - _AXIS * em, inside.descent + _AXIS * em)) / (0.5 * em))
    sides = [None if bracket == "." else sign(bracket) for bracket in (left, right)]
    widths = [0.0 if found is None else found.advance * em for found in sides]
    middle = _AXIS * em
    tall = max((0.47 * em) * stretch, 0.0)

    def bracket(painter: QPainter, name: str, x: float, baseline: float) -> None:
        found = sign(name)
        top = baseline - middle - tall
        place = QRectF(x + found.left * em, top, found.width * em, 2 * tall)
        renderer(name, look.color).setAspectRatioMode(Qt.AspectRatioMode.IgnoreAspectRatio)
        renderer(name, look.color).render(painter, place)

    def draw(painter: QPainter, x: float, baseline: float) -> None:
        if left != ".":
            bracket(painter, left, x, baseline)
        inside.draw(painter, x + widths[0], baseline)
        if right != ".":
            bracket(painter, right, x + widths[0] + inside.width, baseline)

    ascent, descent = max(inside.ascent, middle + tall), max(inside.descent, tall - middle)
    return Box(sum(widths) + inside.width, ascent, descent, "open" if not widths[1] else "ordinary", draw)


def _grid(rows: list[list[Box]], look: Look, centred: bool) -> Box:
    """Rows and columns, on the axis: a matrix, or cases with their conditions."""
    em = look.em
    columns = max(len(line) for line in rows)
    widths = [max((line[k].width for line in rows if k < len(line)), default=0.0) for k in range(columns)]
    heights = [
        (max(0.7 * em, *(b.ascent for b in line)), max(0.25 * em, *(b.descent for b in line)))
        for line in rows
    ]
    gap, between = 0.8 * em, 0.22 * em
    whole = sum(a + d for a, d in heights) + between * (len(rows) - 1)

    def draw(painter: QPainter, x: float, baseline: float) -> None:
        top = baseline - _AXIS * em - whole / 2
        for line, (ascent, descent) in zip(rows, heights, strict=True):
            left = x
            for box, width in zip(line, widths, strict=False):
                box.draw(painter, left + ((width - box.width) / 2 if centred else 0.0), top + ascent)
                left += width + gap
            top += ascent + descent + between

    width = sum(widths) + gap * (columns - 1)
    return Box(width, whole / 2 + _AXIS * em, whole / 2 - _AXIS * em, "ordinary", draw)


class _Reader:
    """Reads LaTeX from left to right."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.at = 0

    def _peek(self) -> str:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        part = self._peek()
        self.at += 1
        return part

    def row(self, look: Look, *ends: str) -> list[Box]:
        """Items up to one of `ends`, which is left where it is."""
        boxes: list[Box] = []
        while (part := self._peek()) not in (*ends, ""):
            if part in ("}", r"\right", "&", r"\\", r"\end"):
                raise ValueError(f"unexpected {part}")
            boxes.append(self._scripted(look))
        if "" not in ends and not self._peek():
            raise ValueError(f"{ends[0]} is missing")
        return boxes

    def _scripted(self, look: Look) -> Box:
        base = self._item(look)
        above: Box | None = None
        below: Box | None = None
        while self._peek() in ("^", "_"):
            raised = self._next() == "^"
            script = self._item(look.script())
            if raised:
                above = script
            else:
                below = script
        return base if above is None and below is None else _scripts(base, above, below, look)

    def _item(self, look: Look) -> Box:
        part = self._next()
        marks = {f"\\{mark}": color for mark, color in look.marks}
        if part == "{":
            boxes = self.row(look, "}")
            self._next()
            return row(boxes, look.room)
        if part in marks:
            return self._item(replace(look, color=marks[part]))
        if part == r"\frac":
            above = self._item(look)
            return _fraction(above, self._item(look), look)
        if part == r"\left":
            return self._bracketed(look)
        if part == r"\mathrel":
            return replace(self._item(replace(look, tight=True)), kind="relation")
        if part == r"\begin":
            return self._environment(look)
        if part in _SPACES:
            return Box(_SPACES[part] * look.em)
        if part in _WORDS or part in _WHOLE:
            word = self._raw()
            kind = "function" if part == r"\operatorname" else ""
            return _sign(f"{part}{{{word}}}", look, kind)
        if not part:
            raise ValueError("something is missing at the end")
        return _sign(part, look)

    def _raw(self) -> str:
        """The text of a group, as it is written."""
        if self._next() != "{":
            raise ValueError("{ is missing")
        depth, start = 1, self.at
        while self.at < len(self.tokens):
            part = self.tokens[self.at]
            depth += (part == "{") - (part == "}")
            self.at += 1
            if depth == 0:
                return "".join(self.tokens[start : self.at - 1])
        raise ValueError("} is missing")

    def _bracketed(self, look: Look) -> Box:
        left = self._next()
        inside = row(self.row(look, r"\right"), look.room)
        self._next()
        return _between(left, inside, self._next(), look)

    def _environment(self, look: Look) -> Box:
        name = self._raw()
        rows: list[list[Box]] = [[]]
        while True:
            rows[-1].append(row(self.row(look, "&", r"\\", r"\end"), look.room))
            part = self._next()
            if part == r"\\":
                rows.append([])
            elif part == r"\end":
                break
        self._raw()
        grid = _grid(rows, look, centred=name == "matrix")
        return grid if name == "matrix" else _between(r"\{", grid, ".", look)
