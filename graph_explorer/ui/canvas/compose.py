"""What is written where on a card at one moment.

The one rule: what is not known at the moment leaves its place empty; nothing reads 0 that is not 0.
Positions are scene pixels from the card's upper left corner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph_explorer.engine.notation import DIGITS, brief, number, shape
from graph_explorer.engine.ops import operation_of
from graph_explorer.ui.canvas import cards as size
from graph_explorer.ui.canvas.cards import Card, Kind, Style, metrics, shortened, sign_width, text_width
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.progress import BLANK, PARTIAL
from graph_explorer.ui.canvas.shapes import ROLES
from graph_explorer.ui.canvas.wording import complete, held, norm

Array = np.ndarray[Any, Any]

_MARK_HEIGHT = 15.0
_BAR_HEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its upper left corner; a `fine` one is left out where it would be too small."""

    text: str
    style: Style
    role: str
    x: float
    y: float
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """A rounded rectangle filled with a share of a role's colour, with a border of that role or none.

    A `fine` one is left out where it would be too small.
    """

    x: float
    y: float
    width: float
    height: float
    round: float
    role: str
    share: float
    bordered: bool = False
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Thumb:
    """The small picture of an array in the colour of `role`."""

    x: float
    y: float
    width: float
    height: float
    array: Array
    role: str


@dataclass
class Drawing:
    """All that is drawn on a card's body."""

    texts: list[Text] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    thumbs: list[Thumb] = field(default_factory=list)
    troubled: bool = False

    def write(
        self, text: str, style: Style, role: str, x: float, top: float, height: float, fine: bool = False
    ) -> None:
        """Writes a text from `x` on, centred in height in a row."""
        self.texts.append(Text(text, style, role, x, top + (height - metrics(style).height()) / 2, fine))


def compose(card: Card, moment: Moment, stage: int) -> Drawing:
    """The card as it is read from near."""
    drawing = Drawing()
    value = moment.value(card)
    if card.kind is Kind.CONSTANT:
        x = (card.width - text_width(card.name, Style.NUMBER)) / 2
        drawing.write(card.name, Style.NUMBER, "text", x, 0, card.height)
        return drawing
    gradient = moment.gradient(card, stage)
    _title(drawing, card, stage)
    if card.id == moment.failed:
        drawing.write("failed", Style.NAME, "error", size.PADDING, card.rows[0], card.rows[2])
    elif value is not None:
        _row(drawing, card, card.rows[0], "=", value, "value")
    if gradient is not None:
        _row(drawing, card, card.rows[1], "∂", gradient, "gradient")
    if stage == PARTIAL:
        arrived, count = moment.progress.terms(card, moment.time)
        _mark(drawing, card, f"Σ {arrived}/{count}")
    elif gradient is None and _stops(card, moment):
        _mark(drawing, card, "no ∂", "muted")
    if card.kind is Kind.GROUP:
        _group_progress(drawing, card, moment)
    drawing.troubled = moment.troubled(card, value, gradient)
    return drawing


def _stops(card: Card, moment: Moment) -> bool:
    """Whether the card's operation lets no gradient through to any of its inputs."""
    node = moment.trace.graph.nodes[card.node] if moment.trace is not None and card.node >= 0 else None
    return node is not None and not node.is_leaf and not operation_of(node).has_gradient


def compose_far(card: Card) -> Text:
    """The card from further away: its sign alone, or a leaf's name, as large as it fits."""
    text = card.name if not card.sign or card.kind is Kind.GROUP else card.sign
    for style in (Style.LARGE, Style.MIDDLE, Style.SIGN):
        if text_width(text, style) <= card.width - 12 and metrics(style).height() <= card.height:
            break
    text = shortened(text, style, card.width - 8)
    x = (card.width - text_width(text, style)) / 2
    return Text(text, style, ROLES[card.kind], x, (card.height - metrics(style).height()) / 2)


