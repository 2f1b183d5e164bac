"""A formula on the screen: typeset, wrapped at its equals signs, or as plain text.

The one rule: it is never clipped and never waited for. What does not fit is broken at a relation or a
sum, then made smaller; what is not typeset yet, or cannot be, is shown as the text that is also read
aloud.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.spoken import spoken
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import typeset
from graph_explorer.ui.widgets.typeset import Picture

#: A formula is made smaller down to this factor before it is shown as text.
LEAST_SCALE = 0.62
#: Pixels by which what follows a break is moved in.
INDENT = 18
_GAP = 3
#: Milliseconds until a formula asks again for its picture.
_AGAIN = 35
_RELATIONS = re.compile(r"(?<= )(?:=|\\;\{\+\}\{=\}\\;|\\to|\\leftarrow)(?= )")


def pieces(latex: str, sign: re.Pattern[str] = _RELATIONS) -> list[str]:
    """Cuts LaTeX before each relation (or `sign`) that stands outside all braces and brackets."""
    cuts, depth, position = [0], 0, 0
    while position < len(latex):
        if re.match(r"\\(?:left|begin)(?![a-z])", latex[position : position + 7]):
            depth += 1
        elif latex.startswith((r"\right", r"\end"), position):
            depth -= 1
        found = sign.match(latex, position) if depth == 0 and position else None
        if found is None and latex[position] in "{}":
            depth += 1 if latex[position] == "{" else -1
        if found is not None:
            cuts.append(position)
        position = found.end() if found is not None else position + 1
    parts = (latex[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(latex)], strict=True))
    return [part for part in parts if part]


class FormulaView(QWidget):
    """Shows one line of LaTeX. `factor` is its size relative to the text's."""

    def __init__(self, name: str, factor: float = 1.3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.factor = factor
        self.latex = ""
        self.text = ""
        self.theme_name = "light"
        self._placed: list[tuple[QPointF, Picture, float]] = []
        self._height = 0.0
        self._laid_out_for = -1
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_AGAIN)
        self._waiting.timeout.connect(self._ask_again)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_latex(self, latex: str, theme_name: str, text: str = "") -> None:
        """Shows `latex`; `text` is read aloud instead of the plain form of it."""
        if (latex, theme_name) == (self.latex, self.theme_name) and (not text or text == self.text):
            return
        self.latex, self.theme_name = latex, theme_name
        self.text = text or spoken(latex)
        self.setAccessibleName(self.text)
        self.setVisible(bool(latex))
        self._lay_out_anew()

    @property
    def is_typeset(self) -> bool:
        """Whether the picture is there (else the text is shown)."""
        self._lay_out(self.width())
        return bool(self._placed) or not self.latex

    def _ask_again(self) -> None:
        self._lay_out_anew()

    def _lay_out_anew(self) -> None:
        self._laid_out_for = -1
        self.updateGeometry()
        self.update()

    # ── layout ────────────────────────────────────────────────────────────────────────────────

    def _pixels(self) -> float:
        return QFontMetricsF(self.font()).height() * 0.82 * self.factor

    def _picture(self, latex: str) -> Picture | None:
        shown = theme(self.theme_name)
        return typeset.picture(typeset.colored(latex, shown), self._pixels(), shown.color("text").name())

    def _lay_out(self, width: int) -> float:
        """Places the pictures for a width and returns the height they need."""
        if width == self._laid_out_for:
            return self._height
        self._laid_out_for, self._placed = width, []
        try:
            rows = self._broken(self.latex, width) if self.latex else []
        except ValueError:
            rows = []  # it cannot be typeset: the text says it
        if rows is None:
            self._waiting.start()
            rows = []
        top = 0.0
        for moved, one in rows:
            scale = min(1.0, (width - moved) / one.width) if one.width else 1.0
            if scale < LEAST_SCALE:
                self._placed = []
                break
            self._placed.append((QPointF(moved, top), one, scale))
            top += one.height * scale + _GAP
        self._height = max(top - _GAP, 0.0) if self._placed else self._text_height(width)
        return self._height

    def _broken(self, latex: str, width: int) -> list[tuple[float, Picture]] | None:
        """Rows of pictures with how far each is moved in; None while one of them is not there yet."""
        whole = self._picture(latex)
        if whole is None:
            return None
        if whole.width <= width:
            return [(0.0, whole)]
        parts = pieces(latex)
        if len(parts) < 2:
            parts = pieces(latex, re.compile(r"(?<= )\+(?= )"))
        if len(parts) < 2:
            return [(0.0, whole)]
        rows: list[tuple[float, Picture]] = []
        line = ""
        for part in parts:
            moved = INDENT if rows or line else 0
            joined = f"{line} {part}".strip()
            fits = self._picture(joined)
            if fits is None:
                return None
            if line and fits.width > width - moved:
                rows.append((INDENT if rows else 0.0, self._known(line)))
                line = part
            else:
                line = joined
        rows.append((INDENT if rows else 0.0, self._known(line)))
        return rows

    def _known(self, latex: str) -> Picture:
        found = self._picture(latex)
        assert found is not None, "it was typeset a moment ago"
        return found

    def _text_height(self, width: int) -> float:
        if not self.text:
            return 0.0
        room = QRect(0, 0, max(width, 1), 10_000)
        return float(self.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.text).height())

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return int(self._lay_out(width) + 0.999)

    def sizeHint(self) -> QSize:
        try:
            whole = self._picture(self.latex) if self.latex else None
        except ValueError:
            whole = None
        if whole is not None:
            return QSize(int(whole.width + 1), int(whole.height + 1))
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
        if not self._placed:
            painter.setPen(theme(self.theme_name).color("text"))
            painter.drawText(self.rect(), int(Qt.TextFlag.TextWordWrap), self.text)
        for at, one, scale in self._placed:
            one.renderer.render(painter, QRectF(at.x(), at.y(), one.width * scale, one.height * scale))
        painter.end()
