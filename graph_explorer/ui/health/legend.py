"""The legend of heat on the graph: what is shown, on which scale, and what can be chosen instead.

The one rule: the strip is made of the colours that the cards have, with the numbers at its ends; what is
not on the scale (zero, no number) stands beside it as it looks on a card.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from graph_explorer.engine.notation import number, raised
from graph_explorer.ui.health.heats import (
    EDIT_LEVELS,
    EDITS,
    LOWEST,
    STEPS,
    WRONG,
    ZERO,
    Floats,
    Kinds,
    Scale,
    group_numbers,
    heat_colors,
    shown_by,
)
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.overlay import Overlay
from graph_explorer.ui.widgets.text import Label

_WIDE, _HIGH = 216, 11
#: Marks for powers of ten are written as long as there are no more than this.
_MOST_MARKS = 6
#: A scale of fewer powers of ten than this gets marks between them.
_SHORT = 2.5

_NOT_YET = "A card is coloured once the backward pass has reached it."
#: So many nodes that are gone are named.
_NAMED = 6
_NOTHING_KEPT = "Keep a run first, then change something: the graph shows what differs."


def _power(digit: int, exponent: int) -> str:
    """A digit times a power of ten: 0.05, 20, 10⁻⁷."""
    if -3 < exponent < 3:
        return f"{digit * 10.0**exponent:g}"
    return ("" if digit == 1 else f"{digit}·") + f"10{raised(exponent)}"


class Strip(QWidget):
    """The colours from low to high, with powers of ten below, and the levels that are no points of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("heat_strip")
        self.setAccessibleName("Scale of the heat")
        self.scale: Scale | Kinds = Scale(0.1, 1.0)
        self.others: tuple[tuple[int, str], ...] = ()
        self.theme_name = "light"

    def show_scale(self, scale: Scale | Kinds, others: tuple[tuple[int, str], ...], theme_name: str) -> None:
        """Shows another scale, and below it other levels with what they mean; those alone for kinds."""
        self.scale, self.others, self.theme_name = scale, others, theme_name
        self.updateGeometry()
        ends = ("dark", "bright") if theme(theme_name).dark else ("pale", "dark")
        self.setAccessibleDescription(
            f"Logarithmic, from {number(scale.low, 2)}, {ends[0]}, to {number(scale.high, 2)}, {ends[1]}"
            if isinstance(scale, Scale)
            else ", ".join(text for _, text in others)
        )
        self.update()

    def _rows(self) -> list[list[tuple[int, str]]]:
        """The other levels, as many in a row as fit."""
        rows: list[list[tuple[int, str]]] = []
        left = 0
        for level, text in self.others:
            wide = _HIGH + 5 + self.fontMetrics().horizontalAdvance(text) + 18
            if not rows or left < wide - 18:
                rows.append([])
                left = _WIDE
            rows[-1].append((level, text))
            left -= wide
        return rows

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height() + 5
        scale = _HIGH + line if isinstance(self.scale, Scale) else 0
        return QSize(_WIDE, scale + len(self._rows()) * line)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def marks(self) -> list[tuple[float, str]]:
        """Places from 0 to 1 of powers of ten with their texts; of 2 and 5 between them on a short scale."""
        if not isinstance(self.scale, Scale):
            return []
        low, high = math.log10(self.scale.low), math.log10(self.scale.high)
        every = max(1, math.ceil((high - low) / _MOST_MARKS))
        digits = (1, 2, 5) if high - low < _SHORT else (1,)
        powers = range(math.floor(low), math.ceil(high) + 1)
        at = [(math.log10(digit) + k, digit, k) for k in powers if k % every == 0 for digit in digits]
        inside = [row for row in at if low - 1e-9 <= row[0] <= high + 1e-9]
        return [((place - low) / (high - low), _power(digit, k)) for place, digit, k in inside]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0
        if isinstance(self.scale, Scale):
            self._paint_scale(painter)
            top = _HIGH + self.fontMetrics().height() + 8
        self._paint_others(painter, top)
        painter.end()

    def _paint_scale(self, painter: QPainter) -> None:
        shown, metrics, colors = theme(self.theme_name), self.fontMetrics(), heat_colors(self.theme_name)
        wide = self.width() / STEPS
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(STEPS):
            painter.fillRect(QRectF(step * wide, 0, wide + 1, _HIGH), colors[LOWEST + step])
        painter.setPen(shown.color("border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, _HIGH - 1))
        painter.setPen(shown.color("muted"))
        end = -8.0
        for share, text in self.marks():
            x, width = share * self.width(), metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left < end + 8:
                continue
            end = left + width
            painter.drawLine(
                round(min(x, self.width() - 1)), _HIGH, round(min(x, self.width() - 1)), _HIGH + 3
            )
            painter.drawText(round(left), _HIGH + 4 + metrics.ascent(), text)

    def _paint_others(self, painter: QPainter, top: int) -> None:
        shown, metrics, colors = theme(self.theme_name), self.fontMetrics(), heat_colors(self.theme_name)
        for row in self._rows():
            x = 0
            for level, text in row:
                painter.setPen(shown.color("border"))
                painter.setBrush(colors[level])
                painter.drawRect(x, top + (metrics.height() - _HIGH) // 2, _HIGH, _HIGH)
                painter.setPen(shown.color("muted"))
                painter.drawText(x + _HIGH + 5, top + metrics.ascent(), text)
                x += _HIGH + 5 + metrics.horizontalAdvance(text) + 18
            top += metrics.height() + 5


class HeatLegend(Overlay):
    """At the lower left of the graph while there is heat on it."""

    def __init__(self, session: Session, under: QWidget) -> None:
        super().__init__("heat_legend", "Heat on the graph", under)
        self.session = session
        self.choice = QComboBox()
        self.choice.setObjectName("heat_choice")
        self.choice.setAccessibleName("What the heat shows")
        for name, heat in HEATS.items():
            self.choice.addItem(heat.title, name)
            self.choice.setItemData(self.choice.count() - 1, heat.hint, Qt.ItemDataRole.ToolTipRole)
        self.choice.activated.connect(lambda place: session.comparing.set_heat(self.choice.itemData(place)))
        self.close_button = QToolButton()
        self.close_button.setObjectName("heat_off")
        self.close_button.setAccessibleName("No heat")
        self.close_button.setToolTip("No heat on the graph")
        self.close_button.setProperty("look", "small")
        self.close_button.clicked.connect(lambda: session.comparing.set_heat(""))
        self.strip = Strip()
        self.note = Label("", "small")
        self.note.setObjectName("heat_note")
        self.note.setFixedWidth(_WIDE)
        self.to_end = QPushButton("Go to the end of the run")
        self.to_end.setObjectName("heat_to_end")
        self.to_end.setProperty("look", "small")
        self.to_end.clicked.connect(self._go_to_end)
        top = QHBoxLayout()
        top.addWidget(self.choice, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout()
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.strip)
        column.addWidget(self.note)
        column.addWidget(self.to_end, 0, Qt.AlignmentFlag.AlignLeft)
        self.hold(column)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        cared = ("heat", "health", "difference", "trace", "time", "theme", "kept")
        if all(getattr(before, part) is getattr(now, part) for part in cared):
            return
        if before.theme != now.theme or self.close_button.icon().isNull():
            self.close_button.setIcon(icon("close", now.theme, "muted"))
        self.setVisible(bool(now.heat) and now.trace is not None)
        if not now.heat or now.trace is None:
            return
        heat = HEATS[now.heat]
        self.choice.setCurrentIndex(list(HEATS).index(now.heat))
        found = shown_by(now.heat, now.health, now.difference) if now.health is not None else None
        self.strip.setVisible(found is not None)
        if found is not None:
            numbers, scale = found
            there = _others(now, numbers)
            self.strip.show_scale(scale, there, now.theme)
        waits = heat.backward and now.time <= now.trace.forward_length and now.trace.failure is None
        note = "Examining the run …" if now.health is None else _NOTHING_KEPT if found is None else ""
        if not note and heat.compares and now.kept is now.trace:
            note = "This is the kept run itself. Change a value, and the graph shows what differs."
        elif not note and not heat.scaled:
            note = _gone(now)
        self.note.show_text(note or (_NOT_YET if waits else ""))
        self.to_end.setVisible(waits)

    def _go_to_end(self) -> None:
        trace = self.session.state.trace
        if trace is not None:
            self.session.seek(trace.length)


def _others(now: State, numbers: Floats) -> tuple[tuple[int, str], ...]:
    """The levels off the scale that are there, with what they mean."""
    heat = HEATS[now.heat]
    if heat.scaled:
        zero = (ZERO, "unchanged" if heat.compares else "exactly 0", bool((numbers == 0).any()))
        rows = (zero, (WRONG, "NaN or ∞", bool(np.isinf(numbers).any())))
        return tuple((level, text) for level, text, present in rows if present)
    assert now.health is not None
    groups = group_numbers(now.heat, now.health, now.difference).values()
    there = {*np.unique(numbers).tolist(), *groups}
    kinds = [(EDIT_LEVELS[kind], text) for kind, (_, text) in EDITS.items()]
    return (*((level, text) for level, text in kinds if level in there), (ZERO, "not edited"))


def _gone(now: State) -> str:
    """Which nodes of the kept run are not on the graph."""
    names = [edit.before for edit in now.difference.edits if not edit.now] if now.difference else []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Gone: {', '.join(names[:_NAMED])}{more}." if names else ""
