"""The page of the methods: a card for each entry, what can be added, and the course.

The one rule: cards are made once and shown again; there are as many as the race has entries.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from graph_explorer.lab.optimizers import METHODS, Method
from graph_explorer.ui.race.card import EntryCard
from graph_explorer.ui.race.course import Course
from graph_explorer.ui.race.search import find_best_rates
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Label

_NONE = "No method runs. Add one above."
#: The kinds of methods, as the menu divides them.
_KINDS = (
    ("gradient", "Follow the gradient"),
    ("line search", "Search along a line"),
    ("hessian", "Use the curvature"),
)


class Entries(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("race_entries")
        self.cards: list[EntryCard] = []
        self.none = Label(_NONE, "muted")
        self.course = Course(session)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(5)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addLayout(self._make_buttons())
        box.addWidget(self.none)
        box.addLayout(self._cards)
        box.addWidget(self.course)

    def _make_buttons(self) -> QHBoxLayout:
        self.add = QPushButton("Add a method")
        self.add.setObjectName("race_add")
        self.add.setToolTip("Choose one of all methods")
        self.menu = QMenu(self.add)
        self.menu.setObjectName("race_add_menu")
        self.menu.setToolTipsVisible(True)
        for kind, title in _KINDS:
            self.menu.addSection(title)
            for method in METHODS.values():
                if method.kind == kind:
                    self._offer(method)
        self.add.setMenu(self.menu)
        line = QHBoxLayout()
        line.setSpacing(6)
        self.best = QPushButton("Best rate for each")
        self.best.setObjectName("race_best")
        self.best.setAccessibleName("Best learning rate for each")
        self.best.setToolTip(
            "Look for the learning rate with which each method ends lowest, all with the same number of\n"
            "evaluations; cards and legend then say that it was done"
        )
        self.best.clicked.connect(lambda: find_best_rates(self.session))
        line.addWidget(self.add)
        line.addWidget(self.best)
        line.addStretch(1)
        return line

    def _offer(self, method: Method) -> None:
        offered = self.menu.addAction(method.title)
        offered.setObjectName(f"race_add_{method.name}")
        offered.setToolTip(f"{method.summary}\n{method.reference}")
        offered.triggered.connect(lambda: self.session.racer.add_method(method.name))

    def show_state(self, now: State) -> None:
        race = now.race
        while len(self.cards) < len(race.entries):
            self.cards.append(EntryCard(self.session, len(self.cards)))
            self._cards.addWidget(self.cards[-1])
        for place, card in enumerate(self.cards):
            card.setVisible(place < len(race.entries))
            if place < len(race.entries):
                card.show_entry(race.entries[place], place == race.selected, now.theme)
        self.none.setVisible(not race.entries)
        self.best.setEnabled(bool(race.entries))
        self.course.show_course(now)
