"""Cards, near enough to be told apart.

The one rule: what is alike is drawn together. Cards do not overlap, so all bodies of one colour come
first, then all texts of one font and colour; what is on a card is composed once and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QStaticText

from graph_explorer.ui.canvas import cards as size
from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.cards import Card, Kind, Style
from graph_explorer.ui.canvas.compose import Drawing, Patch, Thumb, compose, compose_far
from graph_explorer.ui.canvas.detail import Detail, Distance
from graph_explorer.ui.canvas.heat import Pictures
from graph_explorer.ui.canvas.ink import Ink, blended, draw_texts
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.progress import BLANK, PARTIAL
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.shapes import ROLES, outline, warning_sign
from graph_explorer.ui.health.heats import Levels, heat_colors

_DIMMED, _GREYED = 0.28, 0.45
#: Heat: how much of its colour a card is filled with near by and from further away; the band near by.
_HINT, _WARM = 0.1, 0.5
_BAND, _INSET = 5.0, 9.0

#: So many cards are kept as they were composed.
_MOST_KEPT = 20_000

Written = list[tuple[tuple[Style, str], float, float, QStaticText, bool]]
Drawn = tuple[Written, Drawing | None]
Place = tuple[int, float, float]


class CardPainter:
    """Draws the cards of one theme; keeps what it composed for the scene and run drawn last."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self.pictures = Pictures(ink)
        self._cards: Sequence[Card] = ()
        self._trace: object = None
        self._kept: dict[int, tuple[object, Drawn]] = {}
        self._far: dict[int, Drawn] = {}

    def paint(self, painter: QPainter, scene: Scene, moment: Moment, detail: Detail, box: Box) -> None:
        """Draws the cards that touch `box`; the painter draws in scene pixels."""
        self._forget_others(scene, moment)
        places = scene.cards_in(box)
        stages = moment.stages_of(places)
        for opacity, chosen in self._by_opacity(scene, moment, places):
            painter.setOpacity(opacity)
            self._paint_alike(painter, scene, moment, detail, places[chosen], stages[chosen])
        painter.setOpacity(1.0)

    def _forget_others(self, scene: Scene, moment: Moment) -> None:
        if self._cards is not scene.cards:
            self._cards = scene.cards
            self._kept, self._far = {}, {}
        if self._trace is not moment.trace:
            self._trace = moment.trace
            self._kept = {}
            self.pictures.forget()

    def _by_opacity(
        self, scene: Scene, moment: Moment, places: NDArray[np.int64]
    ) -> list[tuple[float, NDArray[np.bool_]]]:
        """Bright cards; those that the run never reached; those that a search dims."""
        grey = np.zeros(len(places), bool)
        if moment.trace is not None and moment.trace.failure is not None:
            cards = (scene.cards[place] for place in places.tolist())
            grey[:] = [moment.never_computed(card) and card.id != moment.failed for card in cards]
        dim = np.zeros(len(places), bool) if moment.lit is None else ~moment.lit[places]
        found = [(_DIMMED, dim), (_GREYED, grey & ~dim), (1.0, ~grey & ~dim)]
        return [(opacity, chosen) for opacity, chosen in found if chosen.any()]

    def _paint_alike(
        self, painter: QPainter, scene: Scene, moment: Moment, detail: Detail,
        places: NDArray[np.int64], stages: NDArray[np.int8],
    ) -> None:  # fmt: skip
        at = [(k, x, y) for k, (x, y) in zip(places.tolist(), scene.boxes[places, :2].tolist(), strict=True)]
        near = detail.distance is Distance.TEXTS
        self._bodies(painter, scene, moment, at, stages, near, plain=not detail.rounded)
        drawn = [
            self._composed(scene, moment, place, stage) if near else self._sign(scene, place)
            for place, stage in zip(places.tolist(), stages.tolist(), strict=True)
        ]
        for (_, x, y), (_, drawing) in zip(at, drawn, strict=True) if near else ():
            patches = [p for p in drawing.patches if detail.fine or not p.fine] if drawing is not None else []
            if drawing is not None and (patches or drawing.thumbs):
                painter.translate(x, y)
                self._ornaments(painter, patches, drawing.thumbs)
                painter.translate(-x, -y)
        self._texts(painter, at, drawn, detail.fine or not near)
        self._signs(painter, scene, moment, at, drawn)

    # ── bodies ────────────────────────────────────────────────────────────────────────────────

    def _bodies(
        self, painter: QPainter, scene: Scene, moment: Moment, at: list[Place],
        stages: NDArray[np.int8], near: bool, plain: bool,
    ) -> None:  # fmt: skip
        places = np.array([place for place, _, _ in at], dtype=np.int64)
        failed = scene.place(moment.failed) if moment.failed else -1
        looks = [scene.kinds[places], stages, places == failed, self._levels(moment, places, stages)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not plain)
        for (kind, stage, fails, level), alike in _alike(looks):
            painter.setPen(self._border(Kind(kind), stage, bool(fails), plain))
            painter.setBrush(self._warm(level, near) if level else self._fill(Kind(kind), stage, near))
            if plain:
                Rows(scene.boxes[places[alike]]).draw_rectangles(painter)
                continue
            members = [at[k] for k in alike.tolist()]
            for place, x, y in members:
                painter.translate(x, y)
                self._body(painter, scene.cards[place])
                painter.translate(-x, -y)
            if kind == Kind.OUTPUT:
                self._inner_border(painter, scene, members)
            if near and level:
                self._bands(painter, scene, members, level)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _levels(self, moment: Moment, places: NDArray[np.int64], stages: NDArray[np.int8]) -> Levels:
        """The level of heat of each card, 0 where none is shown."""
        if moment.warmth is None:
            return np.zeros(len(places), np.int8)
        return moment.warmth.seen(stages, places)

    def _warm(self, level: int, near: bool) -> QColor:
        """What a card with heat is filled with; near by it is the band that tells, the fill only hints."""
        color = heat_colors(self.ink.theme.name)[level]
        return blended(color, self.ink.color("node"), _HINT if near else _WARM)

    def _bands(self, painter: QPainter, scene: Scene, members: list[Place], level: int) -> None:
        """A bar of the colour along the lower border of each card."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(heat_colors(self.ink.theme.name)[level])
        for place, x, y in members:
            _, _, width, height = scene.box(place)
            band = QRectF(x + _INSET, y + height - _BAND - 1, width - 2 * _INSET, _BAND)
            painter.drawRoundedRect(band, _BAND / 2, _BAND / 2)

    def _body(self, painter: QPainter, card: Card) -> None:
        path = outline(card.kind, card.width, card.height)
        behind = (8.0, 4.0) if card.repeats > 1 else (4.0,) if card.kind is Kind.GROUP else ()
        for away in behind:  # a second card peeps out behind the first; of equal blocks a third one
            painter.translate(away, away)
            painter.drawPath(path)
            painter.translate(-away, -away)
        painter.drawPath(path)

    def _inner_border(self, painter: QPainter, scene: Scene, members: list[Place]) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.ink.pen("output", 1.0, 0.55))
        for place, x, y in members:
            card = scene.cards[place]
            painter.translate(x, y)
            painter.drawPath(outline(card.kind, card.width, card.height, -3.0))
            painter.translate(-x, -y)

    def _border(self, kind: Kind, stage: int, failed: bool, plain: bool) -> QPen:
        if failed:
            return self.ink.pen("error", 2.2)
        if kind in (Kind.OPERATION, Kind.CONSTANT):
            return self.ink.pen("edge", 0 if plain else 1.0, 0.6 if stage == BLANK else 1.0)
        if kind is Kind.GROUP:
            return self.ink.pen("group_border", 0 if plain else 1.2)
        return self.ink.pen(ROLES[kind], 0 if plain else 1.4, 0.5 if stage == BLANK else 0.9)

    def _fill(self, kind: Kind, stage: int, near: bool) -> Any:
        if not near and stage >= PARTIAL:  # too far to read the gradient
            return self.ink.mixed("gradient", "node", 0.1 if stage == PARTIAL else 0.22)
        if kind is Kind.GROUP:
            return self.ink.mixed("group", "node", 0.6)
        if kind in (Kind.PARAMETER, Kind.INPUT, Kind.CONSTANT):
            return self.ink.mixed(ROLES[kind], "node", 0.08)
        return self.ink.mixed("node", "window", 0.4) if stage == BLANK else self.ink.color("node")

    # ── what is on them ───────────────────────────────────────────────────────────────────────

    def _composed(self, scene: Scene, moment: Moment, place: int, stage: int) -> Drawn:
        timed = stage == PARTIAL or scene.kinds[place] == Kind.GROUP
        key = (stage, moment.time if timed else -1)
        kept = self._kept.get(place)
        if kept is None or kept[0] != key:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            drawing = compose(scene.cards[place], moment, stage)
            texts = [
                ((t.style, t.role), t.x, t.y, self.ink.text(t.text, t.style), t.fine) for t in drawing.texts
            ]
            kept = self._kept[place] = key, (texts, drawing)
        return kept[1]

    def _sign(self, scene: Scene, place: int) -> Drawn:
        if place not in self._far:
            if len(self._far) >= _MOST_KEPT:
                self._far.clear()
            t = compose_far(scene.cards[place])
            text = ((t.style, t.role), t.x, t.y, self.ink.text(t.text, t.style), False)
            self._far[place] = [text], None
        return self._far[place]

    def _texts(self, painter: QPainter, at: list[Place], drawn: list[Drawn], fine: bool) -> None:
        alike: defaultdict[tuple[Style, str], list[tuple[QPointF, QStaticText]]] = defaultdict(list)
        for (_, x, y), (texts, _) in zip(at, drawn, strict=True):
            for key, dx, dy, text, is_fine in texts:
                if fine or not is_fine:
                    alike[key].append((QPointF(x + dx, y + dy), text))
        for (style, role), members in alike.items():
            painter.setPen(self.ink.pen(role))
            draw_texts(painter, style, members)

    def _ornaments(self, painter: QPainter, patches: Sequence[Patch], thumbs: Sequence[Thumb]) -> None:
        for patch in patches:
            if patch.bordered:
                painter.setPen(self.ink.pen(patch.role, 1.0, 0.7))
                painter.setBrush(self.ink.mixed(patch.role, "node", patch.share))
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.ink.brush(patch.role, patch.share))
            box = QRectF(patch.x, patch.y, patch.width, patch.height)
            painter.drawRoundedRect(box, patch.round, patch.round)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for thumb in thumbs:
            box = QRectF(thumb.x, thumb.y, thumb.width, thumb.height)
            painter.drawImage(box, self.pictures.of(thumb.array, thumb.role))
            painter.setPen(self.ink.pen("border", 0.8))
            painter.drawRect(box)

    # ── marks ─────────────────────────────────────────────────────────────────────────────────

    def _signs(
        self, painter: QPainter, scene: Scene, moment: Moment, at: list[Place], drawn: list[Drawn]
    ) -> None:
        for (place, x, y), (_, drawing) in zip(at, drawn, strict=True):
            name = scene.cards.ids[place]
            if drawing is not None and scene.kinds[place] == Kind.GROUP:
                self._closed_sign(painter, x, y)
            if drawing is not None and (drawing.troubled or name == moment.failed):
                role = "error" if name == moment.failed else "warning"
                self._warning(painter, x + scene.boxes[place, 2] - 24, y - 8, role)
            if name in moment.breakpoints:
                painter.setPen(self.ink.pen("node", 1.5))
                painter.setBrush(self.ink.brush("error"))
                painter.drawEllipse(QRectF(x - 6, y - 6, 13, 13))

    def _warning(self, painter: QPainter, x: float, y: float, role: str) -> None:
        triangle, mark = warning_sign(20.0)
        painter.translate(x, y)
        painter.setPen(self.ink.pen("node", 2.5))
        painter.setBrush(self.ink.brush(role))
        painter.drawPath(triangle)
        painter.fillPath(mark, self.ink.brush("node"))
        painter.translate(-x, -y)

    def _closed_sign(self, painter: QPainter, x: float, y: float) -> None:
        """A small arrow head that points right: the group can be opened."""
        middle, y = x + size.PADDING + size.sign_width("▸") / 2, y + size.TOP + size.TITLE / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.ink.brush("muted"))
        painter.drawConvexPolygon(
            [QPointF(middle - 2.5, y - 4.5), QPointF(middle - 2.5, y + 4.5), QPointF(middle + 3.5, y)]
        )


def _alike(looks: Sequence[NDArray[Any]]) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """What looks alike together: each look (k small numbers), and where it is."""
    table = np.stack([look.astype(np.int64) for look in looks])
    codes = ((table[0] * 8 + table[1]) * 2 + table[2]) * 128 + table[3]
    order = np.argsort(codes, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        if part.size:
            yield table[:, part[0]].tolist(), part
