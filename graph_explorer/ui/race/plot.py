"""One plot of a race: a curve a path, a marker where each is now, and a line at the present step.

The one rule: while it plays only markers and line move; curves are given to the plot once. A click goes
to the step under it, a double click shows all again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPen, QTransform

from graph_explorer.ui.race.axis import Axis
from graph_explorer.ui.race.markers import marker
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.theme import theme

#: Pixels: a curve, the selected one, and the size of a marker.
_PEN, _SELECTED, _MARKER = 1.4, 2.4, 9


class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """The plot. `go` is called with the place to the right that was pressed, `step` with ±1."""

    def __init__(
        self, name: str, spoken: str, go: Callable[[float], None], step: Callable[[int], None]
    ) -> None:
        super().__init__(enableMenu=False, axisItems={side: Axis(side) for side in ("left", "bottom")})
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 90)
        self._go, self._step = go, step
        self._own_range = False
        self._range: tuple[float, float, float, float] | None = None
        self._lines: list[pyqtgraph.PlotCurveItem] = []
        item = self.getPlotItem()
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())  # else it would outlive the plot
        item.hideButtons()
        item.vb.disableAutoRange()
        item.vb.setDefaultPadding(0.0)
        item.vb.sigRangeChangedManually.connect(self._moved_by_hand)
        self.cursor_line = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.marks = pyqtgraph.ScatterPlotItem(pxMode=True)
        self.marks.setZValue(10)
        item.addItem(self.cursor_line, ignoreBounds=True)
        item.addItem(self.marks, ignoreBounds=True)
        self.scene().sigMouseClicked.connect(self._clicked)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_theme(self, theme_name: str) -> None:
        shown = theme(theme_name)
        self.setBackground(shown.color("panel"))
        pen = QPen(shown.color("accent"), 1)
        pen.setCosmetic(True)
        self.cursor_line.setPen(pen)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(shown.color("border"))
            axis.setTextPen(shown.color("muted"))
            axis.setStyle(tickFont=self.font(), tickLength=-4, autoReduceTextSpace=False)
            axis.enableAutoSIPrefix(False)
        self.getPlotItem().showGrid(x=True, y=True, alpha=0.12)

    def show_axes(self, log_x: bool, log_y: bool, title: str) -> None:
        """What the axes are; the numbers given are logarithms where they say so."""
        item = self.getPlotItem()
        item.getAxis("bottom").setLogMode(log_x)
        item.getAxis("left").setLogMode(log_y)
        item.setTitle(title, size="9pt", color=item.getAxis("left").textPen().color())
        self._own_range = False

    def show_curves(self, curves: Sequence[Curve], race: Race, theme_name: str) -> None:
        """Draws these curves, the selected one above the others."""
        colours = [entry.colour for entry in race.entries]
        self.show_coloured(curves, colours, theme_name, race.selected)

    def show_coloured(
        self, curves: Sequence[Curve], colours: Sequence[int], theme_name: str, chosen: int = -1
    ) -> None:
        """Draws these curves in the colours of their entries."""
        shown = theme(theme_name)
        while len(self._lines) < len(curves):
            line = pyqtgraph.PlotCurveItem(antialias=True)
            self._lines.append(line)
            self.getPlotItem().addItem(line, ignoreBounds=True)
        for each, line in zip(curves, self._lines, strict=False):
            selected = each.entry == chosen
            pen = QPen(shown.series_color(colours[each.entry]), _SELECTED if selected else _PEN)
            pen.setCosmetic(True)
            line.setData(each.x, each.y, pen=pen)
            line.setZValue(5 if selected else 1)
            line.setVisible(True)
        for line in self._lines[len(curves) :]:
            line.setVisible(False)

    def show_range(self, bounds: tuple[float, float, float, float] | None) -> None:
        """Shows this part, unless a person has chosen another."""
        self._range = bounds
        if bounds is not None and not self._own_range:
            left, right, bottom, top = bounds
            self.getPlotItem().vb.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)

    def show_moment(
        self, at: float | None, marks: Sequence[tuple[float, float, int]], theme_name: str
    ) -> None:
        """The line at the present place, and a marker for each path: x, y, colour."""
        shown = theme(theme_name)
        self.cursor_line.setVisible(at is not None)
        if at is not None:
            self.cursor_line.setValue(at)
        self.marks.setData(
            [
                {
                    "pos": (x, y), "size": _MARKER, "symbol": _symbol(colour),
                    "brush": shown.series_color(colour), "pen": shown.color("panel"),
                }
                for x, y, colour in marks
            ]
        )  # fmt: skip

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _moved_by_hand(self, *_: object) -> None:
        self._own_range = True

    def _clicked(self, event: object) -> None:
        if event.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            return
        if event.double():  # type: ignore[attr-defined]
            self._own_range = False
            self.show_range(self._range)
            return
        place = self.getPlotItem().vb.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        self._go(QPointF(place).x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is None:
            event.ignore()
        else:
            self._step(steps)


def _symbol(colour: int) -> object:
    """A marker as pyqtgraph takes it: one unit across."""
    return QTransform.fromScale(0.5, 0.5).map(marker(colour))
