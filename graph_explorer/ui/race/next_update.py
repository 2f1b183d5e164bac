"""The next update of one parameter, for the inspector: the rule of the selected path with its numbers.

The one rule: it is shown only while the document stands at the shown point of that path, since only
then is it the update of these numbers.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from graph_explorer.lab.directions import Entry
from graph_explorer.lab.path import Path
from graph_explorer.ui.race.place import point_on
from graph_explorer.ui.race.rule import UpdateRule
from graph_explorer.ui.race.wording import path_title
from graph_explorer.ui.session import State
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label


class NextUpdate(Section):
    """A section of the inspector's page of a parameter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("inspector_update", "Next update", parent)
        self.path = Label("", "muted")
        self.rule = UpdateRule("inspector_update_rule")
        self.add(self.path)
        self.add(self.rule)
        self.hide()

    def show_node(self, now: State, name: str) -> None:
        """Shows the update of the parameter `name`, if the selected path leads on from here."""
        axes = _axes_of(now, name)
        race = now.race
        path = now.paths[race.path] if race.path < len(now.paths) else None
        step = race.reached(path) if path is not None else 0
        there = path is not None and step < path.steps and bool(axes) and _stands_at(now, path, step)
        self.setVisible(there)
        if there and path is not None:
            self.show_title("Next update", remark=f"step {step + 1}")
            self.path.show_text(path_title(race, race.path))
            self.rule.show_step(path, step + 1, axes, now.theme)


def _stands_at(now: State, path: Path, step: int) -> bool:
    """Whether the document is at this step of the path, which is still one of the race.

    The state knows both only while someone looks at the race, so it is looked up.
    """
    entry = now.race.entries[now.race.selected]
    if now.surface is None or now.document is None or str(path.settings) != str(entry.settings):
        return False
    return point_on(now.surface, now.document) == tuple(path.points[step])


def _axes_of(now: State, name: str) -> list[tuple[int, str]]:
    """The axes of the surface that are this parameter, or a number of it."""
    axes = now.surface.axes if now.surface is not None else ()
    return [(k, axis.label) for k, axis in enumerate(axes) if isinstance(axis, Entry) and axis.name == name]