def _title(drawing: Drawing, card: Card, stage: int) -> None:
    x, role = size.PADDING, ROLES[card.kind]
    if card.sign:
        badge = sign_width(card.sign)
        drawing.patches.append(Patch(x, size.TOP, badge, size.TITLE, 5, role, 0.09, fine=True))
        if card.kind is not Kind.GROUP:
            inset = (badge - text_width(card.sign, Style.SIGN)) / 2
            drawing.write(card.sign, Style.SIGN, role, x + inset, size.TOP, size.TITLE)
        x += badge + 8
    style = Style.NAME if card.named else Style.PLAIN_NAME
    shade = "muted" if not card.named or stage == BLANK else "text"
    shade = role if card.kind in (Kind.INPUT, Kind.PARAMETER, Kind.OUTPUT) else shade
    drawing.write(card.name, style, shade, x, size.TOP, size.TITLE)
    if card.repeats > 1:
        _badge(drawing, card)
    if card.caption:
        top = size.TOP + size.TITLE + 1
        drawing.write(card.caption, Style.CAPTION, "muted", size.PADDING, top, size.CAPTION, fine=True)


def _badge(drawing: Drawing, card: Card) -> None:
    """How many equal blocks the group holds, at the right end of its title."""
    text = size.repeats_text(card.repeats)
    wide = text_width(text, Style.MARK) + 10
    x, middle = card.width - size.PADDING + 3 - wide, size.TOP + (size.TITLE - _MARK_HEIGHT) / 2
    drawing.patches.append(Patch(x, middle, wide, _MARK_HEIGHT, _MARK_HEIGHT / 2, "group_border", 0.3))
    drawing.write(text, Style.MARK, "text", x + 5, size.TOP, size.TITLE)


def _row(drawing: Drawing, card: Card, top: float, label: str, array: Array, role: str) -> None:
    height, x = card.rows[2], size.PADDING
    shade = "muted" if role == "value" else role
    drawing.write(label, Style.NUMBER, shade, x, top, height, fine=True)
    x += size.LABEL
    if not size.pictured(array.shape):
        digits = DIGITS if array.size == 1 else DIGITS - 1
        text = _fitting(lambda digits: brief(array, digits), digits, Style.NUMBER, card, x)
        drawing.write(text, Style.NUMBER, role, x, top, height)
        return
    wide, high = size.picture_size(array.shape)
    drawing.thumbs.append(Thumb(x, top + (height - high) / 2, wide, high, array, role))
    x += wide + 6
    if role == "value":
        text = shape(array.shape)
    else:
        length = norm(array)
        text = _fitting(lambda digits: f"norm {number(length, digits)}", DIGITS, Style.CAPTION, card, x)
    drawing.write(text, Style.CAPTION, role, x, top, height)


def _fitting(write: Callable[[int], str], digits: int, style: Style, card: Card, x: float) -> str:
    """What `write` gives for as many digits as fit between `x` and the right border of the card."""
    room = card.width - size.PADDING / 2 - x
    for count in range(digits, 0, -1):
        text = write(count)
        if text_width(text, style) <= room:
            return text
    return shortened(text, style, room)


def _mark(drawing: Drawing, card: Card, text: str, role: str = "gradient") -> None:
    """A small pill at the right end of the gradient's row: the sum is not complete yet, or never begins."""
    _, top, height = card.rows
    wide = text_width(text, Style.MARK) + 10
    x = card.width - size.PADDING + 3 - wide
    middle = top + (height - _MARK_HEIGHT) / 2
    drawing.patches.append(Patch(x, middle, wide, _MARK_HEIGHT, _MARK_HEIGHT / 2, role, 0.12, True))
    drawing.write(text, Style.MARK, role, x + 5, top, height)


def _group_progress(drawing: Drawing, card: Card, moment: Moment) -> None:
    """How many nodes a collapsed group holds, and how far the backward pass is through it."""
    done, count = moment.progress.group_gradients(card, moment.time)
    top, x, width = card.rows[0] - size.PROGRESS_ROW, size.PADDING, card.width - 2 * size.PADDING
    height = size.PROGRESS_ROW - _BAR_HEIGHT - 4
    drawing.write(held(len(card.members)), Style.CAPTION, "muted", x, top, height)
    if not count:
        return
    text, role = complete(done, count), "gradient" if done else "muted"
    right = x + width - text_width(text, Style.MARK)
    drawing.write(text, Style.MARK, role, right, top, height)
    y = top + size.PROGRESS_ROW - _BAR_HEIGHT - 4
    drawing.patches.append(Patch(x, y, width, _BAR_HEIGHT, _BAR_HEIGHT / 2, "border", 1.0))
    if done:
        drawing.patches.append(
            Patch(x, y, width * done / count, _BAR_HEIGHT, _BAR_HEIGHT / 2, "gradient", 1.0)
        )
