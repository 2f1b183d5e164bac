"""The table of panels: what stands around the graph, where, and how it is reached.

The one rule: a panel is one row here and one class in `ui/panels`; the workbench and the menus read
this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "right", "bottom"]


@dataclass(frozen=True)
class Dock:
    """A panel's place: `side` of the graph, the dock `behind` which it is a tab, keys that go there.

    It comes to the front with its `view`, and the one before it when that view goes.
    """

    name: str
    title: str
    hint: str
    side: Side
    keys: str
    behind: str = ""
    view: str = ""


DOCKS: tuple[Dock, ...] = (
    Dock("description", "About", "What this document shows, and what to do with it", "left", "Ctrl+Shift+D"),
    Dock(
        "outline",
        "Outline",
        "Groups and nodes as a list, with their numbers",
        "left",
        "Ctrl+2",
        "description",
    ),
    Dock("library", "Library", "Examples and recent files", "left", "Ctrl+3", "description"),
    Dock("inspector", "Inspector", "All numbers of the selected node or edge", "right", "Ctrl+4"),
    Dock("acts", "By hand", "The four acts: forward, backward, update, zero", "right", "Ctrl+5", "inspector"),
    Dock("cost", "Cost", "How much work this backward pass is", "right", "Ctrl+6", "inspector"),
    Dock(
        "health",
        "Health",
        "What is ill in this run, and how large every gradient is",
        "right",
        "Ctrl+Shift+H",
        "inspector",
    ),
    Dock("table", "Numbers", "All nodes as a table", "right", "Ctrl+7", "inspector"),
    Dock(
        "race",
        "Race",
        "Which optimizers run on this document's surface, and how they are set",
        "right",
        "Ctrl+Shift+R",
        "inspector",
        "surface",
    ),
    Dock("program", "Program", "The text of the program", "bottom", "Ctrl+8"),
    Dock("timeline", "Timeline", "Every step of the run, and what happens in it", "bottom", "Ctrl+9"),
    Dock(
        "curves",
        "Curves",
        "Loss and gradient of every path of the race, step by step",
        "bottom",
        "Ctrl+Shift+L",
        "timeline",
        "surface",
    ),
)
