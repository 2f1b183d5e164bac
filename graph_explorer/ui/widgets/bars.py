"""Bars that compare counts, also where one is a million times another.

The one rule: the scale is logarithmic as soon as a linear one would hide the smallest, and then it is
said; the numbers stand beside the bars in any case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.theme import theme

#: From this ratio on, the scale is logarithmic.
_LOGARITHMIC_FROM = 50
_BAR, _GAP = 10, 9


@dataclass(frozen=True)
class Bar:
    """One bar: what is counted, how many (any size of whole number), the number as text, a role of colour."""

    label: str
    count: int
    text: str
    role: str = "muted"


def lengths(counts: Sequence[int]) -> tuple[list[float], bool]:
    """Lengths from 0 to 1, and whether they are logarithmic. Counts may be too large for a float."""
    positive = [count for count in counts if count > 0]
    if not positive:
        return [0.0] * len(counts), False
    most, least = max(positive), min(positive)
    if most < least * _LOGARITHMIC_FROM:
        return [count / most for count in counts], False
    span = math.log10(most) + 0.3
    return [(math.log10(count) + 0.3) / span if count > 0 else 0.0 for count in counts], True


class Bars(QWidget):
    """Labels with numbers, and a bar below each."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.bars: tuple[Bar, ...] = ()
        self.logarithmic = False
        self.theme_name = "light"
        self._lengths: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar], theme_name: str) -> None:
        """Shows these bars."""
        self.bars, self.theme_name = tuple(bars), theme_name
        self._lengths, self.logarithmic = lengths([bar.count for bar in bars])
        self.setAccessibleDescription("; ".join(f"{bar.label}: {bar.text}" for bar in bars))
        self.setToolTip("The bars are on a logarithmic scale" if self.logarithmic else "")
        self.updateGeometry()
        self.update()

    def _row(self) -> int:
        return self.fontMetrics().height() + 3 + _BAR + _GAP

    def sizeHint(self) -> QSize:
        return QSize(240, max(len(self.bars) * self._row() - _GAP, 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown, metrics = theme(self.theme_name), self.fontMetrics()
        for place, (bar, length) in enumerate(zip(self.bars, self._lengths, strict=True)):
            top = place * self._row()
            text_width = metrics.horizontalAdvance(bar.text)
            label = metrics.elidedText(
                bar.label, Qt.TextElideMode.ElideRight, max(self.width() - text_width - 8, 20)
            )
            painter.setPen(shown.color("text"))
            painter.drawText(0, top + metrics.ascent(), label)
            painter.drawText(self.width() - text_width, top + metrics.ascent(), bar.text)
            painter.setPen(Qt.PenStyle.NoPen)
            under = QRectF(0, top + metrics.height() + 3, self.width(), _BAR)
            painter.setBrush(shown.color("raised"))
            painter.drawRoundedRect(under, 3, 3)
            if length > 0:
                under.setWidth(max(length * self.width(), 3.0))
                painter.setBrush(shown.color(bar.role))
                painter.drawRoundedRect(under, 3, 3)
        painter.end()
