"""The row of tools over the surface: axes, levels, colours and switches.

The one rule: it shows what the session says and changes nothing but the session; where there is no room
for a tool, it is behind the arrow at the end of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QToolBar, QToolButton, QWidget

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.directions import Entry
from graph_explorer.lab.losses import SUBSET
from graph_explorer.surfaces import CHECKPOINTS, FILTER, PRINCIPAL, RANDOM, surface_of
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.surface.caution import plane_kind
from graph_explorer.ui.surface.landscapes import chosen
from graph_explorer.ui.surface.look import COLOUR_MAPS
from graph_explorer.ui.surface.switches import SCALES, SWITCHES, Switch
from graph_explorer.ui.widgets.icons import icon

#: Directions through all parameters: as the fields call them, the axes, and what they are.
_DIRECTIONS: Mapping[str, tuple[tuple[str, str], str]] = {
    "filter-normalised": (FILTER, "Two random directions in which every filter or unit counts alike"),
    "random directions": (RANDOM, "Two random directions through all numbers of all parameters"),
    "principal directions": (
        PRINCIPAL,
        "The plane in which the training moved most; without a training, a descent from here",
    ),
    "through checkpoints": (
        CHECKPOINTS,
        "The plane through start, end and one epoch between: the one looked at, or the middle one",
    ),
}
#: What the loss is taken over, as the field calls it.
_EXAMPLES: Mapping[str, tuple[str, str]] = {
    "training": ("training set", "The mean over all examples that are trained on"),
    "subset": ("part of it", f"The mean over {SUBSET} of the training examples: coarser, and sooner there"),
    "validation": ("validation set", "The mean over the examples that are kept apart"),
    "document": ("own examples", "The few examples that stand in the document itself"),
}
#: Characters that a field of an axis shows, and where both axes are directions.
_NARROW, _WIDE = 5, 16
#: How many entries of one array are listed; any other may be typed.
_LISTED = 64
#: What the levels are called where there is little room.
_SHORT = {"auto": "auto", "linear": "even", "log": "log"}


def candidates(document: Document) -> list[str]:
    """The numbers that may be axes: scalar parameters, entries of larger ones, then inputs."""
    scalars, entries = [], []
    for values in (document.parameters, document.inputs):
        for name, entry in values.items():
            if entry.array.dtype.kind != "f":
                continue
            if entry.array.ndim == 0:
                scalars.append(name)
            else:
                places = zip(np.ndindex(entry.array.shape), range(_LISTED), strict=False)
                entries += [f"{name}[{','.join(map(str, place))}]" for place, _ in places]
    return scalars + entries


class Tools(QToolBar):
    """The row."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Surface tools", parent)
        self.session = session
        self.setObjectName("surface_tools")
        self.setAccessibleName("Surface tools")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.actions_of: dict[str, QAction] = {}
        self._second: list[QAction] = []
        self.axes = [self._axis("x"), self._axis("y")]
        self.addSeparator()
        self.switches: dict[str, QAction] = {}
        self.examples = self._choice(
            "surface_examples", "Examples", [(text, name, hint) for name, (text, hint) in _EXAMPLES.items()]
        )
        self.examples.setToolTip("What the loss is taken over")
        self.examples.activated.connect(lambda: session.landscapes.take_over(self.examples.currentData()))
        for switch in SWITCHES:
            if switch.icon:
                self.switches[switch.part] = self._switch(switch)
        self.scale = self._choice("surface_scale", "Levels", [(_SHORT[v], v, hint) for v, _, hint in SCALES])
        self.colours = self._choice("surface_colours", "Colours", [(t, v, "") for v, t in COLOUR_MAPS])
        self.scale.activated.connect(lambda: self._take(scale=self.scale.currentData()))
        self.colours.activated.connect(lambda: self._take(colours=self.colours.currentData()))
        session.follow(self.show_state)

    def _axis(self, letter: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"surface_axis_{letter}")
        spoken = "Horizontal axis" if letter == "x" else "Vertical axis"
        box.setAccessibleName(spoken)
        box.setToolTip(f"{spoken}: a parameter, or an entry such as W1[0,1]; it can be typed")
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setMinimumContentsLength(_NARROW)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda: self._choose_axes(letter))
        line = box.lineEdit()
        assert line is not None
        line.editingFinished.connect(lambda: self._choose_axes(letter))
        if letter == "y":
            between = QLabel("×")
            between.setProperty("look", "muted")
            between.setContentsMargins(4, 0, 4, 0)
            self._second.append(self.addWidget(between))
        action = self.addWidget(box)
        if letter == "y":
            self._second.append(action)
        return box

    def _choice(self, name: str, spoken: str, rows: list[tuple[str, str, str]]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        for text, value, hint in rows:
            box.addItem(text, value)
            box.setItemData(box.count() - 1, hint, 3)  # the tooltip
        box.setToolTip(spoken)
        self.addSeparator()
        self.actions_of[name] = self.addWidget(box)
        return box

    def _switch(self, switch: Switch) -> QAction:
        made = QAction(switch.text, self)
        made.setObjectName(f"surface_{switch.part}")
        made.setToolTip(f"{switch.text}\n{switch.hint}")
        made.setCheckable(True)
        made.triggered.connect(lambda: self.session.change(look=switch.turned(self.session.state.look)))
        self.addAction(made)
        self.widgetForAction(made).setAccessibleName(switch.text)
        return made

    # ── what a person chooses ─────────────────────────────────────────────────────────────────

    def _take(self, **parts: str) -> None:
        self.session.change(look=replace(self.session.state.look, **parts))  # type: ignore[arg-type]

    def _choose_axes(self, letter: str) -> None:
        state = self.session.state
        texts = [box.currentText().strip() for box in self.axes]
        wanted = texts["xy".index(letter)]
        if state.document is None or texts == self._shown(state):
            return
        if wanted in _DIRECTIONS:
            self._write(self._shown(state))  # until they are found
            self.session.landscapes.choose(_DIRECTIONS[wanted][0])
            return
        if {*_DIRECTIONS, ""} & set(texts):  # from directions back to numbers: the other axis is any other
            other = next((name for name in candidates(state.document) if name != wanted), "")
            texts = [wanted, other] if letter == "x" else [other, wanted]
        try:
            surface_of(state.document, (texts[0], texts[1]))
        except InputError as error:
            self.session.say(str(error))
            self._write(self._shown(state))
            return
        self.session.landscapes.choose((texts[0], texts[1]))

    # ── what is shown ─────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if now.theme != before.theme or before.document is None:
            for switch in SWITCHES:
                if switch.icon:
                    self.switches[switch.part].setIcon(icon(switch.icon, now.theme))
            more = self.findChild(QToolButton, "qt_toolbar_ext_button")
            if isinstance(more, QToolButton):
                more.setIcon(icon("more", now.theme))
        if now.document is None:
            return
        if before.document is None or before.document.leaves.keys() != now.document.leaves.keys():
            self._list(now.document)
        if now.surface is not before.surface or now.document is not before.document:
            self._write(self._shown(now))
            self.actions_of["surface_examples"].setVisible("data" in now.document.training)
            self.examples.setCurrentIndex(self.examples.findData(chosen(now.landscape, now.document)))
        look = now.look
        self.scale.setCurrentIndex(self.scale.findData(look.scale))
        self.colours.setCurrentIndex(self.colours.findData(look.colours))
        for switch in SWITCHES:
            if switch.icon:
                self.switches[switch.part].setChecked(switch.is_on(look))

    def _list(self, document: Document) -> None:
        numbers = candidates(document)
        for box in self.axes:
            box.clear()
            for name, (_, hint) in _DIRECTIONS.items() if document.parameters else ():
                box.addItem(name)
                box.setItemData(box.count() - 1, hint, Qt.ItemDataRole.ToolTipRole)
            box.addItems(numbers)

    @staticmethod
    def _shown(state: State) -> list[str]:
        """What the fields say for the present axes."""
        if state.surface is None:
            return ["", ""]
        labels = [axis.label for axis in state.surface.axes]
        entries = all(isinstance(axis, Entry) for axis in state.surface.axes)
        if entries:
            return labels
        found = plane_kind(state.surface)
        return [next((name for name, (axes, _) in _DIRECTIONS.items() if axes == found), "")] * 2

    def _write(self, texts: list[str]) -> None:
        """Fills the fields: one, wider, where both axes are directions of one kind."""
        both = texts[0] in _DIRECTIONS
        for action in self._second:
            action.setVisible(not both)
        self.axes[0].setMinimumContentsLength(_WIDE if both else _NARROW)
        for box, text in zip(self.axes, texts, strict=True):
            box.setEditText(text)
            line = box.lineEdit()
            assert line is not None
            line.setCursorPosition(0)
