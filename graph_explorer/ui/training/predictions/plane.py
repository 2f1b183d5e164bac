"""The plane of two inputs: which class the network gives each place, and how sure it is of it.

The one rule: colour and shape say the class together; filled points are for training, hollow ones for
validation, and a ring marks what is classified wrongly.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from contourpy import contour_generator
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.surface.colours import packed
from graph_explorer.ui.surface.writing import SMALL, width_of, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.predictions.chart import Chart
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment, Plane, around

Array = np.ndarray[Any, Any]

#: How strong the colour of a class is where the network is sure of it.
_STRONGEST = 0.62
#: Pixels: radius of a point, of the ring around one that is wrong, and how near a press must be.
_POINT, _RING, _NEAR = 4.0, 7.5, 12.0
#: More points of a portion than this are thinned.
MOST_POINTS = 1500


class PlaneView(QWidget):
    """The picture with its legend."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_plane")
        self.setAccessibleName("Answers over the plane of the two inputs")
        self.chart = Chart("predictions_plane_chart", "The plane: arrows move the cursor, Enter opens", True)
        self.chart.draw = self._draw
        self.chart.draw_over = self._draw_legend
        self.chart.pressed.connect(self._press)
        self.chart.pointed.connect(self._point)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 2, 6, 2)
        box.addWidget(self.chart)
        self.moment: Moment | None = None
        self._image = QImage()
        self._borders: tuple[Array, ...] = ()
        self._image_of: tuple[object, str] | None = None
        self._sprites = Sprites(self)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_moment(self, moment: Moment, theme_name: str) -> None:
        """Shows the answers of this moment."""
        self.moment = moment
        examples = moment.predictor.examples
        scaled = " (standardised)" if examples.mean is not None else ""
        name = examples.inputs
        self.chart.show_axes(
            around(examples.training.features), f"{name}[0]{scaled}", f"{name}[1]{scaled}", theme_name
        )
        if moment.plane is not None and self._image_of != (moment.plane, theme_name):
            self._image_of = (moment.plane, theme_name)
            self._image = field_image(moment.plane, theme(theme_name))
            self._borders = borders(moment.plane)
        self.chart.setAccessibleDescription(_spoken(moment))
        self.chart.update()

    # ── drawing ───────────────────────────────────────────────────────────────────────────────

    def _draw(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is None:
            return
        plane = self.moment.plane
        if plane is not None:
            left, right, bottom, top = plane.window
            (x0, y0), (x1, y1) = self.chart.seen([(left, top), (right, bottom)]).tolist()
            side = self._image.width()
            half = 0.5 * (x1 - x0) / max(side - 1, 1), 0.5 * (y1 - y0) / max(side - 1, 1)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = QRectF(x0 - half[0], y0 - half[1], x1 - x0 + 2 * half[0], y1 - y0 + 2 * half[1])
            painter.drawImage(place, self._image)
            painter.setPen(QPen(shown.color("text"), 1.4))
            for line in self._borders:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in self.chart.seen(line).tolist()]))
        for name in ("validation", "training"):
            self._draw_points(painter, shown, name)

    def _draw_points(self, painter: QPainter, shown: Theme, name: str) -> None:
        assert self.moment is not None
        portion, answered = self.moment.portion(name)
        if not len(portion):
            return
        rows = thinned(len(portion))
        places = self.chart.seen(portion.features.reshape(len(portion), -1)[rows]).tolist()
        filled = name == "training"
        if answered.truth is None:
            self._draw_numbers(painter, shown, places, answered.wanted.reshape(len(portion), -1)[rows, 0])
            return
        marks = zip(places, answered.truth[rows].tolist(), answered.right[rows].tolist(), strict=True)
        for (x, y), truth, well in marks:
            key = (shown.name, truth, filled, well)
            self._sprites.draw(painter, x, y, key, partial(_paint_mark, shown, truth, filled, well))

    def _draw_numbers(
        self, painter: QPainter, shown: Theme, places: list[list[float]], values: Array
    ) -> None:
        assert self.moment is not None
        low, high = _ends(self.moment)
        for (x, y), value in zip(places, values.tolist(), strict=True):
            painter.setPen(QPen(shown.color("panel"), 1.2))
            painter.setBrush(_ramp(shown, (value - low) / (high - low)))
            painter.drawEllipse(QPointF(x, y), _POINT, _POINT)

    def _draw_legend(self, painter: QPainter, shown: Theme) -> None:
        """What colours, shapes and rings mean, in the corner where the fewest points are."""
        if self.moment is None or not self.moment.classes:
            return
        names = self.moment.classes[:12]
        rows = [(k, f"class {name}" if name.isdigit() else name) for k, name in enumerate(names)]
        texts = [text for _, text in rows] + ["validation is hollow", "wrong is ringed"]
        wide = max(width_of(text, SMALL) for text in texts) + 34
        high = 18.0 * len(texts) + 8
        if high > self.chart.box.height() * 0.6:
            return
        box = self._emptiest(wide, high)
        painter.setPen(shown.color("border"))
        painter.setBrush(shown.color("panel", 0.9))
        painter.drawRoundedRect(box, 5, 5)
        x, y = box.left() + 14, box.top() + 13
        for colour, text in rows:
            draw_marker(painter, x, y, _POINT + 0.5, colour, self.chart.theme_name)
            write(painter, text, x + 14, y, shown.color("text"), SMALL)
            y += 18
        draw_marker(painter, x, y, _POINT + 0.5, 0, self.chart.theme_name, filled=False)
        write(painter, texts[-2], x + 14, y, shown.color("muted"), SMALL)
        painter.setPen(QPen(shown.color("error"), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y + 18), _RING - 1, _RING - 1)
        write(painter, texts[-1], x + 14, y + 18, shown.color("muted"), SMALL)

    def _emptiest(self, wide: float, high: float) -> QRectF:
        """A box of this size in a corner of the picture; the lower right one where all are alike."""
        assert self.moment is not None
        around = self.chart.box.adjusted(8, 8, -8, -8)
        right, low = around.right() - wide, around.bottom() - high
        corners = [(right, low), (right, around.top()), (around.left(), low), (around.left(), around.top())]
        points = [
            self.chart.seen(portion.features.reshape(len(portion), -1))
            for portion in self.moment.portions
            if len(portion)
        ]
        places = np.concatenate(points)

        def covered(corner: tuple[float, float]) -> int:
            inside = (places >= corner) & (places <= (corner[0] + wide, corner[1] + high))
            return int(inside.all(axis=1).sum())

        return QRectF(*min(corners, key=covered), wide, high)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _nearest(self, x: float, y: float) -> tuple[str, int] | None:
        """The example near a place: its portion and row."""
        assert self.moment is not None
        here = self.chart.seen([(x, y)])[0]
        best: tuple[float, str, int] | None = None
        for name in ("training", "validation"):
            portion, _ = self.moment.portion(name)
            if len(portion):
                apart = np.hypot(*(self.chart.seen(portion.features.reshape(len(portion), -1)) - here).T)
                row = int(np.argmin(apart))
                if best is None or apart[row] < best[0]:
                    best = (float(apart[row]), name, row)
        return best[1:] if best is not None and best[0] <= _NEAR else None

    def _press(self, x: float, y: float) -> None:
        found = self._nearest(x, y) if self.moment is not None else None
        if found is not None:
            self.chosen.emit(*found)

    def _point(self, x: float, y: float) -> None:
        if self.moment is None or not np.isfinite([x, y]).all():
            self.told.emit("")
            return
        self.told.emit(told_at(self.moment, x, y) + self._example_text(x, y))

    def _example_text(self, x: float, y: float) -> str:
        found = self._nearest(x, y)
        if found is None or self.moment is None:
            return ""
        name, row = found
        portion, answered = self.moment.portion(name)
        if answered.truth is None:
            wanted = number(float(np.ravel(answered.wanted[row])[0]), 3)
        else:
            wanted = self.moment.classes[int(answered.truth[row])]
        return f" · {name} example {int(portion.numbers[row])}: truly {wanted}; press to open it"


