"""Rows of written arithmetic: a sign, what it is, where it comes from, and the number, all in columns.

The one rule: rows are made once and shown again, so that a step costs no new widgets; each says in
one accessible name all that its columns say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from graph_explorer.ui.widgets.text import Elided, Link, line

#: Narrower than this many letters, details are left to the tooltip.
_ROOM_FOR_DETAIL = 34
#: More rows than this are not shown one by one.
MOST = 40


@dataclass(frozen=True)
class Row:
    """One row. `go` is called when its label is clicked; `total` draws a line above it.

    `role` is the colour of the number, "muted" for what is not known yet.
    """

    label: str
    number: str = ""
    sign: str = ""
    detail: str = ""
    role: str = "value"
    hint: str = ""
    go: Callable[[], None] | None = None
    total: bool = False


@dataclass(frozen=True)
class Made(Sequence[Row]):
    """Rows about names, made when they are looked at: of tens of thousands a few are shown."""

    names: Sequence[str]
    make: Callable[[str], Row]

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self.make(name) for name in self.names[place]]
        return self.make(self.names[place])


class _Shown:
    """The widgets of one row in the grid."""

    def __init__(self, name: str, grid: QGridLayout, place: int) -> None:
        self.rule = line("sum")
        self.sign = Elided("")
        self.sign.setFixedWidth(14)
        self.link = Link("", f"{name}_{place}")
        self.label = Elided("", mode=Qt.TextElideMode.ElideMiddle)
        self.label.setContentsMargins(3, 0, 0, 0)  # as far in as the text of a link
        self.detail = Elided("", role="muted", least=0.55)
        self.detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.number = Elided("")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.number.setObjectName(f"{name}_{place}_number")
        self.row = Row("")
        self.link.clicked.connect(self._go)
        grid.addWidget(self.rule, 2 * place, 0, 1, 4)
        for column, widget in enumerate((self.sign, self.link, self.detail, self.number)):
            grid.addWidget(widget, 2 * place + 1, column)
        grid.addWidget(self.label, 2 * place + 1, 1)

    def _go(self) -> None:
        if self.row.go is not None:
            self.row.go()

    def show(self, row: Row | None, roomy: bool) -> None:
        self.row = row or Row("")
        here = row is not None
        goes = self.row.go is not None
        self.rule.setVisible(here and self.row.total)
        self.sign.setVisible(here)
        self.link.setVisible(here and goes)
        self.label.setVisible(here and not goes)
        self.detail.setVisible(here and roomy)
        self.number.setVisible(here)
        if row is None:
            return
        self.sign.show_text(row.sign)
        parts = [row.sign, row.label, row.detail, f"= {row.number}" if row.number else ""]
        spoken = " ".join(part for part in parts if part)
        hint = "\n".join(part for part in ("" if roomy else row.detail, row.hint) if part)
        self.link.show_text(row.label, hint, spoken)
        self.label.show_text(row.label)
        self.detail.show_text(row.detail)
        if self.number.property("role") != row.role:
            self.number.setProperty("role", row.role)
            self.number.style().unpolish(self.number)
            self.number.style().polish(self.number)
        self.number.show_text(row.number)
        self.number.setMinimumWidth(self.number.sizeHint().width())


class Rows(QWidget):
    """A list of rows in columns."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.rows: Sequence[Row] = ()
        self._shown: list[_Shown] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(2, 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows these rows; of very many the first ones, and how many more there are."""
        shown = list(rows[:MOST])
        if len(rows) > MOST:
            left = len(rows) - MOST
            shown = [*rows[: MOST - 1], Row(f"and {left} more", sign="…"), rows[-1]]
        self.rows = rows
        while len(self._shown) < len(shown):
            self._shown.append(_Shown(self.objectName(), self._grid, len(self._shown)))
        self._draw(shown)
        self.setVisible(bool(rows))

    def _draw(self, shown: Sequence[Row]) -> None:
        self._drawn = tuple(shown)
        roomy = self.width() > _ROOM_FOR_DETAIL * self.fontMetrics().averageCharWidth()
        self._roomy = roomy
        for place, widgets in enumerate(self._shown):
            widgets.show(shown[place] if place < len(shown) else None, roomy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() > _ROOM_FOR_DETAIL * self.fontMetrics().averageCharWidth()
        if self.rows and roomy != self._roomy:
            self._draw(self._drawn)
