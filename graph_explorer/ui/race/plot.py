"""One plot of a race: a curve a path, a marker where each is now, and a line at the present step.

The one rule: while it plays only markers and line move; the curves are laid out once for a range and a
size. A click goes to the place under it; the wheel and a drag choose another part, a double click all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.race.numbers import numbers
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.surface.clip import clipped
from graph_explorer.ui.surface.polygons import draw_line, polygon_of, thinned
from graph_explorer.ui.surface.writing import PLAIN, SMALL, elided, write
from graph_explorer.ui.theme import theme

Range = tuple[float, float, float, float]

#: Pixels: a curve, the chosen one, the radius of a marker, and a press that is no drag yet.
_LINE, _CHOSEN, _MARKER, _SLACK = 1.3, 2.2, 4.5, 4.0
#: Pixels around the curves: left, above, right, below; from number to number across and up.
_LEFT, _ABOVE, _RIGHT, _BELOW, _ACROSS, _UP = 46.0, 22.0, 10.0, 20.0, 60.0, 26.0
#: One notch of the wheel.
_ZOOM = 1.2


@dataclass(frozen=True)
class _Line:
    """A curve in pixels."""

    pieces: tuple[QPolygonF, ...]
    colour: int
    chosen: bool


class Plot(QWidget):
    """The plot. `go` is called with the place to the right that was pressed, `step` with ±1."""

    def __init__(
        self,
        name: str,
        spoken: str,
        go: Callable[[float], None],
        step: Callable[[int], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._go, self._step = go, step
        self.theme_name, self.title = "light", ""
        self.logarithmic = (False, False)
        self.curves: tuple[Curve, ...] = ()
        self._colours: tuple[int, ...] = ()
        self._chosen = -1
        self._whole: Range | None = None
        self.range: Range | None = None
        self.at: float | None = None
        self.marks: tuple[tuple[float, float, int], ...] = ()
        self._lines: list[_Line] | None = None
        self._pressed: tuple[QPointF, Range] | None = None
        self._dragging = False

    def sizeHint(self) -> QSize:
        return QSize(300, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(130, 90)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_axes(self, log_x: bool, log_y: bool, title: str) -> None:
        """What the axes are; the numbers given are logarithms where they say so."""
        if (log_x, log_y) != self.logarithmic:
            self.range = self._whole = None
        self.logarithmic, self.title = (log_x, log_y), title
        self.update()

    def show_curves(self, curves: Sequence[Curve], race: Race, theme_name: str) -> None:
        """Draws these curves, the selected one above the others."""
        self.show_coloured(curves, [entry.colour for entry in race.entries], theme_name, race.selected)

    def show_coloured(
        self, curves: Sequence[Curve], colours: Sequence[int], theme_name: str, chosen: int = -1
    ) -> None:
        """Draws these curves in the colours of their entries."""
        self.curves, self._colours, self._chosen = tuple(curves), tuple(colours), chosen
        self.theme_name, self._lines = theme_name, None
        self.update()

    def show_range(self, bounds: Range | None) -> None:
        """Shows this part, unless a person has chosen another."""
        if self.range == self._whole:
            self.range = bounds
        self._whole, self._lines = bounds, None
        self.update()

    def show_moment(
        self, at: float | None, marks: Sequence[tuple[float, float, int]], theme_name: str
    ) -> None:
        """The line at the present place, and a marker for each path: x, y, colour."""
        self.at, self.marks, self.theme_name = at, tuple(marks), theme_name
        self.update()

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def box(self) -> QRectF:
        """Where the curves are."""
        width, height = self.width() - _LEFT - _RIGHT, self.height() - _ABOVE - _BELOW
        return QRectF(_LEFT, _ABOVE, max(width, 8.0), max(height, 8.0))

    def seen(self, points: object) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Points (n, 2) of the axes in pixels."""
        assert self.range is not None
        left, right, bottom, top = self.range
        box = self.box
        scale = np.array([box.width() / (right - left), -box.height() / (top - bottom)])
        with np.errstate(all="ignore"):
            found = (np.asarray(points, dtype=float) - [left, top]) * scale + [box.left(), box.top()]
        return np.asarray(found)

    def place(self, at: QPointF) -> tuple[float, float]:
        """The place of the axes under a pixel."""
        assert self.range is not None
        left, right, bottom, top = self.range
        box = self.box
        x = left + (at.x() - box.left()) / box.width() * (right - left)
        return x, top - (at.y() - box.top()) / box.height() * (top - bottom)

    def _laid_out(self) -> list[_Line]:
        if self._lines is None:
            box = self.box
            frame = (box.left(), box.top(), box.width(), box.height())
            self._lines = []
            for each in self.curves:
                points = thinned(self.seen(np.stack([each.x, each.y], axis=-1)))
                pieces = tuple(polygon_of(piece) for piece in clipped(points, frame)[0])
                chosen = each.entry == self._chosen
                self._lines.append(_Line(pieces, self._colours[each.entry], chosen))
            self._lines.sort(key=lambda line: line.chosen)
        return self._lines

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, box = theme(self.theme_name), self.box
        title = elided(self.title, PLAIN, self.width() - 8)
        write(painter, title, box.center().x(), _ABOVE / 2 - 1, shown.color("muted"), PLAIN, across=0.5)
        if self.range is not None:
            self._paint_numbers(painter, self.range)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for line in self._laid_out():
                for piece in line.pieces:
                    width = _CHOSEN if line.chosen else _LINE
                    draw_line(painter, piece, shown.series_color(line.colour), width)
            self._paint_moment(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(shown.color("accent"))
            painter.drawRect(box)
        painter.end()

    def _paint_numbers(self, painter: QPainter, shown_range: Range) -> None:
        shown, box = theme(self.theme_name), self.box
        left, right, bottom, top = shown_range
        grid, muted = shown.color("border", 0.55), shown.color("muted")
        for x, text in numbers(left, right, max(int(box.width() / _ACROSS), 2), self.logarithmic[0]):
            across = float(self.seen([(x, bottom)])[0, 0])
            painter.setPen(grid)
            painter.drawLine(QLineF(across, box.top(), across, box.bottom()))
            write(painter, text, across, box.bottom() + 3, muted, SMALL, across=0.5, down=0.0)
        for y, text in numbers(bottom, top, max(int(box.height() / _UP), 2), self.logarithmic[1]):
            down = float(self.seen([(left, y)])[0, 1])
            painter.setPen(grid)
            painter.drawLine(QLineF(box.left(), down, box.right(), down))
            write(painter, text, box.left() - 5, down, muted, SMALL, across=1.0)
        painter.setPen(shown.color("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.bottomLeft())

    def _paint_moment(self, painter: QPainter) -> None:
        box, shown = self.box, theme(self.theme_name)
        if self.at is not None:
            x = float(self.seen([(self.at, 0.0)])[0, 0])
            if box.left() - 1 <= x <= box.right() + 1:
                painter.setPen(shown.color("accent"))
                painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
        for (_, _, colour), (x, y) in zip(self.marks, self._seen_marks(), strict=True):
            if box.adjusted(-1, -1, 1, 1).contains(QPointF(x, y)):
                draw_marker(painter, x, y, _MARKER, colour, self.theme_name)

    def _seen_marks(self) -> list[tuple[float, float]]:
        found = self.seen([mark[:2] for mark in self.marks]) if self.marks else np.empty((0, 2))
        return [(float(x), float(y)) for x, y in found]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lines = None

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _look(self, part: Range) -> None:
        self.range, self._lines = part, None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.range is not None:
            self._pressed, self._dragging = (event.position(), self.range), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        (begin, (left, right, bottom, top)), box = self._pressed, self.box
        gap = event.position() - begin
        self._dragging = self._dragging or gap.manhattanLength() > _SLACK
        if self._dragging:
            x, y = gap.x() / box.width() * (right - left), gap.y() / box.height() * (top - bottom)
            self._look((left - x, right - x, bottom + y, top + y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragging:
            self._go(self.place(event.position())[0])
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._whole is not None:
            self._look(self._whole)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.range is None:
            return
        factor = _ZOOM ** (-event.angleDelta().y() / 120)
        (left, right, bottom, top), (x, y) = self.range, self.place(event.position())
        self._look((
            x + (left - x) * factor, x + (right - x) * factor,
            y + (bottom - y) * factor, y + (top - y) * factor,
        ))  # fmt: skip
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is not None:
            self._step(steps)
        elif event.key() == Qt.Key.Key_Home and self._whole is not None:
            self._look(self._whole)
        else:
            event.ignore()
