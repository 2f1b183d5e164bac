"""How the weights of each layer, their gradients and its activations are spread, at one epoch.

The one rule: every histogram has its own range, written below it, with zero marked.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.writing import SMALL, elided, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.flow.history import History, Spread, layer_title

#: What is spread → the role of its colour.
COLUMNS = (("weights", "parameter"), ("gradients of the weights", "gradient"), ("activations", "value"))
_ROW, _ABOVE, _LABEL, _GAP, _TEXT = 74, 22, 110, 14, 15


class Histograms(QWidget):
    """A row a layer, three histograms each. As high as it needs to be."""

    #: a layer was chosen
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flow_histograms")
        self.setAccessibleName("Histograms of the layers: arrows move, Enter selects the layer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.theme_name = "light"
        self.history: History | None = None
        self.selected = ""
        self.at = 0

    def sizeHint(self) -> QSize:
        count = len(self.history.spreads) if self.history is not None else 0
        return QSize(360, _ABOVE + max(count, 1) * _ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def show_history(self, history: History, selected: str, theme_name: str) -> None:
        """Shows the histograms at the epoch that is looked at."""
        before = 0 if self.history is None else len(self.history.spreads)
        self.history, self.selected, self.theme_name = history, selected, theme_name
        self.at = min(self.at, max(len(history.spreads) - 1, 0))
        self.setAccessibleDescription(self._sentence())
        if before != len(history.spreads):
            self.updateGeometry()
        self.update()

    def _sentence(self) -> str:
        if self.history is None or not self.history.spreads:
            return ""
        parts = [
            f"{name} from {number(spread.low, 3)} to {number(spread.high, 3)}"
            for (name, _), spread in zip(COLUMNS, self.history.spreads[self.at], strict=True)
        ]
        return f"{layer_title(self.history.layers[self.at])}: {', '.join(parts)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = theme(self.theme_name)
        if self.history is not None:
            wide = (self.width() - _LABEL - 3 * _GAP) / 3
            for column, (name, role) in enumerate(COLUMNS):
                write(painter, elided(name, SMALL, wide), _LABEL + column * (wide + _GAP), _ABOVE / 2,
                      shown.color(role), SMALL, bold=True)  # fmt: skip
            for k, spreads in enumerate(self.history.spreads):
                self._paint_row(painter, shown, k, spreads, wide)
        painter.end()

    def _paint_row(
        self, painter: QPainter, shown: Theme, k: int, spreads: tuple[Spread, Spread, Spread], wide: float
    ) -> None:
        assert self.history is not None
        top, layer = _ABOVE + k * _ROW, self.history.layers[k]
        chosen = layer.place == self.selected
        write(painter, elided(layer_title(layer), SMALL, _LABEL - 8), 0, top + (_ROW - _TEXT) / 2,
              shown.color("accent" if chosen else "text"), SMALL, bold=chosen)  # fmt: skip
        for column, spread in enumerate(spreads):
            box = QRectF(_LABEL + column * (wide + _GAP), top + 2, wide, _ROW - _TEXT - 8)
            self._paint_bars(painter, shown, spread, box, COLUMNS[column][1])
        if k == self.at and self.hasFocus():
            painter.setPen(QPen(shown.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(0.5, top, self.width() - 1, _ROW - 4))

    def _paint_bars(self, painter: QPainter, shown: Theme, spread: Spread, box: QRectF, role: str) -> None:
        painter.setPen(shown.color("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if not spread.counts.size:
            write(
                painter, "none", box.center().x(), box.center().y(), shown.color("muted"), SMALL, across=0.5
            )
            return
        most, each = float(spread.counts.max()), box.width() / len(spread.counts)
        for place, count in enumerate(spread.counts.tolist()):
            high = max(count / most * box.height(), 1.0 if count else 0.0)
            bar = QRectF(box.left() + place * each, box.bottom() - high, max(each - 0.6, 0.6), high)
            painter.fillRect(bar, shown.color(role, 0.85))
        if spread.low < 0 < spread.high:
            x = box.left() - spread.low / (spread.high - spread.low) * box.width()
            painter.setPen(shown.color("muted"))
            painter.drawLine(int(x), int(box.top()), int(x), int(box.bottom()) + 3)
        muted = shown.color("muted")
        write(painter, number(spread.low, 2), box.left(), box.bottom() + 9, muted, SMALL)
        write(painter, number(spread.high, 2), box.right(), box.bottom() + 9, muted, SMALL, across=1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = int((event.position().y() - _ABOVE) // _ROW)
        if self.history is not None and 0 <= k < len(self.history.spreads):
            self.at = k
            self.chosen.emit(self.history.layers[k].place)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        count = len(self.history.spreads) if self.history is not None else 0
        if step is not None and count:
            self.at = min(max(self.at + step, 0), count - 1)
            self.setAccessibleDescription(self._sentence())
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and count:
            assert self.history is not None
            self.chosen.emit(self.history.layers[self.at].place)
        else:
            super().keyPressEvent(event)
