"""What the card of a node or of a collapsed group says, and how large it is for that.

The one rule: a card's size follows from the graph and from shapes, never from numbers or from the
time, so that stepping and dragging a value move nothing. Sizes are worked out for many cards at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QFont, QFontMetricsF

from graph_explorer.ui.fonts import font

Floats = NDArray[np.float64]

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
    #: how many equal blocks a group holds, where that is more than one
    repeats: int = 0

    @property
    def named(self) -> bool:
        """Whether the program gave the node its name, rather than the operator."""
        return "." not in self.name or self.kind is Kind.GROUP

    @property
    def rows(self) -> tuple[float, float, float]:
        """From the card's upper border: where the rows of value and gradient begin; their height."""
        height = PICTURE_ROW if pictured(self.sizes) else ROW
        first = self.height - BOTTOM - self.count * height
        return first, first + height, height


def written_out(sizes: tuple[int, ...]) -> bool:
    """Whether an array of that shape is shown as numbers: a row of a few, or a single one."""
    return (len(sizes) <= 1 and math.prod(sizes) <= MOST_WRITTEN) or math.prod(sizes) == 1


def pictured(sizes: tuple[int, ...] | None) -> bool:
    """Whether there is room for a small picture: for an array of that shape, or one of unknown shape."""
    return sizes is None or not written_out(sizes)


def picture_size(sizes: tuple[int, ...] | None) -> tuple[float, float]:
    """Width and height of the small picture of an array, in scene pixels; the largest if unknown."""
    if sizes is None:
        return PICTURE_WIDEST, PICTURE
    rows, columns = picture_grid(sizes)
    if rows == 1:
        return max(8.0, min(11.0 * columns, PICTURE_WIDEST)), PICTURE * 0.6
    return max(8.0, min(PICTURE * columns / rows, PICTURE_WIDEST)), PICTURE


def mark_width(terms: int) -> float:
    """The room for the mark of a partial sum, in scene pixels."""
    return text_width(f"Σ {terms}/{terms}", Style.MARK) + 16 if terms > 1 else 0.0


def repeats_text(repeats: int) -> str:
    """How many equal blocks a group holds; "" where it holds none."""
    return f"×{repeats}" if repeats > 1 else ""


def repeats_width(repeats: int) -> float:
    """The room for the badge that says so, in scene pixels."""
    return text_width(repeats_text(repeats), Style.MARK) + 18 if repeats > 1 else 0.0


def number_width(sizes: tuple[int, ...] | None) -> float:
    """The room for the row of a value of that shape, its label and picture included, in scene pixels."""
    if pictured(sizes):
        return LABEL + NUMBER + picture_size(sizes)[0] + 6
    count = math.prod(sizes or ())
    return LABEL + (NUMBER if count == 1 else 12 + ENTRY * count)


def picture_grid(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the picture of an array of that shape, before it is made coarser.

    An array of more than two axes is a row of matrices, the first few of them.
    """
    if len(sizes) <= 1:
        return 1, max(1, sizes[0] if sizes else 1)
    rows, columns = max(1, sizes[-2]), max(1, sizes[-1])
    return rows, columns * max(1, min(math.prod(sizes[:-2]), MOST_COLUMNS // columns))


def text_widths(texts: Sequence[str], style: Style) -> Floats:
    """The widths of many texts, (n,): as `text_width` measures each of them."""
    counts = np.fromiter(map(len, texts), np.int64, len(texts))
    letters = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    distinct, codes = np.unique(letters, return_inverse=True)
    widths = np.array([_letter(chr(letter), style) for letter in distinct.tolist()])
    ends = np.concatenate([[0.0], np.cumsum(widths[codes])])
    last = np.cumsum(counts)
    return np.asarray(ends[last] - ends[last - counts])


def card_sizes(
    labels: Sequence[str],
    before: Floats,
    captions: Floats,
    shapes: Sequence[tuple[int, ...] | None],
    codes: NDArray[np.integer[Any]],
    terms: NDArray[np.integer[Any]],
    counts: NDArray[np.integer[Any]] | int,
    progress: Floats | None = None,
) -> Floats:
    """Widths and heights (n, 2) of the cards of nodes or, with the width of their `progress`, of groups.

    All are in scene pixels. `before` is the room that sign and badge take from each label, `captions` the
    width of each caption, 0 where there is none; `codes` are the places of the shapes of the values among
    `shapes`. A gradient is a sum of so many `terms`, and there are `counts` rows of numbers. A label or
    caption that is cut takes all the room that there is.
    """
    named = np.array([progress is not None or "." not in label for label in labels], dtype=bool)
    titles = np.where(named, text_widths(labels, Style.NAME), text_widths(labels, Style.PLAIN_NAME))
    marks = np.array([mark_width(count) for count in range(min(int(terms.max(initial=0)), 9) + 1)])
    many = np.flatnonzero(terms > 9)
    marked = marks[np.minimum(terms, 9)]
    marked[many] = [mark_width(count) for count in terms[many].tolist()]
    numbers = np.array([number_width(sizes) for sizes in shapes])[codes] + marked
    width = 2 * PADDING + np.maximum(np.maximum(before + titles, captions), numbers)
    width = width if progress is None else np.maximum(width, 2 * PADDING + progress)
    width = 4.0 * np.ceil(np.clip(width, NARROWEST, WIDEST) / 4)
    rows = np.array([PICTURE_ROW if pictured(sizes) else ROW for sizes in shapes])[codes]
    height = TOP + TITLE + GAP + BOTTOM + counts * rows + (0.0 if progress is None else PROGRESS_ROW)
    return np.stack([width, height + np.where(captions > 0, CAPTION, 0.0)], axis=1)


def pill_widths(texts: Sequence[str]) -> Floats:
    """The widths of the cards of constants, which hold nothing but such a text, in scene pixels."""
    return np.asarray(4.0 * np.ceil(np.maximum(30.0, text_widths(texts, Style.NUMBER) + 2 * PADDING) / 4))


def cut(card: Card) -> Card:
    """The card with its texts cut to fit."""
    if card.kind is Kind.CONSTANT:
        return card
    style = Style.NAME if card.named else Style.PLAIN_NAME
    taken = (sign_width(card.sign) + 8 if card.sign else 0.0) + repeats_width(card.repeats)
    name = shortened(card.name, style, WIDEST - 2 * PADDING - taken)
    return replace(card, name=name, caption=shortened(card.caption, Style.CAPTION, WIDEST - 2 * PADDING))


def sign_width(mark: str) -> float:
    """The width of the badge that holds an operation's sign."""
    return max(TITLE, text_width(mark, Style.SIGN) + 10)
