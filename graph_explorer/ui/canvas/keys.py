"""The keyboard on the canvas: the arrow keys follow the edges of the graph.

The one rule: whatever the mouse can do here, a key can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui import groups
from graph_explorer.ui.canvas import moving
from graph_explorer.ui.canvas.pointer import Target
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.walk import Way, neighbour
from graph_explorer.ui.finding.acts import show_all

if TYPE_CHECKING:
    from graph_explorer.ui.canvas.view import GraphView

Key = Qt.Key

_WAYS: Mapping[str, Mapping[Key, Way]] = {
    "down": {
        Key.Key_Up: "producer", Key.Key_Down: "consumer", Key.Key_Left: "before", Key.Key_Right: "after",
    },
    "right": {
        Key.Key_Left: "producer", Key.Key_Right: "consumer", Key.Key_Up: "before", Key.Key_Down: "after",
    },
}  # fmt: skip


#: Where a box goes by which key, with Shift: across and down.
_SIDES: Mapping[Key, tuple[int, int]] = {
    Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1),
}  # fmt: skip


def press_key(view: GraphView, event: QKeyEvent) -> bool:
    """Does what the key means here; whether it means anything."""
    if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
        return False
    key = Key(event.key())
    scene = view.scene
    if scene is None or not len(scene):
        return False
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and key in _SIDES:
        _move(view, scene, *_SIDES[key])
        return True
    way = _WAYS[scene.layout.direction].get(key)
    if way is not None:
        _walk(view, way)
        return True
    act = _ACTS.get(key)
    if act is not None:
        act(view)
    return act is not None


def _select(view: GraphView, name: str) -> None:
    view.choose(Target(name))
    view.reveal(name)


def _walk(view: GraphView, way: Way) -> None:
    scene, here = view.scene, view.selected
    assert scene is not None
    place = scene.place(here)
    if place < 0:
        _select(view, _start(view, here))
    else:
        last = scene.place(view.drawn(view.trail.before()))
        _select(view, scene.cards.ids[neighbour(scene, place, way, last)])


def _move(view: GraphView, scene: Scene, across: int, down: int) -> None:
    """Moves the selected box."""
    name = view.selected
    if scene.place(name) >= 0:
        x, y = moving.middle_of(scene, name)
        middle = x + across * moving.STEP, y + down * moving.STEP
        if len(scene) <= moving.MOST_LIVE:
            view.shown.preview(moving.with_box_at(scene, name, middle))
        moving.place(view.session, name, middle, merge=f"move {name}")
        view.reveal(name)


def _start(view: GraphView, here: str) -> str:
    """Where the walk begins: in the selected frame, at the present step, or at the first card."""
    scene = view.scene
    assert scene is not None
    cards = scene.cards
    wiring = cards.deck.wiring
    inside = np.array([bool(here) and here in enclosing(path) for path in wiring.groups], dtype=bool)
    nodes = np.flatnonzero(inside[wiring.group]).tolist()
    return cards.ids[int(cards.places[nodes[0]])] if nodes else view.present or cards.ids[0]


def _first(view: GraphView) -> None:
    assert view.scene is not None
    _select(view, view.scene.cards.ids[0])


def _output(view: GraphView) -> None:
    trace = view.session.state.trace
    if trace is not None:
        _select(view, view.drawn(trace.output))


def _toggle(view: GraphView) -> None:
    """Opens or closes the selected group, or closes the one around the selected node."""
    groups.toggle(view.session)


def _nothing(view: GraphView) -> None:
    """Ends the filter, if there is one, else the selection; with neither it leaves the group entered."""
    state = view.session.state
    if state.found is not None:
        show_all(view.session)
    elif state.selection or state.edge is not None:
        view.choose(Target())
    else:
        groups.leave(view.session)


def _leave(view: GraphView) -> None:
    """Out of the group that was entered last."""
    groups.leave(view.session)


_ACTS: Mapping[Key, Callable[[GraphView], None]] = {
    Key.Key_Home: _first,
    Key.Key_End: _output,
    Key.Key_Return: _toggle,
    Key.Key_Enter: _toggle,
    Key.Key_Escape: _nothing,
    Key.Key_Backspace: _leave,
    Key.Key_F: lambda view: view.fit(),
    Key.Key_Plus: lambda view: view.zoom_in(),
    Key.Key_Equal: lambda view: view.zoom_in(),
    Key.Key_Minus: lambda view: view.zoom_out(),
}
