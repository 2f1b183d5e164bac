"""Cards, near enough to be read.

The one rule: what is not known at the moment leaves its place empty; nothing reads 0 that is not 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph_explorer.engine.notation import number, shape
from graph_explorer.ui.canvas import cards as size
from graph_explorer.ui.canvas.cards import Card, Kind, Style, text_width
from graph_explorer.ui.canvas.heat import Pictures
from graph_explorer.ui.canvas.ink import Ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.progress import BLANK, PARTIAL
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.shapes import ROLES, outline, warning_sign
from graph_explorer.ui.canvas.wording import norm

Array = np.ndarray[Any, Any]

#: Below the first scale only the sign is written, large; below the second, captions are left out.
TEXT_FROM = 0.42
CAPTION_FROM = 0.6
_DIMMED = 0.28
_GREYED = 0.45


class CardPainter:
    """Draws the cards of one theme; keeps the small pictures of the run that was drawn last."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self.pictures = Pictures(ink)
        self._trace: object = None

    def paint(self, painter: QPainter, scene: Scene, moment: Moment, scale: float, box: Box) -> None:
        """Draws the cards that touch `box`; the painter draws in scene pixels."""
        if self._trace is not moment.trace:
            self._trace = moment.trace
            self.pictures.forget()
        places = scene.cards_in(box)
        stages = moment.progress.stages(moment.time, places)
        for place, stage in zip(places.tolist(), stages.tolist(), strict=True):
            card = scene.cards[place]
            x, y = scene.boxes[place, :2].tolist()
            dimmed = moment.lit is not None and not moment.lit[place]
            greyed = moment.never_computed(card) and card.id != moment.failed
            painter.setOpacity(_DIMMED if dimmed else _GREYED if greyed else 1.0)
            painter.translate(x, y)
            self._card(painter, card, moment, stage, scale)
            painter.translate(-x, -y)
        painter.setOpacity(1.0)

    def _card(self, painter: QPainter, card: Card, moment: Moment, stage: int, scale: float) -> None:
        self._body(painter, card, moment, stage, scale)
        if scale < TEXT_FROM:
            self._large_sign(painter, card)
            return
        value = moment.value(card)
        if card.kind is Kind.CONSTANT:
            self._constant(painter, card, value)
        else:
            gradient = moment.gradient(card, stage)
            self._title(painter, card, stage, scale >= CAPTION_FROM)
            self._value(painter, card, value)
            self._gradient(painter, card, moment, stage, gradient)
            if card.kind is Kind.GROUP:
                self._group_progress(painter, card, moment)
            if moment.troubled(card, value, gradient):
                self._warning(painter, card)
        if card.id in moment.breakpoints:
            self._breakpoint(painter)

    # ── the box ───────────────────────────────────────────────────────────────────────────────

    def _body(self, painter: QPainter, card: Card, moment: Moment, stage: int, scale: float) -> None:
        ink = self.ink
        painter.setPen(self._border(card, moment, stage))
        painter.setBrush(self._fill(card, stage, scale))
        if card.kind is Kind.GROUP:  # a second card peeps out behind the first
            painter.translate(4, 4)
            painter.drawPath(outline(card.kind, card.width, card.height))
            painter.translate(-4, -4)
        painter.drawPath(outline(card.kind, card.width, card.height))
        if card.kind is Kind.OUTPUT:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink.pen("output", 1.0, 0.55))
            painter.drawPath(outline(card.kind, card.width, card.height, -3.0))

    def _border(self, card: Card, moment: Moment, stage: int) -> QPen:
        if card.id == moment.failed:
            return self.ink.pen("error", 2.2)
        if card.kind in (Kind.OPERATION, Kind.CONSTANT):
            return self.ink.pen("edge", 1.0, 0.6 if stage == BLANK else 1.0)
        if card.kind is Kind.GROUP:
            return self.ink.pen("group_border", 1.2)
        return self.ink.pen(ROLES[card.kind], 1.4, 0.5 if stage == BLANK else 0.9)

    def _fill(self, card: Card, stage: int, scale: float) -> Any:
        if scale < TEXT_FROM and stage >= PARTIAL:  # too far to read the gradient
            return self.ink.mixed("gradient", "node", 0.1 if stage == PARTIAL else 0.22)
        if card.kind is Kind.GROUP:
            return self.ink.mixed("group", "node", 0.6)
        if card.kind in (Kind.PARAMETER, Kind.INPUT, Kind.CONSTANT):
            return self.ink.mixed(ROLES[card.kind], "node", 0.08)
        return self.ink.mixed("node", "window", 0.4) if stage == BLANK else self.ink.color("node")

    # ── texts ─────────────────────────────────────────────────────────────────────────────────

    def _text(
        self, painter: QPainter, text: str, style: Style, role: str, box: QRectF, right: bool = False
    ) -> None:
        """Writes a text, centred in height in `box`, at its left or right border."""
        prepared = self.ink.text(text, style)
        painter.setFont(size.style_font(style))
        painter.setPen(self.ink.pen(role))
        where = prepared.size()
        x = box.right() - where.width() if right else box.left()
        painter.drawStaticText(QPointF(x, box.center().y() - where.height() / 2), prepared)

    def _large_sign(self, painter: QPainter, card: Card) -> None:
        text = card.sign if card.sign and card.kind is not Kind.GROUP else card.name
        wide = text_width(text, Style.SIGN)
        grown = min(2.6, (card.width - 12) / max(wide, 1.0), (card.height - 4) / 18)
        prepared = self.ink.text(text, Style.SIGN)
        painter.save()
        painter.translate(card.width / 2, card.height / 2)
        painter.scale(grown, grown)
        painter.setFont(size.style_font(Style.SIGN))
        painter.setPen(self.ink.pen(ROLES[card.kind]))
        middle = QPointF(-prepared.size().width() / 2, -prepared.size().height() / 2)
        painter.drawStaticText(middle, prepared)
        painter.restore()

    def _title(self, painter: QPainter, card: Card, stage: int, captioned: bool) -> None:
        x, width = size.PADDING, card.width - 2 * size.PADDING
        role = ROLES[card.kind]
        if card.sign:
            badge = size.sign_width(card.sign)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.ink.brush(role, 0.09))
            painter.drawRoundedRect(QRectF(x, size.TOP, badge, size.TITLE), 5, 5)
            if card.kind is Kind.GROUP:
                self._closed_sign(painter, x, badge)
            else:
                left = x + (badge - self.ink.text(card.sign, Style.SIGN).size().width()) / 2
                self._text(painter, card.sign, Style.SIGN, role, QRectF(left, size.TOP, badge, size.TITLE))
            x, width = x + badge + 8, width - badge - 8
        style = Style.NAME if card.named else Style.PLAIN_NAME
        shade = "muted" if not card.named or stage == BLANK else "text"
        shade = role if card.kind in (Kind.INPUT, Kind.PARAMETER, Kind.OUTPUT) else shade
        self._text(painter, card.name, style, shade, QRectF(x, size.TOP, width, size.TITLE))
        if card.caption and captioned:
            below = QRectF(size.PADDING, size.TOP + size.TITLE + 1, width, size.CAPTION)
            self._text(painter, card.caption, Style.CAPTION, "muted", below)

    def _closed_sign(self, painter: QPainter, x: float, badge: float) -> None:
        """A small arrow head that points right: the group can be opened."""
        middle, y = x + badge / 2, size.TOP + size.TITLE / 2
        painter.setBrush(self.ink.brush("muted"))
        painter.drawConvexPolygon(
            [QPointF(middle - 2.5, y - 4.5), QPointF(middle - 2.5, y + 4.5), QPointF(middle + 3.5, y)]
        )

    def _constant(self, painter: QPainter, card: Card, value: Array | None) -> None:
        if value is None:
            return
        text = number(value[()]) if value.ndim == 0 else shape(value.shape)
        wide = self.ink.text(text, Style.NUMBER).size().width()
        box = QRectF((card.width - wide) / 2, 0, wide, card.height)
        self._text(painter, text, Style.NUMBER, "text", box)

    # ── value and gradient ────────────────────────────────────────────────────────────────────

    def _value(self, painter: QPainter, card: Card, value: Array | None) -> None:
        if value is not None:
            detail = shape(value.shape)
            self._row(painter, card, card.rows[0], "=", value, "value", detail)

    def _gradient(
        self, painter: QPainter, card: Card, moment: Moment, stage: int, gradient: Array | None
    ) -> None:
        if gradient is None:
            return
        top, height = card.rows[1:]
        detail = "norm " + number(norm(gradient)) if gradient.ndim else ""
        self._row(painter, card, top, "∂", gradient, "gradient", detail)
        if stage == PARTIAL:
            arrived, count = moment.progress.terms(card, moment.time)
            self._mark(painter, card, f"Σ {arrived}/{count}", top, height)

    def _row(
        self, painter: QPainter, card: Card, top: float, label: str, array: Array, role: str, detail: str
    ) -> None:
        height = card.rows[2]
        x = size.PADDING
        row = QRectF(x, top, card.width - 2 * x, height)
        self._text(painter, label, Style.NUMBER, "muted" if role == "value" else role, row)
        row.setLeft(x + size.LABEL)
        if array.ndim == 0:
            self._text(painter, number(array[()]), Style.NUMBER, role, row)
            return
        wide, high = card.picture_size()
        picture = QRectF(row.left(), row.center().y() - high / 2, wide, high)
        painter.drawImage(picture, self.pictures.of(array, role))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.ink.pen("border", 0.8))
        painter.drawRect(picture)
        row.setLeft(picture.right() + 6)
        self._text(painter, detail, Style.CAPTION, role, row)

    def _mark(self, painter: QPainter, card: Card, text: str, top: float, height: float) -> None:
        """A small pill at the right end of a row."""
        wide = text_width(text, Style.MARK) + 10
        box = QRectF(card.width - size.PADDING + 3 - wide, top + height / 2 - 7.5, wide, 15)
        painter.setPen(self.ink.pen("gradient", 1.0, 0.7))
        painter.setBrush(self.ink.mixed("gradient", "node", 0.12))
        painter.drawRoundedRect(box, 7.5, 7.5)
        box.setLeft(box.left() + 5)
        self._text(painter, text, Style.MARK, "gradient", box)

    def _group_progress(self, painter: QPainter, card: Card, moment: Moment) -> None:
        """How many nodes a collapsed group holds, and how far the backward pass is through it."""
        done, count = moment.progress.group_gradients(card, moment.time)
        top = card.rows[0] - size.PROGRESS_ROW
        row = QRectF(size.PADDING, top, card.width - 2 * size.PADDING, size.PROGRESS_ROW)
        nodes = f"{len(card.members)} node" + "s" * (len(card.members) != 1)
        self._text(painter, nodes, Style.CAPTION, "muted", row)
        if not count:
            return
        text = f"∂ {done}/{count}"
        self._text(painter, text, Style.MARK, "gradient" if done else "muted", row, right=True)
        bar = QRectF(row.left(), row.bottom() - 1.5, row.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.ink.brush("border"))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        bar.setWidth(row.width() * done / count)
        painter.setBrush(self.ink.brush("gradient"))
        painter.drawRoundedRect(bar, 1.5, 1.5)

    # ── marks ─────────────────────────────────────────────────────────────────────────────────

    def _warning(self, painter: QPainter, card: Card) -> None:
        painter.translate(card.width - 22, -7)
        painter.setPen(self.ink.pen("node", 2.0))
        painter.setBrush(self.ink.brush("warning"))
        painter.drawPath(warning_sign(18.0))
        painter.translate(22 - card.width, 7)

    def _breakpoint(self, painter: QPainter) -> None:
        painter.setPen(self.ink.pen("node", 1.5))
        painter.setBrush(self.ink.brush("error"))
        painter.drawEllipse(QRectF(-6, -6, 13, 13))
