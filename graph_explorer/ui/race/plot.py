"""One plot: a chart that is looked at and pointed at.

The one rule: while it plays only markers and line move; the curves are laid out once for a range and a
size. A click goes to the place under it; the wheel and a drag choose another part, a double click all. A
plot that `scrubs` goes along with a drag instead, and Shift and a drag move it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.race.chart import Array, Chart, Flag, Range
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.theme import theme

#: Pixels of a press that is no drag yet.
_SLACK = 4.0
#: One notch of the wheel.
_ZOOM = 1.2


class Plot(QWidget):
    """The plot. `go` is called with the place to the right that was pressed, `step` with ±1."""

    def __init__(
        self,
        name: str,
        spoken: str,
        go: Callable[[float], None],
        step: Callable[[int], None],
        parent: QWidget | None = None,
        *,
        scrubs: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.chart = Chart()
        self._go, self._step, self._scrubs = go, step, scrubs
        self._whole: Range | None = None
        self._pressed: tuple[QPointF, Range] | None = None
        self._dragging = self._goes = False

    def sizeHint(self) -> QSize:
        return QSize(300, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(130, 90)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_axes(self, log_x: bool, log_y: bool, title: str, below: str = "") -> None:
        """What the axes are; the numbers given are logarithms where they say so."""
        if (log_x, log_y) != self.chart.logarithmic:
            self._whole = None
            self.chart.look(None)
        self.chart.logarithmic, self.chart.title = (log_x, log_y), title
        if below != self.chart.below:
            self.chart.below = below
            self.chart.look(self.chart.range)
        self.update()

    def show_curves(self, curves: Sequence[Curve], race: Race, theme_name: str) -> None:
        """Draws these curves, the selected one above the others."""
        self.show_coloured(curves, [entry.colour for entry in race.entries], theme_name, race.selected)

    def show_coloured(
        self, curves: Sequence[Curve], colours: Sequence[int], theme_name: str, chosen: int = -1
    ) -> None:
        """Draws these curves in the colours of their entries."""
        self.chart.theme_name = theme_name
        self.chart.show_curves(curves, colours, chosen)
        self.update()

    def show_flags(self, flags: Sequence[Flag]) -> None:
        """Marks places of the axis to the right with a word each."""
        self.chart.flags = tuple(flags)
        self.update()

    def show_range(self, bounds: Range | None) -> None:
        """Shows this part, unless a person has chosen another."""
        shown = bounds if self.chart.range == self._whole else self.chart.range
        self._whole = bounds
        self.chart.look(shown)
        self.update()

    def show_moment(
        self, at: float | None, marks: Sequence[tuple[float, float, int]], theme_name: str
    ) -> None:
        """The line at the present place, and a marker for each path: x, y, colour."""
        self.chart.at, self.chart.marks, self.chart.theme_name = at, tuple(marks), theme_name
        self.update()

    @property
    def curves(self) -> tuple[Curve, ...]:
        return self.chart.curves

    @property
    def at(self) -> float | None:
        return self.chart.at

    @property
    def range(self) -> Range | None:
        return self.chart.range

    @property
    def box(self) -> QRectF:
        """Where the curves are."""
        return self.chart.box

    def seen(self, points: object) -> Array:
        """Points (n, 2) of the axes in pixels."""
        return self.chart.seen(points)

    def place(self, at: QPointF) -> tuple[float, float]:
        """The place of the axes under a pixel."""
        return self.chart.place(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.chart.paint(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme(self.chart.theme_name).color("accent"))
            painter.drawRect(self.box)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chart.resize(self.width(), self.height())

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def look(self, part: Range) -> None:
        """Shows this part: left, right, bottom and top of the axes."""
        self.chart.look(part)
        self.update()

    def fit(self) -> None:
        """Shows all."""
        if self._whole is not None:
            self.look(self._whole)

    def zoom(self, factor: float, about: tuple[float, float] | None = None) -> None:
        """Shows a part `factor` times as large, around a place that stays, by default the middle."""
        if self.range is None:
            return
        left, right, bottom, top = self.range
        x, y = about or ((left + right) / 2, (bottom + top) / 2)
        self.look((
            x + (left - x) * factor, x + (right - x) * factor,
            y + (bottom - y) * factor, y + (top - y) * factor,
        ))  # fmt: skip

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.range is not None:
            self._pressed, self._dragging = (event.position(), self.range), False
            self._goes = self._scrubs and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        (begin, (left, right, bottom, top)), box = self._pressed, self.box
        gap = event.position() - begin
        self._dragging = self._dragging or gap.manhattanLength() > _SLACK
        if self._dragging and self._goes:
            self._go(self.place(event.position())[0])
        elif self._dragging:
            x, y = gap.x() / box.width() * (right - left), gap.y() / box.height() * (top - bottom)
            self.look((left - x, right - x, bottom + y, top + y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragging:
            self._go(self.place(event.position())[0])
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.range is not None:
            self.zoom(_ZOOM ** (-event.angleDelta().y() / 120), self.place(event.position()))
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is not None:
            self._step(steps)
        elif event.key() == Qt.Key.Key_Home and self._whole is not None:
            self.fit()
        else:
            event.ignore()
