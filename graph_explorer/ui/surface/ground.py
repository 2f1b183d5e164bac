"""The ground of the picture: filled contours, contour lines and their labels, from sampled values.

The one rule: making a ground is a pure function over captured values that may run in any thread; who
shows it draws one finished image.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from graph_explorer.ui.fonts import font
from graph_explorer.ui.surface.colours import lightness, packed, veiled
from graph_explorer.ui.surface.frame import Frame, Window
from graph_explorer.ui.surface.levels import Levels
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.polygons import is_vector, pen, polygon_of, thinned
from graph_explorer.ui.surface.samples import Samples
from graph_explorer.ui.theme import Theme, theme

Array = np.ndarray[Any, Any]

#: Steps of the table from a share to a colour; one more entry is for what is not finite.
STEPS = 4096
#: How strongly contour lines are drawn.
_INK = 0.34
_LABEL = 10.5  # height of a label in pixels
#: A line shorter than this many pixels gets no label, and labels keep this distance.
_LABELLED, _APART = 110.0, 84.0


@dataclass(frozen=True)
class Palette:
    """What shares of a scale are coloured with: `table` of `STEPS` + 1 colours, 0 to 255."""

    levels: Levels
    table: Array

    @cached_property
    def pixels(self) -> Array:
        """The table as Qt's 32-bit pixels."""
        return packed(self.table)

    def colour(self, share: float) -> QColor:
        """The colour of a share."""
        return QColor(*(round(float(part)) for part in self.table[round(share * (STEPS - 1))]))

    def contrasting(self, share: float, alpha: float) -> QColor:
        """Black or white, whichever stands out from the colour of a share."""
        dark = float(lightness(self.table[round(share * (STEPS - 1))])) < 0.5
        found = QColor(Qt.GlobalColor.white if dark else Qt.GlobalColor.black)
        found.setAlphaF(alpha)
        return found


def palette(levels: Levels, look: Look, shown: Theme) -> Palette:
    """The colours of the bands between levels."""
    colours = veiled(look.colours, shown)
    shares = (np.arange(STEPS) + 0.5) / STEPS
    edges = levels.share(np.array(levels.values)) if levels.values else np.empty(0)
    bounds = np.concatenate([[0.0], edges, [1.0]])
    bands = np.searchsorted(edges, shares, side="right")
    middles = (bounds[bands] + bounds[bands + 1]) / 2
    undefined = shown.color("raised")
    table = np.empty((STEPS + 1, 3))
    table[:STEPS] = colours[np.round(middles * 255).astype(int)]
    table[STEPS] = undefined.red(), undefined.green(), undefined.blue()
    return Palette(levels, table)


@dataclass(frozen=True)
class Label:
    """The text of a contour line: in plane coordinates where, in degrees how it is turned."""

    text: str
    level: int
    x: float
    y: float
    angle: float


