"""Painting a chart: axes, bands, lines, dots, and the legend above them.

The one rule: what ended in no number is drawn too, as a cross at the upper edge, never left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from graph_explorer.ui.charts.chart import Chart, Dot, Line
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.paint_paths import paint_marker
from graph_explorer.ui.surface.polygons import draw_line, pen, polygon_of
from graph_explorer.ui.surface.writing import LARGE, PLAIN, SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: Room around the plot in pixels: for numbers and names, the title, a line of the legend.
LEFT, RIGHT, BOTTOM, TOP, TITLE, ROW = 68.0, 18.0, 46.0, 14.0, 32.0, 20.0
#: Height of the strip for runs that ended in no number.
STRIP = 26.0
#: Pixels between two ticks, about, along x and along y; their length; the radius of a dot.
_ACROSS, _DOWN, _TICK, _DOT = 90.0, 46.0, 4.0, 4.0
#: Pixels from a dot to the middle of its name.
_NAME = 19.0


def frame_of(chart: Chart, width: float, height: float, titled: bool) -> Frame:
    """Where the plot lies in a picture of that size."""
    top = TOP + (TITLE if titled else 0.0) + ROW * _rows(chart, width) + (STRIP if chart.any_failed else 0.0)
    box = (LEFT, top, max(width - LEFT - RIGHT, 40.0), max(height - top - BOTTOM, 40.0))
    return Frame((chart.across.low, chart.across.high, chart.up.low, chart.up.high), box)


def seen(chart: Chart, frame: Frame, dot: Dot) -> tuple[float, float]:
    """Where a dot lies on screen."""
    x, y = frame.seen([float(chart.across.at(dot.x)), float(chart.up.at(dot.y)) if not dot.failed else 0.0])
    if not dot.failed:
        return float(x), float(y)
    # side by side, so that one does not hide another's colour
    aside = (dot.colour - (len(chart.lines) - 1) / 2) * 2.4 * _DOT
    return float(x) + aside, frame.box[1] - STRIP / 2


def paint_chart(
    painter: QPainter, chart: Chart, width: float, height: float, shown: Theme, titled: bool = False
) -> None:
    """The whole picture, from the upper left corner on."""
    frame = frame_of(chart, width, height, titled)
    painter.fillRect(QRectF(0, 0, width, height), shown.color("panel"))
    if titled:
        text = elided(chart.title, LARGE, width - LEFT - RIGHT, True)
        write(painter, text, LEFT, TOP + TITLE / 2 - 4, shown.color("text"), LARGE, bold=True)
    _paint_legend(painter, chart, width, TOP + (TITLE if titled else 0.0), shown)
    _paint_axes(painter, chart, frame, shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.save()
    painter.setClipRect(QRectF(*frame.box).adjusted(-8, -8, 8, 8))
    for line in chart.lines:
        _paint_band(painter, chart, line, frame, shown)
    for line in chart.lines:
        _paint_line(painter, chart, line, frame, shown)
    painter.restore()
    for dot in chart.dots:
        _paint_dot(painter, dot, *seen(chart, frame, dot), shown)
    for number, role in ((chart.best, "value"), (chart.chosen, "text")):
        found = chart.dot(number)
        if found is not None:
            x, y = seen(chart, frame, found)
            _paint_ring(painter, x, y, shown, role)
            if number == chart.best:
                _paint_name(painter, x, name_height(frame, y), shown.color(role), shown.color("panel", 0.85))


# ── legend ────────────────────────────────────────────────────────────────────────────────────


def _entries(chart: Chart) -> list[tuple[int, str]]:
    """Colour and text of each series, then what holds for all; −1 has no mark."""
    titled = [(line.colour, line.title) for line in chart.lines if line.title]
    return [*titled, *((-1, remark) for remark in chart.remarks)]


def _placed(chart: Chart, width: float) -> list[tuple[float, int, int, str]]:
    """Where each entry stands: x, row, colour, text."""
    found, x, row = [], LEFT, 0
    for colour, text in _entries(chart):
        text = elided(text, SMALL, width - LEFT - RIGHT - 20)
        wide = width_of(text, SMALL) + (38 if colour >= 0 else 18)
        if x > LEFT and x + wide > width - RIGHT:
            x, row = LEFT, row + 1
        found.append((x, row, colour, text))
        x += wide
    return found


def _rows(chart: Chart, width: float) -> int:
    return max((row + 1 for _, row, _, _ in _placed(chart, width)), default=0)


def _paint_legend(painter: QPainter, chart: Chart, width: float, top: float, shown: Theme) -> None:
    for x, row, colour, text in _placed(chart, width):
        y = top + row * ROW + 4
        if colour >= 0:
            paint_marker(painter, colour, x + 7, y, shown, radius=4.5)
        role = "text" if colour >= 0 else "muted"
        write(painter, text, x + (18 if colour >= 0 else 0), y, shown.color(role), SMALL)


# ── axes ──────────────────────────────────────────────────────────────────────────────────────


def _paint_axes(painter: QPainter, chart: Chart, frame: Frame, shown: Theme) -> None:
    x, y, width, height = frame.box
    line, faint, muted = pen(shown.color("muted")), pen(shown.color("border")), shown.color("muted")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for place, text in chart.across.ticks(max(2, int(width / _ACROSS))):
        at = round(float(frame.seen([place, frame.window[2]])[0]))
        painter.setPen(faint)
        painter.drawLine(QLineF(at, y, at, y + height))
        painter.setPen(line)
        painter.drawLine(QLineF(at, y + height, at, y + height + _TICK))
        room = width / max(len(chart.across.names), 1) if chart.across.names else _ACROSS
        write(painter, elided(text, SMALL, room), at, y + height + _TICK + 3, muted, across=0.5, down=0.0)
    for place, text in chart.up.ticks(max(2, int(height / _DOWN))):
        at = round(float(frame.seen([frame.window[0], place])[1]))
        painter.setPen(faint)
        painter.drawLine(QLineF(x, at, x + width, at))
        painter.setPen(line)
        painter.drawLine(QLineF(x - _TICK, at, x, at))
        write(painter, text, x - _TICK - 4, at, muted, across=1.0)
    painter.setPen(line)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(x, y, width, height))
    if chart.any_failed:
        painter.drawRect(QRectF(x, y - STRIP, width, STRIP))
        write(painter, "diverged", x - _TICK - 4, y - STRIP / 2, muted, across=1.0)
    ink = shown.color("text")
    write(painter, chart.names[0], x + width / 2, y + height + 26, ink, PLAIN, 0.5, 0.0, bold=True)
    painter.save()
    painter.translate(QPointF(14, y + height / 2))
    painter.rotate(-90)
    write(painter, elided(chart.names[1], PLAIN, height, True), 0, 0, ink, PLAIN, 0.5, 0.5, bold=True)
    painter.restore()


# ── what is drawn ─────────────────────────────────────────────────────────────────────────────


def _points(chart: Chart, x: Any, y: Any, frame: Frame) -> Array:
    """Where on screen points are; those without a place are left out."""
    places = np.stack([chart.across.at(x), chart.up.at(y)], axis=-1)
    return frame.seen(places[np.isfinite(places).all(axis=1)])


def _paint_band(painter: QPainter, chart: Chart, line: Line, frame: Frame, shown: Theme) -> None:
    if not line.low:
        return
    low, high = (_points(chart, line.x, edge, frame) for edge in (line.low, line.high))
    if len(low) != len(high) or len(low) < 2:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shown.series_color(line.colour, 0.16))
    painter.drawPolygon(QPolygonF([QPointF(*at) for at in [*low.tolist(), *reversed(high.tolist())]]))


def _paint_line(painter: QPainter, chart: Chart, line: Line, frame: Frame, shown: Theme) -> None:
    points = _points(chart, line.x, line.y, frame)
    if len(points) > 1:
        draw_line(painter, polygon_of(points), shown.series_color(line.colour), 1.8)


def _paint_dot(painter: QPainter, dot: Dot, x: float, y: float, shown: Theme) -> None:
    if not dot.failed:
        paint_marker(painter, dot.colour, x, y, shown, radius=_DOT)
        return
    painter.setPen(QPen(shown.series_color(dot.colour), 2.0))
    for down in (-1, 1):
        painter.drawLine(QLineF(x - _DOT, y - down * _DOT, x + _DOT, y + down * _DOT))


def _paint_ring(painter: QPainter, x: float, y: float, shown: Theme, role: str) -> None:
    """Around the best run, or around the one that is pointed at."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((shown.color("panel"), 4.5), (shown.color(role), 2.0)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(QPointF(x, y), _DOT + 4.5, _DOT + 4.5)


def name_height(frame: Frame, y: float) -> float:
    """The middle of the name of a dot at `y`: below it, or above where the axis has its numbers."""
    return y + _NAME if y + _NAME + SMALL / 2 <= frame.box[1] + frame.box[3] else y - _NAME


def _paint_name(painter: QPainter, x: float, y: float, ink: QColor, ground: QColor) -> None:
    """What the best run is called."""
    box = write(painter, "best", x, y, ink, SMALL, 0.5, bold=True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(-3, 0, 3, 0), 3, 3)
    write(painter, "best", x, y, ink, SMALL, 0.5, bold=True)
