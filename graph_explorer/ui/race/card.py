"""The card of one entry: what it is, its learning rate, and on demand every other knob.

The one rule: a card shows one entry of the race and changes that one; it is made from the method's row
in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.hyperparameters import Value
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.ui.race.chip import Chip
from graph_explorer.ui.race.edit import with_setting
from graph_explorer.ui.race.knobs import NumberKnob
from graph_explorer.ui.race.more import MoreKnobs
from graph_explorer.ui.race.state import Entry
from graph_explorer.ui.race.wording import entry_title, setting_texts
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.text import Elided

_BUTTONS = (
    ("copy", "copy", "Once more", "The same method once more, to give it other settings"),
    ("remove", "close", "Remove", "Take this method out of the race"),
)


class EntryCard(QFrame):
    """The card of the entry at `place`."""

    def __init__(self, session: Session, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.place = session, place
        self.entry: Entry | None = None
        self._theme = ""
        self._method = ""
        self.setObjectName(f"race_entry_{place}")
        self.setProperty("look", "entry")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.chip = Chip(f"race_chip_{place}")
        self.chip.toggled.connect(lambda on: self._change(shown=on))
        self.title = Elided("", "name_small")
        self.detail = Elided("", "small")
        self.buttons: list[tuple[QToolButton, str]] = []
        self.knobs = QGridLayout()
        self.knobs.setContentsMargins(0, 0, 0, 0)
        self.knobs.setHorizontalSpacing(8)
        self.knobs.setVerticalSpacing(2)
        self.knobs.setColumnStretch(2, 1)
        self.rate: NumberKnob | None = None
        self.more = MoreKnobs(f"race_more_{place}", self._try)
        self.more.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 5)
        box.setSpacing(2)
        box.addLayout(self._make_head())
        box.addLayout(self.knobs)
        box.addWidget(self.more)

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.chip)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.detail)
        head.addLayout(names, 1)
        acts: dict[str, Callable[[], None]] = {
            "copy": lambda: self.session.racer.set(self.session.state.race.with_copy(self.place)),
            "remove": lambda: self.session.racer.set(self.session.state.race.without(self.place)),
        }
        for name, drawn, text, hint in _BUTTONS:
            button = self._button(name, drawn, text, hint)
            button.clicked.connect(acts[name])
            head.addWidget(button)
        self.expander = self._button("expand", "right", "All settings", "Every setting of this method")
        self.expander.setCheckable(True)
        self.expander.toggled.connect(self._expand)
        head.insertWidget(0, self.expander)
        return head

    def _button(self, name: str, drawn: str, text: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"race_{name}_{self.place}")
        button.setProperty("look", "small")
        button.setAccessibleName(text)
        button.setToolTip(hint)
        self.buttons.append((button, drawn))
        return button

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_entry(self, entry: Entry, selected: bool, theme_name: str) -> None:
        """Shows the entry; its widgets are made anew only for another method."""
        if bool(self.property("selected")) != selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)
        if entry is self.entry and theme_name == self._theme:
            return
        settings = entry.settings
        if settings.method.name != self._method:
            self._make_rate(settings)
        if theme_name != self._theme:
            self._theme = theme_name
            self._paint_icons()
        self.entry = entry
        title = entry_title(entry)
        self.setAccessibleName(title)
        self.chip.show_entry(title, entry.colour, entry.shown, theme_name)
        self.title.show_text(settings.method.title)
        self.title.setToolTip(f"{settings.method.summary}\n{settings.method.reference}")
        rest = " · ".join(setting_texts(settings, leave_out=("lr",)))
        self.detail.show_text(" · ".join(part for part in (rest, entry.note) if part))
        self.detail.setVisible(bool(rest or entry.note))
        for button, _ in self.buttons:
            button.setAccessibleName(f"{button.accessibleName().partition(':')[0]}: {title}")
        assert self.rate is not None
        self.rate.show_value(settings.values["lr"], theme_name)
        self.more.show_settings(settings, theme_name)

    def _make_rate(self, settings: MethodSettings) -> None:
        while self.knobs.count():
            item = self.knobs.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._method = settings.method.name
        row = settings.method.table["lr"]
        self.rate = NumberKnob(row, f"race_{self.place}", partial(self._set, "lr"))
        self.rate.place(self.knobs, 0)

    def _paint_icons(self) -> None:
        for button, drawn in self.buttons:
            shown = "down" if button is self.expander and self.expander.isChecked() else drawn
            button.setIcon(icon(shown, self._theme, "muted"))

    def _expand(self, on: bool) -> None:
        self.more.setVisible(on)
        self._paint_icons()

    # ── changing ──────────────────────────────────────────────────────────────────────────────

    def _change(self, **parts: object) -> None:
        race = self.session.state.race.with_entry(self.place, **parts)
        self.session.racer.set(race, selected=self.place)

    def _set(self, key: str, value: Value, gesture: str) -> None:
        self._try(lambda settings: with_setting(settings, key, value))

    def _try(self, change: Callable[[MethodSettings], str]) -> None:
        """Changes the settings; where they may not be, says why and shows them as they are."""
        assert self.entry is not None
        try:
            text = change(self.entry.settings)
        except InputError as error:
            self.session.say(str(error))
            settings = self.entry.settings
            assert self.rate is not None
            self.rate.show_value(settings.values["lr"], self._theme)
            self.more.show_settings(settings, self._theme)
            return
        if self.session.state.message:
            self.session.say("")
        if text != self.entry.text:
            self._change(text=text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.session.racer.set(selected=self.place)