@dataclass(frozen=True)
class Ground:
    """A finished ground. `lines` holds the place of a level and points (n, 2) of the plane."""

    window: Window
    palette: Palette
    image: QImage
    lines: tuple[tuple[int, Array], ...]
    labels: tuple[Label, ...]
    look: Look
    final: bool = True

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draws it where its window lies in a frame, in a file with lines as shapes."""
        left, right, bottom, top = self.window
        (x, y), (far_x, far_y) = frame.seen([[left, top], [right, bottom]])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.window != frame.window)
        painter.drawImage(QRectF(x, y, far_x - x, far_y - y), self.image)
        if is_vector(painter):
            _paint_lines(painter, self, frame)
            _paint_labels(painter, self, frame)


def make_ground(
    samples: Samples, frame: Frame, levels: Levels, look: Look, theme_name: str, ratio: float = 1.0,
    final: bool = True, vector: bool = False,
) -> Ground:  # fmt: skip
    """The ground of a frame, `ratio` pixels of the image a logical one.

    Lines and labels are part of the image, unless it is for a `vector` file.
    """
    colours = palette(levels, look, theme(theme_name))
    shares = levels.share(samples.values)
    image = _filled(samples, shares, frame, colours, ratio)
    lines = _lines(samples, shares, levels) if look.lines else ()
    labels = _labels(lines, levels, frame) if look.labels and final else ()
    made = Ground(frame.window, colours, image, lines, labels, look, final)
    if not vector:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own = Frame(frame.window, (0.0, 0.0, frame.box[2], frame.box[3]))
        _paint_lines(painter, made, own)
        _paint_labels(painter, made, own)
        painter.end()
    return made


def _filled(samples: Samples, shares: Array, frame: Frame, colours: Palette, ratio: float) -> QImage:
    """The bands: shares between the grid points along straight lines, then the table."""
    left, right, bottom, top = frame.window
    width, height = max(1, round(frame.box[2] * ratio)), max(1, round(frame.box[3] * ratio))
    x = left + (np.arange(width) + 0.5) * (right - left) / width
    y = top - (np.arange(height) + 0.5) * (top - bottom) / height
    spread = _between(shares.astype(np.float32), np.ldexp(y, -samples.power[1]) - samples.first[1])
    columns = np.ldexp(x, -samples.power[0]) - samples.first[0]
    spread = _between(np.ascontiguousarray(spread.T), columns).T
    with np.errstate(invalid="ignore"):
        places = np.where(np.isnan(spread), STEPS, spread * np.float32(STEPS - 1)).astype(np.int32)
    pixels = np.ascontiguousarray(colours.pixels[places])
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _between(rows: Array, places: Array) -> Array:
    """Rows at fractional places, along straight lines."""
    below = np.clip(places.astype(int), 0, len(rows) - 2)
    share = (places - below).astype(np.float32)[:, None]
    low = rows[below]
    return np.asarray(low + (rows[below + 1] - low) * share)


def _lines(samples: Samples, shares: Array, levels: Levels) -> tuple[tuple[int, Array], ...]:
    """The contour lines of all levels."""
    from contourpy import contour_generator  # needed where a surface is drawn

    generator = contour_generator(samples.x, samples.y, np.ma.masked_invalid(shares))
    return tuple(
        (level, np.asarray(line))
        for level, value in enumerate(levels.values)
        for line in generator.lines(float(levels.share(value)))
    )


def _paint_lines(painter: QPainter, ground: Ground, frame: Frame) -> None:
    levels = ground.palette.levels
    inks = [ground.palette.contrasting(float(levels.share(value)), _INK) for value in levels.values]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for level, line in ground.lines:
        painter.setPen(pen(inks[level], 1.0))
        painter.drawPolyline(polygon_of(thinned(frame.seen(line))))


def _labels(lines: tuple[tuple[int, Array], ...], levels: Levels, frame: Frame) -> tuple[Label, ...]:
    """Labels for the longest line of each level, where it runs most level and there is room."""
    found: list[Label] = []
    taken: list[Array] = []
    middle = np.array([frame.box[0] + frame.box[2] / 2, frame.box[1] + frame.box[3] / 2])
    room = np.array([frame.box[2] / 2 - 30, frame.box[3] / 2 - 16])
    for level, line in sorted(lines, key=lambda each: -len(each[1])):
        if any(label.level == level for label in found):
            continue
        seen = frame.seen(line)
        gaps = np.diff(seen, axis=0)
        if len(gaps) < 8 or np.hypot(*gaps.T).sum() < _LABELLED:
            continue
        reach = min(4, len(gaps) // 2)
        ways = seen[2 * reach :] - seen[: -2 * reach] if len(seen) > 2 * reach else gaps[:1]
        at = seen[reach : reach + len(ways)]
        angles = np.degrees(np.arctan2(ways[:, 1], ways[:, 0]))
        angles = (angles + 90) % 180 - 90
        free = (np.abs(at - middle) < room).all(axis=1)
        for other in taken:
            free &= np.hypot(*(at - other).T) > _APART
        if not free.any():
            continue
        best = int(np.argmin(np.where(free, np.abs(angles), np.inf)))
        x, y = frame.point(*at[best])
        taken.append(at[best])
        found.append(Label(levels.texts[level], level, x, y, float(angles[best])))
    return tuple(found)


def _paint_labels(painter: QPainter, ground: Ground, frame: Frame) -> None:
    levels, colours = ground.palette.levels, ground.palette
    for label in ground.labels:
        share = float(levels.share(levels.values[label.level]))
        text = QPainterPath()
        text.addText(0, 0, font(_LABEL), label.text)
        box = text.boundingRect()
        painter.save()
        painter.translate(QPointF(*frame.seen([label.x, label.y])))
        painter.rotate(label.angle)
        painter.translate(-box.center())
        halo = QPen(colours.colour(share), 3.5)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(text, halo)
        painter.fillPath(text, colours.contrasting(share, 0.92))
        painter.restore()
