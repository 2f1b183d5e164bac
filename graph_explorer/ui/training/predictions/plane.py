"""The plane of two inputs: which class the network gives each place, and how sure it is of it.

The one rule: colour and shape say the class together; filled points are for training, hollow ones for
validation, and a ring marks what is classified wrongly.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from contourpy import contour_generator
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from graph_explorer.engine.notation import number
from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.surface.colours import packed
from graph_explorer.ui.surface.writing import SMALL, width_of, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.predictions.chart import Chart
from graph_explorer.ui.training.predictions.example_chart import Axes, Found, thinned
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment, Plane, around

Array = np.ndarray[Any, Any]

#: How strong the colour of a class is where the network is sure of it.
_STRONGEST = 0.62
#: Pixels: radius of a point, and of the ring around one that is wrong.
_POINT, _RING = 4.0, 7.5


class PlaneDrawing:
    """What is drawn on the chart, with its legend."""

    def __init__(self, chart: Chart, sprites: Sprites) -> None:
        self._chart, self._sprites = chart, sprites
        self._image = QImage()
        self._borders: tuple[Array, ...] = ()
        self._image_of: tuple[object, str] | None = None

    def show(self, moment: Moment, theme_name: str) -> Axes:
        if moment.plane is not None and self._image_of != (moment.plane, theme_name):
            self._image_of = (moment.plane, theme_name)
            self._image = field_image(moment.plane, theme(theme_name))
            self._borders = borders(moment.plane)
        examples = moment.predictor.examples
        scaled = " (standardised)" if examples.mean is not None else ""
        below, beside = (f"{examples.inputs}[{k}]{scaled}" for k in range(2))
        return Axes(around(examples.training.features), below, beside, _spoken(moment))

    def points(self, moment: Moment, name: str) -> Array:
        portion, _ = moment.portion(name)
        return portion.features.reshape(len(portion), 2)

    # ── drawing ───────────────────────────────────────────────────────────────────────────────

    def draw(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        plane = moment.plane
        if plane is not None:
            left, right, bottom, top = plane.window
            (x0, y0), (x1, y1) = self._chart.seen([(left, top), (right, bottom)]).tolist()
            side = self._image.width()
            half = 0.5 * (x1 - x0) / max(side - 1, 1), 0.5 * (y1 - y0) / max(side - 1, 1)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = QRectF(x0 - half[0], y0 - half[1], x1 - x0 + 2 * half[0], y1 - y0 + 2 * half[1])
            painter.drawImage(place, self._image)
            painter.setPen(QPen(shown.color("text"), 1.4))
            for line in self._borders:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in self._chart.seen(line).tolist()]))
        for name in ("validation", "training"):
            self._draw_points(moment, painter, shown, name)

    def _draw_points(self, moment: Moment, painter: QPainter, shown: Theme, name: str) -> None:
        portion, answered = moment.portion(name)
        if not len(portion):
            return
        rows = thinned(len(portion))
        places = self._chart.seen(self.points(moment, name)[rows]).tolist()
        filled = name == "training"
        if answered.truth is None:
            values = answered.wanted.reshape(len(portion), -1)[rows, 0]
            _draw_numbers(moment, painter, shown, places, values)
            return
        marks = zip(places, answered.truth[rows].tolist(), answered.right[rows].tolist(), strict=True)
        for (x, y), truth, well in marks:
            key = (shown.name, truth, filled, well)
            self._sprites.draw(painter, x, y, key, partial(_paint_mark, shown, truth, filled, well))

    def draw_legend(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        """What colours, shapes and rings mean, in the corner where the fewest points are."""
        if not moment.classes:
            return
        names = moment.classes[:12]
        rows = [(k, f"class {name}" if name.isdigit() else name) for k, name in enumerate(names)]
        texts = [text for _, text in rows] + ["validation is hollow", "wrong is ringed"]
        wide = max(width_of(text, SMALL) for text in texts) + 34
        high = 18.0 * len(texts) + 8
        if high > self._chart.box.height() * 0.6:
            return
        box = self._emptiest(moment, wide, high)
        painter.setPen(shown.color("border"))
        painter.setBrush(shown.color("panel", 0.9))
        painter.drawRoundedRect(box, 5, 5)
        x, y = box.left() + 14, box.top() + 13
        for colour, text in rows:
            draw_marker(painter, x, y, _POINT + 0.5, colour, self._chart.theme_name)
            write(painter, text, x + 14, y, shown.color("text"), SMALL)
            y += 18
        draw_marker(painter, x, y, _POINT + 0.5, 0, self._chart.theme_name, filled=False)
        write(painter, texts[-2], x + 14, y, shown.color("muted"), SMALL)
        painter.setPen(QPen(shown.color("error"), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y + 18), _RING - 1, _RING - 1)
        write(painter, texts[-1], x + 14, y + 18, shown.color("muted"), SMALL)

    def _emptiest(self, moment: Moment, wide: float, high: float) -> QRectF:
        """A box of this size in a corner of the picture; the lower right one where all are alike."""
        around = self._chart.box.adjusted(8, 8, -8, -8)
        right, low = around.right() - wide, around.bottom() - high
        corners = [(right, low), (right, around.top()), (around.left(), low), (around.left(), around.top())]
        names = ("training", "validation")
        places = self._chart.seen(np.concatenate([self.points(moment, name) for name in names]))

        def covered(corner: tuple[float, float]) -> int:
            inside = (places >= corner) & (places <= (corner[0] + wide, corner[1] + high))
            return int(inside.all(axis=1).sum())

        return QRectF(*min(corners, key=covered), wide, high)

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    def told(self, moment: Moment, x: float, y: float, near: Found | None) -> str:
        said = told_at(moment, x, y)
        if near is None:
            return said
        name, row = near
        portion, answered = moment.portion(name)
        if answered.truth is None:
            wanted = number(float(np.ravel(answered.wanted[row])[0]), 3)
        else:
            wanted = moment.classes[int(answered.truth[row])]
        return said + f" · {name} example {int(portion.numbers[row])}: truly {wanted}; press to open it"


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


def _draw_numbers(
    moment: Moment, painter: QPainter, shown: Theme, places: list[list[float]], values: Array
) -> None:
    low, high = _ends(moment)
    for (x, y), value in zip(places, values.tolist(), strict=True):
        painter.setPen(QPen(shown.color("panel"), 1.2))
        painter.setBrush(_ramp(shown, (value - low) / (high - low)))
        painter.drawEllipse(QPointF(x, y), _POINT, _POINT)


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
