"""The menu at a point of the surface, and what the marks are called.

The one rule: each line says what it does to the point that one has pressed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from graph_explorer.ui.surface.paint_marks import Pointed

if TYPE_CHECKING:
    from graph_explorer.ui.surface.plane import Plane


def tip(over: Pointed, starts: int) -> str:
    """What is at the pointer, and what can be done with it; "" on the bare plane."""
    if over.here:
        return "The document is here: its two parameters have these values. Drag it."
    if over.start >= 0:
        which = f"Start {over.start + 1}" if starts > 1 else "The start"
        return f"{which} of all methods. Drag it."
    return ""


def make_menu(plane: Plane, over: Pointed) -> QMenu:
    """The menu for what is at a point."""
    menu = QMenu(plane)
    menu.setObjectName("surface_menu")
    point = over.at
    if point is not None:
        menu.addAction("Set the parameters here", lambda: plane.move_here(point, ""))
        menu.addAction("Start a path here too", lambda: plane.add_start(point))
        if over.start >= 0:
            removed = menu.addAction("Remove this start", lambda: plane.remove_start(over.start))
            removed.setEnabled(len(plane.session.state.race.starts) > 1)
        menu.addSeparator()
    menu.addAction("Show the whole window", plane.fit)
    return menu