def _paint_mark(shown: Theme, colour: int, filled: bool, well: bool, painter: QPainter) -> None:
    """A point around the origin, with a ring where it is classified wrongly."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shown.color("panel", 0.85))
    painter.drawEllipse(QPointF(0, 0), _POINT + 1.6, _POINT + 1.6)
    draw_marker(painter, 0, 0, _POINT, colour, shown.name, filled)
    if not well:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(shown.color("error"), 1.8))
        painter.drawEllipse(QPointF(0, 0), _RING, _RING)


def told_at(moment: Moment, x: float, y: float) -> str:
    """The answer at a place of the plane, computed there."""
    found = moment.predictor.answers(moment.asked.parameters, np.array([[x, y]]))
    place = f"({number(x, 3)}, {number(y, 3)}): "
    if not moment.classes:
        return place + number(float(found.ravel()[0]), 4)
    shares = moment.predictor.probabilities(found)[0]
    if not np.isfinite(shares).all():
        return place + "no number"
    best = int(np.argmax(shares))
    return f"{place}class {moment.classes[best]} with {shares[best]:.1%}"


def thinned(count: int) -> Array:
    """The rows that are drawn: all, or evenly spaced ones."""
    return np.arange(count) if count <= MOST_POINTS else np.linspace(0, count - 1, MOST_POINTS).astype(int)


def field_image(plane: Plane, shown: Theme) -> QImage:
    """The plane as colours, the top first: each class in its own, the stronger the surer."""
    panel = _rgb(shown.color("panel"))
    if plane.probabilities is None:
        values = plane.answers[..., 0]
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        ramp = np.array([_rgb(_ramp(shown, k / 255)) for k in range(256)])
        levels = np.clip(np.nan_to_num((values - low) / ((high - low) or 1.0)), 0, 1)
        colours = ramp[(levels * 255).astype(int)] * 0.75 + panel * 0.25
    else:
        shares = np.nan_to_num(plane.probabilities)
        count = shares.shape[-1]
        palette = np.array([_rgb(shown.series_color(k)) for k in range(count)])
        best = shares.max(axis=-1)
        sure = np.clip((best - 1 / count) / (1 - 1 / count), 0, 1) * _STRONGEST
        mixed = shares**2 @ palette / np.maximum((shares**2).sum(axis=-1), 1e-12)[..., None]
        colours = mixed * sure[..., None] + panel * (1 - sure[..., None])
    pixels = np.ascontiguousarray(packed(colours[::-1]).astype(np.uint32))
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def borders(plane: Plane) -> tuple[Array, ...]:
    """The lines (n, 2) between the classes: where the two most probable ones are equally so."""
    if plane.probabilities is None or not np.isfinite(plane.probabilities).all():
        return ()
    left, right, bottom, top = plane.window
    side = plane.probabilities.shape[0]
    x, y = np.linspace(left, right, side), np.linspace(bottom, top, side)
    found: list[Any] = []
    count = plane.probabilities.shape[-1]
    for k in range(count if count > 2 else 1):
        others = np.delete(plane.probabilities, k, axis=-1).max(axis=-1)
        found += contour_generator(x, y, plane.probabilities[..., k] - others).lines(0.0)
    return tuple(np.asarray(line) for line in found if len(line) > 1)


def _ends(moment: Moment) -> tuple[float, float]:
    """Between which numbers the ramp of colours lies: as the field has it."""
    assert moment.plane is not None
    values = moment.plane.answers[..., 0]
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return low, high if high > low else low + 1.0


def _ramp(shown: Theme, share: float) -> QColor:
    """A colour of the theme's heat, from low to high."""
    place = min(max(share, 0.0), 1.0) * (len(shown.heat) - 1)
    k = min(int(place), len(shown.heat) - 2)
    a, b = QColor(shown.heat[k]), QColor(shown.heat[k + 1])
    part = place - k
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * part,
        a.greenF() + (b.greenF() - a.greenF()) * part,
        a.blueF() + (b.blueF() - a.blueF()) * part,
    )


def _rgb(color: QColor) -> Array:
    return np.array([color.red(), color.green(), color.blue()], dtype=float)


def _spoken(moment: Moment) -> str:
    shares = [
        f"{name}: {int(answered.right.sum())} of {len(answered)} right"
        for name in ("training", "validation")
        for _, answered in (moment.portion(name),)
        if len(answered) and answered.found is not None
    ]
    return "; ".join(shares)
