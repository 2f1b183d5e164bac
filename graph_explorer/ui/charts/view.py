"""A chart as a widget: points can be pointed at and chosen, with the mouse and by keys.

The one rule: it shows the chart that it is given and says what a person points at; it changes nothing
itself.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from graph_explorer.ui.charts.chart import Chart, Dot
from graph_explorer.ui.charts.paint_chart import frame_of, paint_chart, seen
from graph_explorer.ui.theme import theme

#: How near the pointer must come to a dot, in pixels.
_NEAR = 12.0


class ChartView(QWidget):
    """The widget."""

    #: the number of the dot that one points at by a click or a key
    chosen = Signal(int)
    #: the number of the dot that one wants to see more of: a click on the chosen one, or Enter
    taken = Signal(int)

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart: Chart | None = None
        self._theme = "light"
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)

    def sizeHint(self) -> QSize:
        return QSize(640, 400)

    def show_chart(self, chart: Chart | None, theme_name: str) -> None:
        """Shows a chart, or nothing."""
        self.chart, self._theme = chart, theme_name
        dot = chart.dot(chart.chosen) if chart is not None else None
        said = [] if chart is None else [f"{chart.names[1]} against {chart.names[0]}", *chart.remarks]
        self.setAccessibleDescription(". ".join([*said, *([dot.text] if dot is not None else [])]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.chart is None:
            painter.fillRect(self.rect(), theme(self._theme).color("panel"))
        else:
            paint_chart(painter, self.chart, self.width(), self.height(), theme(self._theme))
        painter.end()

    # ── pointing ──────────────────────────────────────────────────────────────────────────────

    def at(self, x: float, y: float) -> Dot | None:
        """The dot nearest to a point of the widget, if one is near."""
        if self.chart is None:
            return None
        frame = frame_of(self.chart, self.width(), self.height(), False)
        places = [(math.dist((x, y), seen(self.chart, frame, dot)), dot.number) for dot in self.chart.dots]
        nearest = min(places, default=(math.inf, -1))
        return self.chart.dot(nearest[1]) if nearest[0] <= _NEAR else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.at(event.position().x(), event.position().y()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        dot = self.at(event.position().x(), event.position().y())
        if dot is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.chosen.emit(dot.number)
        self.taken.emit(dot.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chart, step = self.chart, {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if chart is None or not chart.dots:
            super().keyPressEvent(event)
        elif step:
            order = [d.number for d in sorted(chart.dots, key=lambda d: (d.x, d.colour, d.number))]
            now = order.index(chart.chosen) if chart.chosen in order else -1 if step > 0 else 0
            self.chosen.emit(order[(now + step) % len(order)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and chart.chosen >= 0:
            self.taken.emit(chart.chosen)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            dot = self.at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), dot.text if dot is not None else "", self)
            return True
        return super().event(event)
