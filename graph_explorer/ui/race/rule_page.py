"""The page of the update rule: the next step of the selected path, line by line with its numbers.

The one rule: it shows the step that leads on from the point that is shown; at the end of a path the
step that led there.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.race.rule import UpdateRule
from graph_explorer.ui.race.wording import path_title, point_text
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Label

_NONE = "No method is selected. Add one on the page of the methods."
_SEARCH = (
    "This method evaluates the function where it likes, so a step is no fixed list of lines. "
    "It used {count} evaluations for this step."
)


class RulePage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("race_rule")
        self.title = Label("", "name_small")
        self.where = Label("", "muted")
        self.search = Label("", "muted")
        self.rule = UpdateRule("race_rule_lines")
        self.reference = Label("", "small")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for widget in (self.title, self.where, self.search, self.rule, self.reference):
            box.addWidget(widget)

    def show_state(self, now: State) -> None:
        race = now.race
        there = race.path < len(now.paths) and now.surface is not None
        self.rule.setVisible(there)
        if not there or now.surface is None:
            self.title.show_text(_NONE)
            for label in (self.where, self.search, self.reference):
                label.show_text("")
            return
        path = now.paths[race.path]
        reached = race.reached(path)
        step = min(reached + 1, path.steps)
        self.title.show_text(path_title(race, race.path))
        if step:
            point = point_text(tuple(path.points[step - 1]))
            which = "The next step" if step > reached else "The last step"
            self.where.show_text(
                f"{which}, number {step}, from {point} to {point_text(tuple(path.points[step]))}"
            )
        else:
            self.where.show_text("It takes no step.")
        method = path.settings.method
        used = int(path.evaluations[step] - path.evaluations[step - 1]) if step else 0
        self.search.show_text(_SEARCH.format(count=used) if method.search is not None and step else "")
        axes = [(k, axis.label) for k, axis in enumerate(now.surface.axes)]
        self.rule.show_step(path, step, axes, now.theme)
        self.reference.show_text(f"{method.summary} {method.reference}.")
