"""The table of actions: everything that can be done from a menu, a key, the toolbar or the palette.

The one rule: a command is one row of a table here, a file a menu or a part of one. Menus, toolbar, command
palette, the page of keys and the tests are made from the whole table.
"""

from __future__ import annotations

from graph_explorer.ui.actions import (
    challenge,
    edit,
    file,
    finding,
    groups,
    helping,
    race,
    step,
    surface,
    training,
    view,
)
from graph_explorer.ui.actions.action import Action, opening
from graph_explorer.ui.actions.race import adding

__all__ = ["ACTIONS", "MENUS", "SUBMENUS", "TOOLBAR", "Action", "adding", "opening"]

ACTIONS: tuple[Action, ...] = (
    *file.FILE, *edit.EDIT, *finding.FIND, *view.VIEW, *groups.GROUPS, *view.VIEWS, *view.PANELS,
    *surface.SURFACE, *view.HEATS, *view.DIRECTIONS, *view.THEMES, *step.STEP, *step.LEARN, *step.COMPARE,
    *challenge.CHALLENGE, *race.RACE, *training.TRAINING, *helping.HELP,
)  # fmt: skip

#: The menus in the order of the bar; submenus with the section of the parent in which they stand.
MENUS: tuple[str, ...] = ("File", "Edit", "View", "Step", "Learn", "Race", "Training", "Challenge", "Help")
SUBMENUS: tuple[tuple[str, int], ...] = (
    ("File/Open recent", 0), ("File/Examples", 0), ("Edit/Find", 1), ("View/Groups", 1),
    ("View/Direction", 1), ("View/Heat", 1), ("View/Theme", 2), ("View/Panels", 2), ("View/Go to", 2),
    ("View/Surface", 2), ("Race/Add a method", 2),
)  # fmt: skip

#: What the toolbar holds: ids of actions, "" a line, ">" what follows stands at the right.
TOOLBAR: tuple[str, ...] = (
    "file.start", "file.open", "file.save", "", "edit.undo", "edit.redo", "",
    "view.fit", "view.zoom_in", "view.zoom_out", "view.collapse", "view.expand", "",
    "step.run_to", "step.breakpoint", "learn.detach", ">",
    "edit.commands", "view.presentation", "help.help",
)  # fmt: skip
