"""The rows of the list of sizes: groups first, then nodes, in the order of any column.

The one rule: numbers stay in arrays; sorting and filtering make a list of places, and a cell is made
into text when it is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.health import Health, Measures
from graph_explorer.engine.notation import number
from graph_explorer.ui.health.heats import group_ratios
from graph_explorer.ui.theme import theme

Floats = NDArray[np.float64]
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

#: The role under which a cell gives the length of its bar, from 0 to 1; None for no bar.
BAR = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class Column:
    """A column of numbers: its title, what it means, and the role of its colour."""

    title: str
    hint: str
    role: str


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "gradient": Column("Gradient", "The norm of the gradient, on a logarithmic scale", "gradient"),
        "value": Column("Value", "The norm of the value, on a logarithmic scale", "value"),
        "ratio": Column(
            "Update", "The length of one update as a share of the weights: 0.001 is usual", "parameter"
        ),
        "change": Column("Change", "By how much the value differs from the kept run", "output"),
        "gradient_change": Column(
            "Change of ∂", "By how much the gradient differs from the kept run", "output"
        ),
    }
)
_NAME = 0


@dataclass(frozen=True)
class Sheet:
    """What the rows are made of: names, groups first, the place of each, and its numbers by column.

    `lengths` are those of the bars of the numbers, `said` is what a filter looks through.
    """

    names: tuple[str, ...]
    groups: int
    places: NDArray[np.int64]
    numbers: Mapping[str, Floats]
    lengths: Mapping[str, Floats]
    said: tuple[str, ...]
    number_of: Mapping[str, int]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.numbers)


def sheet_of(health: Health, apart: Difference | None) -> Sheet:
    """The rows of a run: its groups, then all nodes but constants."""
    measures, graph = health.measures, health.trace.graph
    nodes = [node for node in graph if node.op != "constant"]
    groups = measures.groups
    places = np.array(
        [place for place, _ in groups.values()] + [measures.place(node.id) for node in nodes], dtype=np.int64
    )
    ratio = health.rate * measures.pace[places]
    ratio[: len(groups)] = list(group_ratios(health).values())
    numbers = {
        "gradient": measures.gradients.norm[places],
        "value": measures.values.norm[places],
        "ratio": ratio,
    }
    if apart is not None and apart.now is health.trace:
        numbers["change"] = apart.values.relative[places]
        numbers["gradient_change"] = apart.gradients.relative[places]
    names = (*groups, *(node.id for node in nodes))
    said = (
        *(f"{path} group".lower() for path in groups),
        *(f"{n.id} {n.op} {n.caption}".lower() for n in nodes),
    )
    return Sheet(
        names,
        len(groups),
        places,
        MappingProxyType(numbers),
        MappingProxyType({name: bars(column) for name, column in numbers.items()}),
        said,
        {name: number for number, name in enumerate(names)},
    )


class SizeModel(QAbstractTableModel):
    """The rows as Qt asks for them."""

    def __init__(self) -> None:
        super().__init__()
        self.health: Health | None = None
        self.sheet: Sheet | None = None
        self.rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.theme_name = "light"
        self._row_of = self.rows
        self._typed = ""
        self._by, self._down = "", False

    def show(self, health: Health | None, sheet: Sheet | None, theme_name: str) -> None:
        """Shows the sizes of another run: its health, and the sheet of that."""
        self.beginResetModel()
        self.theme_name = theme_name
        self.health, self.sheet = health, sheet
        self._arrange()
        self.endResetModel()

    def filter(self, typed: str) -> None:
        """Shows the rows whose name, operation or caption has every typed word."""
        self.beginResetModel()
        self._typed = typed
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts groups among groups and nodes among nodes; what has no number comes last."""
        self.beginResetModel()
        names = self.sheet.columns if self.sheet is not None else tuple(COLUMNS)
        self._by = "" if column <= _NAME else names[column - 1] if column <= len(names) else ""
        self._down = order is Qt.SortOrder.DescendingOrder
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        sheet = self.sheet
        if sheet is None:
            self.rows = self._row_of = np.zeros(0, dtype=np.int64)
            return
        chosen = np.ones(len(sheet.names), dtype=bool)
        for word in self._typed.lower().split():
            chosen &= [word in said for said in sheet.said]
        order = np.arange(len(sheet.names))
        if self._by in sheet.numbers:
            keys = sheet.numbers[self._by].copy()
            missing = np.isnan(keys) & ~self._undefined(self._by)
            keys[np.isnan(keys)] = np.inf  # no number is worse than any number
            keys = -keys if self._down else keys
            order = np.lexsort((order, keys, missing, order >= sheet.groups))
        elif self._down:
            order = np.concatenate([order[: sheet.groups][::-1], order[sheet.groups :][::-1]])
        self.rows = order[chosen[order]]
        self._row_of = np.full(len(sheet.names), -1)
        self._row_of[self.rows] = np.arange(len(self.rows))

    def _undefined(self, column: str) -> NDArray[np.bool_]:
        """Which rows of a column are NaN because their array holds NaN, not because it is not there."""
        assert self.sheet is not None
        assert self.health is not None
        sizes = self.health.measures.gradients if column == "gradient" else self.health.measures.values
        if column not in ("gradient", "value"):
            return np.zeros(len(self.sheet.names), dtype=bool)
        return np.asarray(sizes.undefined[self.sheet.places] > 0)

    def row_of(self, name: str) -> int:
        """The row of a node or group, −1 where it is not among them."""
        number = self.sheet.number_of.get(name) if self.sheet is not None else None
        return int(self._row_of[number]) if number is not None else -1

    def name(self, row: int) -> str:
        """The node or group of a row."""
        assert self.sheet is not None
        return self.sheet.names[int(self.rows[row])]

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 1 + (len(self.sheet.columns) if self.sheet is not None else 3)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        columns = self.sheet.columns if self.sheet is not None else tuple(COLUMNS)[:3]
        if role == Qt.ItemDataRole.DisplayRole:
            return "Node or group" if section == _NAME else COLUMNS[columns[section - 1]].title
        if role == Qt.ItemDataRole.ToolTipRole and section != _NAME:
            return COLUMNS[columns[section - 1]].hint
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or self.sheet is None:
            return None
        place = int(self.rows[index.row()])
        name = self.sheet.names[place]
        if index.column() == _NAME:
            return self._name_data(place, name, role)
        column = self.sheet.columns[index.column() - 1]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(place, column)
        if role == BAR:
            length = float(self.sheet.lengths[column][place])
            return None if math.isnan(length) else length
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[column].title} of {name}: {self.text(place, column) or 'none'}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._told(place)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme(self.theme_name).color(COLUMNS[column].role)
        return None

    def _name_data(self, place: int, name: str, role: int) -> Any:
        assert self.sheet is not None
        group = place < self.sheet.groups
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"▸ {name}" if group and role == Qt.ItemDataRole.DisplayRole else name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._told(place)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme(self.theme_name).color("muted" if group else "text")
        return None

    def text(self, place: int, column: str) -> str:
        """What stands in a cell; empty where there is no number."""
        assert self.sheet is not None
        found = float(self.sheet.numbers[column][place])
        if math.isnan(found):
            return "nan" if self._undefined(column)[place] else ""
        return number(found, 3)

    def _told(self, place: int) -> str:
        """All sizes of a row, a line for its value and one for its gradient."""
        assert self.sheet is not None
        assert self.health is not None
        return "\n".join(
            [self.sheet.names[place], *_lines(self.health.measures, int(self.sheet.places[place]))]
        )


def _lines(measures: Measures, place: int) -> list[str]:
    lines = []
    for what, sizes in (("value", measures.values), ("gradient", measures.gradients)):
        if sizes.known[place]:
            lines.append(
                f"{what}: norm {number(sizes.norm[place])}, typical entry {number(sizes.rms[place])}, "
                f"largest {number(sizes.largest[place])}, {100 * sizes.zeros[place]:.3g} % zeros"
            )
    return lines


def bars(numbers: Floats) -> Floats:
    """Lengths from 0 to 1 on a logarithmic scale from the smallest to the largest; NaN for no bar."""
    found = np.full(len(numbers), np.nan)
    positive = np.isfinite(numbers) & (numbers > 0)
    if positive.any():
        logs = np.log10(numbers[positive])
        low = min(float(logs.min()), float(logs.max()) - 1.0)
        found[positive] = 0.04 + 0.96 * (logs - low) / (float(logs.max()) - low)
    found[np.isinf(numbers)] = 1.0
    return found
