"""What the card of a node or of a collapsed group says, and how large it is for that.

The one rule: a card's size follows from the graph and from shapes, never from numbers or from the
time, so that stepping and dragging a value move nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
from PySide6.QtGui import QFont, QFontMetricsF

from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.notation import number, shape
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.signs import sign
from graph_explorer.ui.fonts import font

PADDING = 9.0
TOP = 7.0
TITLE = 20.0
CAPTION = 15.0
GAP = 3.0
ROW = 17.0
PICTURE_ROW = 24.0
PROGRESS_ROW = 23.0
BOTTOM = 7.0
PILL = 24.0
NARROWEST, WIDEST = 88.0, 216.0
#: Room for a number of four digits with a sign; one with a power of ten is given fewer digits.
NUMBER = 68.0
#: Room for one of a few entries, and how many entries at most are written out.
ENTRY, MOST_WRITTEN = 52.0, 3
#: Width of the column that holds = and ∂.
LABEL = 15.0
#: Height and greatest width of the small picture of an array.
PICTURE = 20.0
PICTURE_WIDEST = 64.0
#: With more columns than this no further matrix is put beside the ones before.
MOST_COLUMNS = 64


class Kind(IntEnum):
    """What a card stands for; leaves are told apart by their role."""

    OPERATION = 0
    OUTPUT = 1
    INPUT = 2
    PARAMETER = 3
    CONSTANT = 4
    GROUP = 5


class Style(IntEnum):
    """The kinds of text on the canvas."""

    SIGN = 0
    NAME = 1
    PLAIN_NAME = 2
    CAPTION = 3
    NUMBER = 4
    MARK = 5
    TITLE = 6
    MIDDLE = 7
    LARGE = 8


_PIXELS = {
    Style.SIGN: (14, QFont.Weight.DemiBold),
    Style.NAME: (13, QFont.Weight.DemiBold),
    Style.PLAIN_NAME: (12, QFont.Weight.Normal),
    Style.CAPTION: (11, QFont.Weight.Normal),
    Style.NUMBER: (13, QFont.Weight.Normal),
    Style.MARK: (10, QFont.Weight.DemiBold),
    Style.TITLE: (12, QFont.Weight.DemiBold),
    Style.MIDDLE: (21, QFont.Weight.DemiBold),
    Style.LARGE: (30, QFont.Weight.DemiBold),
}


@cache
def style_font(style: Style) -> QFont:
    """The font of one kind of text, in scene pixels; its digits all have one width."""
    made = font(*_PIXELS[style])
    if style in (Style.NUMBER, Style.MARK):
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def metrics(style: Style) -> QFontMetricsF:
    return QFontMetricsF(style_font(style))


@cache
def _letter(letter: str, style: Style) -> float:
    return metrics(style).horizontalAdvance(letter)


def text_width(text: str, style: Style) -> float:
    """The width of a text in scene pixels, from a table of letters: exact enough to reserve room."""
    return sum(_letter(letter, style) for letter in text)


def shortened(text: str, style: Style, room: float) -> str:
    """The text, or its beginning with an ellipsis where it does not fit into `room` scene pixels."""
    if text_width(text, style) <= room:
        return text
    room -= _letter("…", style)
    for count, letter in enumerate(text):
        room -= _letter(letter, style)
        if room < 0:
            return text[:count].rstrip() + "…"
    return text


@dataclass(frozen=True, slots=True)
class Card:
    """One box of the canvas. `node` is the node's place in the graph, −1 for a group.

    `sizes` is the shape of the value (of the group's result), None where it is not known. `result`
    is the number of the value that the card shows; `members` are the places of a group's nodes,
    `group` is the path of the groups around it.
    """

    id: str
    kind: Kind
    sign: str
    name: str
    caption: str
    sizes: tuple[int, ...] | None
    width: float
    height: float
    node: int
    result: int
    members: tuple[int, ...] = ()
    group: str = ""
    #: how many rows of numbers: value and gradient, or the value alone
    count: int = 2

    @property
    def pictured(self) -> bool:
        """Whether the value is shown as a small picture: an array that is too large to be written out."""
        return bool(self.sizes) and not written_out(self.sizes or ())

    @property
    def named(self) -> bool:
        """Whether the program gave the node its name, rather than the operator."""
        return "." not in self.name or self.kind is Kind.GROUP

    @property
    def rows(self) -> tuple[float, float, float]:
        """From the card's upper border: where the rows of value and gradient begin; their height."""
        height = PICTURE_ROW if self.pictured else ROW
        first = self.height - BOTTOM - self.count * height
        return first, first + height, height

    def picture_size(self) -> tuple[float, float]:
        """Width and height of the small picture of an array, in scene pixels."""
        rows, columns = picture_grid(self.sizes or ())
        if rows == 1:
            return max(8.0, min(11.0 * columns, PICTURE_WIDEST)), PICTURE * 0.6
        return max(8.0, min(PICTURE * columns / rows, PICTURE_WIDEST)), PICTURE


def written_out(sizes: tuple[int, ...]) -> bool:
    """Whether an array of that shape is shown as numbers: a row of a few, or a single one."""
    return (len(sizes) <= 1 and math.prod(sizes) <= MOST_WRITTEN) or math.prod(sizes) == 1


def mark_width(terms: int) -> float:
    """The room for the mark of a partial sum, in scene pixels."""
    return text_width(f"Σ {terms}/{terms}", Style.MARK) + 16 if terms > 1 else 0.0


def number_width(sizes: tuple[int, ...]) -> float:
    """The room for a value's text, in scene pixels."""
    count = math.prod(sizes)
    return NUMBER if count == 1 or not written_out(sizes) else 12 + ENTRY * count


def picture_grid(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the picture of an array of that shape, before it is made coarser.

    An array of more than two axes is a row of matrices, the first few of them.
    """
    if len(sizes) <= 1:
        return 1, max(1, sizes[0] if sizes else 1)
    rows, columns = max(1, sizes[-2]), max(1, sizes[-1])
    return rows, columns * max(1, min(math.prod(sizes[:-2]), MOST_COLUMNS // columns))


def make_cards(
    graph: Graph, trace: Trace, collapsed: frozenset[str], captions: Mapping[str, str], output: str
) -> dict[str, Card]:
    """The cards of all nodes outside collapsed groups, and of those groups: id or path → card."""
    constants = _plain_constants(graph, trace)
    made: dict[str, Card] = {}
    inside: dict[str, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        group = next((path for path in reversed(enclosing(node.group)) if path in collapsed), "")
        if group:
            inside.setdefault(group, []).append(index)
        else:
            made[node.id] = _node_card(index, node, trace, constants, output)
    for path, members in inside.items():
        made[path] = _group_card(path, members, graph, trace, captions.get(path, ""), output)
    return made


def _plain_constants(graph: Graph, trace: Trace) -> Mapping[str, float]:
    found = ((node.id, _value(trace, node.id)) for node in graph.leaves("constant"))
    return {name: float(value) for name, value in found if value is not None and np.ndim(value) == 0}


def _value(trace: Trace, name: str) -> np.ndarray[Any, Any] | None:
    return trace.values[trace.plan.number[name]]


def _shape(trace: Trace, name: str) -> tuple[int, ...] | None:
    value = _value(trace, name)
    return None if value is None else np.shape(value)


def _node_card(index: int, node: Node, trace: Trace, constants: Mapping[str, float], output: str) -> Card:
    sizes = _shape(trace, node.id)
    result = trace.plan.number[node.id]
    if node.op == "constant":
        name = number(constants[node.id]) if node.id in constants else shape(sizes or ())
        width = max(30.0, text_width(name, Style.NUMBER) + 2 * PADDING)
        wide = _whole(width)
        return Card(node.id, Kind.CONSTANT, "", name, "", sizes, wide, PILL, index, result, group=node.group)
    kinds = {"input": Kind.INPUT, "parameter": Kind.PARAMETER}
    kind = kinds.get(node.op, Kind.OUTPUT if output in node.outputs else Kind.OPERATION)
    mark = "" if node.is_leaf else sign(node, constants)
    rows = 1 if kind is Kind.INPUT and node.id not in trace.plan.wrt else 2
    draft = Card(
        node.id, kind, mark, node.label, node.caption, sizes, 0, 0, index, result, (), node.group, rows
    )  # fmt: skip
    return _card(draft, len(trace.graph.uses(node.id)))


def _group_card(
    path: str, members: Iterable[int], graph: Graph, trace: Trace, caption: str, output: str
) -> Card:
    places = tuple(members)
    inside = {graph.nodes[k].id for k in places}
    result = graph.nodes[places[-1]].id
    for k in places:
        for name in graph.nodes[k].outputs:
            if name == output or any(use.node not in inside for use in graph.uses(name)):
                result = name
    name = path.rsplit("/", 1)[-1]
    draft = Card(
        path, Kind.GROUP, "▸", name, caption, _shape(trace, result), 0, 0, -1, trace.plan.number[result],
        places, path.rpartition("/")[0],
    )  # fmt: skip
    return _card(draft, len(graph.uses(result)))


def _card(draft: Card, terms: int) -> Card:
    """The card with its texts cut to fit and its size; its gradient is a sum of so many `terms`."""
    style = Style.NAME if draft.named else Style.PLAIN_NAME
    before = sign_width(draft.sign) + 8 if draft.sign else 0.0
    name = shortened(draft.name, style, WIDEST - 2 * PADDING - before)
    caption = shortened(draft.caption, Style.CAPTION, WIDEST - 2 * PADDING)
    values = LABEL + number_width(draft.sizes or ()) + mark_width(terms)
    values += draft.picture_size()[0] + 6 if draft.pictured else 0
    title = before + text_width(name, style)
    width = 2 * PADDING + max(title, text_width(caption, Style.CAPTION), values)
    height = TOP + TITLE + GAP + draft.count * (PICTURE_ROW if draft.pictured else ROW) + BOTTOM
    height += (CAPTION if caption else 0) + (PROGRESS_ROW if draft.members else 0)
    width = _whole(min(max(width, NARROWEST), WIDEST))
    return replace(draft, name=name, caption=caption, width=width, height=height)


def sign_width(mark: str) -> float:
    """The width of the badge that holds an operation's sign."""
    return max(TITLE, text_width(mark, Style.SIGN) + 10)


def _whole(width: float) -> float:
    return 4.0 * math.ceil(width / 4)
