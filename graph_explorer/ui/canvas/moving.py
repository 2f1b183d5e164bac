"""Boxes moved by hand: they stay where they are put, whatever is laid out anew around them.

The one rule: a position belongs to the window, not to the document. It can be undone, and stands again
when the same graph is opened once more; what is shown of it is a layout with that box pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QUndoCommand

from graph_explorer.ui.canvas.arranging import Choice
from graph_explorer.ui.canvas.camera import Point
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.groups import inside
from graph_explorer.ui.state import NOTHING_MOVED, Moved, State

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

#: How far one press of a key moves a box, in scene pixels.
STEP = 20.0
#: In pictures of no more cards than this a box and its lines follow the hand; in others once it is let go.
MOST_LIVE = 3000


class _Move(QUndoCommand):
    """Boxes put somewhere else; moves of one box that follow each other are undone together."""

    def __init__(self, session: Session, text: str, moved: Moved, merge: str) -> None:
        super().__init__(text)
        self.session, self.merge = session, merge
        self.before, self.after = session.state.moved, moved

    def id(self) -> int:
        return hash(self.merge) & 0x7FFFFFFF if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Move) or other.merge != self.merge:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        self.session.change(moved=self.after)

    def undo(self) -> None:
        self.session.change(moved=self.before)


def positions(state: State) -> Mapping[str, Point]:
    """Where boxes that were moved by hand stand, in the graph or the inside of the group that is shown."""
    here = inside(state)
    return {name: middle for (around, name), middle in state.moved.items() if around == here}


def place(session: Session, name: str, middle: Point, merge: str = "") -> None:
    """Puts the middle of a box at a point of the scene; `merge` joins the steps of one way."""
    moved = {**session.state.moved, (inside(session.state), name): middle}
    session.undo.push(_Move(session, f"Move {name}", MappingProxyType(moved), merge))


def put_back(session: Session, name: str = "") -> None:
    """Lets a box stand where the layout puts it, or all of them in what is shown."""
    here = inside(session.state)
    gone = {(here, name)} if name else {key for key in session.state.moved if key[0] == here}
    moved = {key: middle for key, middle in session.state.moved.items() if key not in gone}
    text = f"Put {name} back" if name else "Put all boxes back"
    session.undo.push(_Move(session, text, MappingProxyType(moved), ""))


def turn(session: Session, direction: Choice) -> None:
    """Lets graphs flow "down" or "right", or as suits the window ("auto"); boxes stood in another picture."""
    if direction != session.state.direction:
        session.change(direction=direction, moved=NOTHING_MOVED)


def with_box_at(scene: Scene, name: str, middle: Point) -> Scene:
    """The scene with one box elsewhere, its lines after it."""
    by = np.zeros((len(scene), 2))
    at = scene.place(name)
    by[at] = middle - (scene.boxes[at, :2] + scene.boxes[at, 2:] / 2)
    return scene.displaced(by, scene.frames)


def middle_of(scene: Scene, name: str) -> Point:
    """The middle of a box."""
    x, y, width, height = scene.box(scene.place(name))
    return x + width / 2, y + height / 2
