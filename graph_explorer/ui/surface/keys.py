"""The keyboard on the surface: the arrow keys move the point, or turn the block.

The one rule: whatever the mouse can do here, a key can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from graph_explorer.ui.surface.ticks import spacing

if TYPE_CHECKING:
    from graph_explorer.ui.surface.plane import Plane

Key = Qt.Key

_WAYS: Mapping[Key, tuple[int, int]] = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, 1),
    Key.Key_Down: (0, -1),
}
#: Steps of the point across the window, about; with Shift a step is so many times as long.
_STEPS, _LARGE = 100, 10
_TURN, _ZOOM = 5.0, 1.4


def press_key(plane: Plane, event: QKeyEvent) -> bool:
    """Does what the key means here; whether it means anything."""
    if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
        return False
    key = Key(event.key())
    large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if key in _WAYS:
        across, up = _WAYS[key]
        if plane.solid:
            plane.turn(_TURN * across, -_TURN * up)
            plane.settle()
        else:
            _move(plane, across, up, large)
    elif key in (Key.Key_Plus, Key.Key_Equal):
        plane.zoom(_ZOOM)
    elif key == Key.Key_Minus:
        plane.zoom(1 / _ZOOM)
    elif key in (Key.Key_F, Key.Key_Home):
        plane.fit()
    else:
        return False
    return True


def _move(plane: Plane, across: int, up: int, large: bool) -> None:
    """The point goes on to the next place of a round grid, so that its numbers stay round."""
    frame, subject = plane.frame, plane.subject
    if frame is None or subject is None or subject.here is None:
        return
    left, right, bottom, top = frame.window
    place = []
    for here, span, way in zip(subject.here, (right - left, top - bottom), (across, up), strict=True):
        step = spacing(span, _STEPS) * (_LARGE if large else 1)
        place.append(round(here / step + way) * step if way else here)
    plane.move_here((float(f"{place[0]:.12g}"), float(f"{place[1]:.12g}")), "surface keys")
