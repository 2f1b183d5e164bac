"""Choosing a set: a generated one with its settings, one that ships with a library, or a file of one's own.

The one rule: a choice is an edit of the document's `[training]` table, and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.data import BUNDLED, FILES
from graph_explorer.lab.generated import GENERATORS
from graph_explorer.lab.hyperparameters import Value, read_pairs, split, write_value
from graph_explorer.ui.race.knobs import Knob, knob_for
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.ask import WhichFile
from graph_explorer.ui.widgets.text import Label

#: What the sets of the library hold.
_ABOUT: Mapping[str, str] = {
    "digits": "1,797 pictures of handwritten digits, 8 × 8 points of 0 to 16",
    "iris": "150 irises: length and width of their sepals and petals, and which of three kinds",
    "wine": "178 wines: thirteen numbers of a chemist, and which of three growers",
    "diabetes": "442 patients: ten numbers, standardised, and how the illness went on in a year",
}
_OWN = "A file of your own: each line, or each row of an array, is an example"
_FILTERS = ("Tables and arrays (*.csv *.npz)",)
_UNSAVED = "Save the document first; the file is then looked for beside it."
_OUTSIDE = "'{}' lies outside the folder of the document; put it beside the document."


class SetChoice(QWidget):
    """The list of sets, and below it the settings of the one that is chosen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("data_choice")
        self.knobs: dict[str, Knob] = {}
        self._shown = ""
        self.list = QComboBox()
        self.list.setObjectName("data_set")
        self.list.setAccessibleName("Set of examples")
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for name, row in GENERATORS.items():
            self._add(name, f"{row.title} ({name})", row.title)
        self.list.insertSeparator(self.list.count())
        for name in BUNDLED:
            self._add(name, f"{name}, from scikit-learn", _ABOUT[name])
        self.list.activated.connect(lambda place: self.choose(str(self.list.itemData(place))))
        self.file = QPushButton("Open a file…")
        self.file.setObjectName("data_file")
        self.file.setAccessibleName("Open a file of examples")
        self.file.setToolTip(f"{_OWN}: .csv or .npz. Files can also be dropped here")
        self.file.clicked.connect(self.ask_file)
        self.about = Label("", "muted")
        self.about.setObjectName("data_about")
        self.settings = QWidget()
        self.grid = QGridLayout(self.settings)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(2)
        self.grid.setColumnStretch(2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.list, self.about, self.settings):
            column.addWidget(widget)
        column.addWidget(self.file, 0, Qt.AlignmentFlag.AlignLeft)

    def _add(self, name: str, text: str, about: str) -> None:
        self.list.addItem(text, name)
        self.list.setItemData(self.list.count() - 1, about, Qt.ItemDataRole.ToolTipRole)

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def choose(self, data: str, merge: str = "") -> None:
        """Trains on another set; what is wrong with its settings is said."""
        table = {**self.session.latest.training, "data": data}
        self.session.trainer.set_up(table, f"Train on {split(data)[0]}", merge)
        self.show_set(self.session.state)

    def _set(self, key: str, value: Value, gesture: str) -> None:
        name, _ = split(self._shown)
        rows = {row.name: row for row in GENERATORS[name].settings}
        given = self._given(name) | {key: value}
        pairs = [f"{k}={write_value(v)}" for k, v in given.items() if v != rows[k].default]
        self.choose(f"{name}:{','.join(pairs)}" if pairs else name, f"{key} {gesture}")

    def ask_file(self) -> None:
        """Asks for a table or arrays."""
        folder = self.session.latest.path
        if folder is None:
            self.session.say(_UNSAVED)
            return
        found = WhichFile.ask(self, folder.parent, _FILTERS)
        if found is not None:
            self.take_file(found)

    def take_file(self, path: Path) -> None:
        """Trains on a file that lies in the document's folder."""
        document = self.session.latest.path
        if document is None:
            self.session.say(_UNSAVED)
        elif not path.resolve().is_relative_to(document.parent.resolve()):
            self.session.say(_OUTSIDE.format(path.name))
        else:
            self.choose(path.resolve().relative_to(document.parent.resolve()).as_posix())

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_set(self, now: State) -> None:
        """Shows the set of the document."""
        data = str(now.document.training.get("data", "")) if now.document is not None else ""
        name = data if is_file(data) else split(data)[0] if data else ""
        if name != (self._shown if is_file(self._shown) else split(self._shown)[0] if self._shown else ""):
            self._show_kind(name)
        self._shown = data
        if name in GENERATORS:
            values = {row.name: row.default for row in GENERATORS[name].settings} | self._given(name)
            for key, knob in self.knobs.items():
                knob.show_value(values[key], now.theme)

    def _given(self, name: str) -> dict[str, Value]:
        """The settings that the text gives."""
        try:
            pairs = split(self._shown)[1]
            return read_pairs(self._shown, name, pairs, {row.name: row for row in GENERATORS[name].settings})
        except InputError:
            return {}

    def _show_kind(self, name: str) -> None:
        """Another set is chosen: its place in the list, what it is, and its settings."""
        blocker = QSignalBlocker(self.list)
        known = self.list.findData(name)
        own = next((k for k in range(self.list.count()) if is_file(str(self.list.itemData(k) or ""))), -1)
        if own >= 0 and own != known:
            self.list.removeItem(own)
        if known < 0 and name:
            self.list.insertItem(0, name, name)
        self.list.setCurrentIndex(self.list.findData(name) if name else -1)
        blocker.unblock()
        row = GENERATORS.get(name)
        self.about.show_text((row.reference if row else _ABOUT.get(name, _OWN)) if name else "")
        while self.grid.count():
            item = self.grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.knobs = {}
        at = 0
        for setting in row.settings if row is not None else ():
            knob = self.knobs[setting.name] = knob_for(setting, "data", partial(self._set, setting.name))
            at = knob.place(self.grid, at)
        self.settings.setVisible(row is not None)


def is_file(data: str) -> bool:
    """Whether a set is a file of one's own."""
    return data.lower().endswith(FILES)
