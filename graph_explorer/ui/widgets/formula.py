"""A formula on the screen: typeset, broken at its equals signs where it is too long, or as plain text.

The one rule: it is never clipped and never waited for. What does not fit is broken before a relation or a
sum, then made smaller; what cannot be typeset, or not yet, is the text that is also read aloud.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.spoken import spoken
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import typeset
from graph_explorer.ui.widgets.boxes import Box, Look, parse, row

#: A formula is made smaller down to this factor before it is shown as text.
LEAST_SCALE = 0.62
#: Pixels by which what follows a break is moved in, and between the lines.
_INDENT, _BETWEEN = 18, 4
#: Milliseconds until a formula asks again whether typesetting is loaded.
_AGAIN = 60


def broken(boxes: list[Box], em: float, width: float) -> list[Box]:
    """The boxes as lines no wider than `width`, as far as breaks before relations and sums allow."""
    whole = row(boxes, em)
    if whole.width <= width or len(boxes) < 2:
        return [whole]
    for kinds in (("relation",), ("relation", "binary")):
        starts = [
            k for k, box in enumerate(boxes) if k and box.kind in kinds and boxes[k - 1].kind != "relation"
        ]
        lines = _lines(boxes, [0, *starts], em, width)
        if all(line.width <= width - (_INDENT if k else 0) for k, line in enumerate(lines)):
            break
    return lines


def _lines(boxes: list[Box], starts: list[int], em: float, width: float) -> list[Box]:
    """Lines that begin at some of `starts`, each as long as fits."""
    lines: list[Box] = []
    begin = 0
    for at, end in zip(starts, [*starts[1:], len(boxes)], strict=True):
        room = width - (_INDENT if lines else 0)
        if at > begin and row(boxes[begin:end], em).width > room:
            lines.append(row(boxes[begin:at], em, continued=bool(lines)))
            begin = at
    return [*lines, row(boxes[begin:], em, continued=bool(lines))]


class FormulaView(QWidget):
    """Shows one line of LaTeX. `factor` is its size relative to the text's."""

    def __init__(self, name: str, factor: float = 1.3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.factor = factor
        self.latex = ""
        self.text = ""
        self.theme_name = "light"
        self._boxes: list[Box] = []
        self._lines: list[tuple[float, float, Box, float]] = []  # x, baseline, box, scale
        self._height = 0.0
        self._laid_out_for = -1
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_AGAIN)
        self._waiting.timeout.connect(self._set)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_latex(self, latex: str, theme_name: str) -> None:
        """Shows `latex`; takes no room where it is empty."""
        if (latex, theme_name) == (self.latex, self.theme_name):
            return
        self.latex, self.theme_name = latex, theme_name
        self.text = spoken(latex)
        self.setAccessibleName(self.text)
        self._set()
        self.setVisible(bool(latex))

    @property
    def is_typeset(self) -> bool:
        """Whether the formula is there as a picture, at the present width; else its text is shown."""
        self._lay_out(self.width())
        return bool(self._lines) or not self.latex

    def _em(self) -> float:
        return QFontMetricsF(self.font()).height() * 0.82 * self.factor

    def _set(self) -> None:
        """Makes the boxes, once typesetting is loaded."""
        self._boxes = []
        if self.latex and not typeset.is_loaded():
            self._waiting.start()
        elif self.latex:
            shown = theme(self.theme_name)
            marks = tuple((mark, shown.color(mark).name()) for mark in ("value", "gradient"))
            try:
                self._boxes = parse(self.latex, Look(self._em(), shown.color("text").name(), marks))
            except ValueError:
                self._boxes = []  # the text says it
        self._laid_out_for = -1
        self.updateGeometry()
        self.update()

    def _lay_out(self, width: int) -> float:
        """Places the lines for a width and returns the height they need."""
        if width == self._laid_out_for:
            return self._height
        self._laid_out_for, self._lines = width, []
        top = 0.0
        for number, line in enumerate(broken(self._boxes, self._em(), width) if self._boxes else []):
            x = _INDENT if number else 0.0
            scale = min(1.0, (width - x) / line.width) if line.width else 1.0
            if scale < LEAST_SCALE:
                self._lines = []
                break
            self._lines.append((x, top + line.ascent * scale, line, scale))
            top += line.height * scale + _BETWEEN
        self._height = max(top - _BETWEEN, 0.0) if self._lines else self._text_height(width)
        return self._height

    def _text_height(self, width: int) -> float:
        room = QRect(0, 0, max(width, 1), 10_000)
        wrapped = self.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text)
        return float(wrapped.height()) if self.text else 0.0

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return int(self._lay_out(width) + 1.999)

    def sizeHint(self) -> QSize:
        if self._boxes:
            whole = row(self._boxes, self._em())
            return QSize(int(whole.width + 1), int(whole.height + 2))
        return QSize(self.fontMetrics().horizontalAdvance(self.text) + 1, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._lay_out(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._lines:
            painter.setPen(theme(self.theme_name).color("text"))
            painter.drawText(self.rect(), int(Qt.TextFlag.TextWordWrap), self.text)
        for x, baseline, line, scale in self._lines:
            painter.save()
            painter.translate(x, baseline)
            painter.scale(scale, scale)
            line.draw(painter, 0.0, 0.0)
            painter.restore()
        painter.end()
