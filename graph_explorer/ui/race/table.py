"""The race as a table, which is also its text twin: a row a path, to sort, to copy, and to hear.

The one rule: the numbers are those of the step that is shown; how a path ended is said as such.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.document import Document
from graph_explorer.lab.descent import Path
from graph_explorer.ui.race.chip import marker_icon
from graph_explorer.ui.race.wording import OUTCOMES, number_text, path_title, point_text, why
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths, show_chosen

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = ("Method", "Step", "Evaluations", "Loss", "Gradient", "To a minimum", "Outcome", "Why")
_METHOD, _STEP, _EVALUATIONS, _LOSS, _GRADIENT, _DISTANCE, _OUTCOME, _WHY = range(len(COLUMNS))
_NUMBERS = range(_STEP, _OUTCOME)
_HINTS = (
    "The method and its settings",
    "The step that is shown",
    "How often the function was evaluated up to there; a Hessian counts as many as there are coordinates",
    "The loss there",
    "The length of the gradient there",
    "How far it is to the nearest minimum that the document knows",
    "How the whole path ended",
    "Why it is said to have ended so; standing still is not arriving",
)
#: In letters. Those that a person compares fit beside one another into a window of 1280 pixels.
_WIDTHS = (22, 5, 10, 11, 11, 11, 14, 40)
_ROLES = {"converged": "success", "diverged": "error", "left": "warning", "running": "muted"}


def known_minima(document: Document | None, axes: tuple[str, str] | None) -> tuple[tuple[float, float], ...]:
    """The minima that the document knows on these axes."""
    own = document.surface if document is not None else None
    return own.minima if own is not None and axes in (None, own.axes) else ()


class PathModel(QAbstractTableModel):
    """One row a path of an entry that is shown, in the order of a column."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        #: which paths the rows show
        self.rows: list[int] = []
        self._by, self._down = _METHOD, False
        self._distances: dict[int, Any] = {}

    def show(self, now: State) -> None:
        """Shows the paths of this state; the same number of rows stay where they are."""
        before, self.state = self.state, now
        if before.paths is not now.paths:
            self._distances = {}
        rows = [k for k in range(len(now.paths)) if now.race.entries[now.race.of(k)[0]].shown]
        if sorted(rows) == sorted(self.rows) and self._by in (_METHOD, _STEP):
            self._tell()
        elif sorted(rows) == sorted(self.rows):
            self._arrange(self.rows)
            self._tell()
        else:
            self.beginResetModel()
            self._arrange(rows)
            self.endResetModel()

    def _tell(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._down = column, order is Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._arrange(self.rows)
        self.endResetModel()

    def _arrange(self, rows: list[int]) -> None:
        found = sorted(rows)
        if self._by != _METHOD:
            found.sort(key=lambda place: self._sorts_by(place, self._by))
        self.rows = found[::-1] if self._down else found

    # ── numbers ───────────────────────────────────────────────────────────────────────────────

    def _path(self, place: int) -> tuple[Path, int]:
        path = self.state.paths[place]
        return path, self.state.race.reached(path)

    def number(self, place: int, column: int) -> float:
        """The number of a cell that holds one."""
        path, step = self._path(place)
        if column == _STEP:
            return step
        if column == _EVALUATIONS:
            return int(path.evaluations[step])
        if column == _LOSS:
            return float(path.losses[step])
        if column == _GRADIENT:
            return float(np.linalg.norm(path.gradients[step]))
        if place not in self._distances:
            self._distances[place] = path.distances(known_minima(self.state.document, self.state.axes))
        return float(self._distances[place][step])

    def _sorts_by(self, place: int, column: int) -> Any:
        if column in (_OUTCOME, _WHY):
            return self.text(place, column)
        number = self.number(place, column)
        return np.inf if np.isnan(number) else number

    def text(self, place: int, column: int) -> str:
        """What stands in a cell."""
        path, _ = self._path(place)
        if column == _METHOD:
            return path_title(self.state.race, place)
        if column == _OUTCOME:
            return OUTCOMES[path.outcome]
        if column == _WHY:
            return why(path, self.state.race)
        number = self.number(place, column)
        if column in (_STEP, _EVALUATIONS):
            return f"{number:,.0f}".replace(",", "\u2009")
        return number_text(number, 5)

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, COLUMNS, _HINTS, _NUMBERS)

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        place, column = self.rows[index.row()], index.column()
        if place >= len(self.state.paths):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(place, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.text(place, _WHY if column == _OUTCOME else column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self.text(place, column)
            return said if column == _METHOD else f"{COLUMNS[column]}: {said}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return RIGHT
        if role == Qt.ItemDataRole.DecorationRole and column == _METHOD:
            entry = self.state.race.entries[self.state.race.of(place)[0]]
            return marker_icon(entry.colour, self.state.theme)
        if role == Qt.ItemDataRole.ForegroundRole and column == _OUTCOME:
            return theme(self.state.theme).color(_ROLES[self.state.paths[place].outcome])
        return None


class PathTable(QTableView):
    """The table."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.paths = PathModel()
        self.setObjectName("race_table")
        self.setAccessibleName("Paths of the race with their numbers")
        self.setModel(self.paths)
        self.setSortingEnabled(True)
        self.sortByColumn(_METHOD, Qt.SortOrder.AscendingOrder)
        read_by_rows(self)
        set_widths(self, _WIDTHS)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # a title ends with the start
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.moveSection(_GRADIENT, _OUTCOME)  # to where there is less need of seeing it at once
        self.selectionModel().currentRowChanged.connect(self._select)

    def show_state(self, now: State) -> None:
        self.paths.show(now)
        rows = self.paths.rows
        show_chosen(self, rows.index(now.race.path) if now.race.path in rows else None)

    def _select(self, index: QModelIndex) -> None:
        if index.isValid():
            entry, start = self.session.state.race.of(self.paths.rows[index.row()])
            self.session.racer.set(selected=entry, start=start)

    # ── copying ───────────────────────────────────────────────────────────────────────────────

    def as_text(self, separator: str = "\t") -> str:
        """The whole table, a line a row; what would be mistaken for a separator is quoted."""
        columns = ("Start", *COLUMNS[1:])
        lines: list[tuple[str, ...]] = [("Settings", *columns)]
        for place in self.paths.rows:
            entry, start = self.paths.state.race.of(place)
            race = self.paths.state.race
            numbers = [f"{self.paths.number(place, column):.17g}" for column in _NUMBERS]
            words = [self.paths.text(place, column) for column in (_OUTCOME, _WHY)]
            lines.append((race.entries[entry].text, point_text(race.starts[start]), *numbers, *words))
        return "\n".join(separator.join(_quoted(cell, separator) for cell in line) for line in lines) + "\n"

    def copy(self, separator: str = "\t") -> None:
        """Puts the whole table on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_text(separator))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)


def _quoted(cell: str, separator: str) -> str:
    if separator in cell or '"' in cell or "\n" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell
