"""How much of a graph is drawn at a distance.

The one rule: it depends on how tall a card is on screen and on how many are in the whole window, so
that a part that is painted anew looks like the rest; the limits are those at which software
rendering stays fluent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.scene import Box, Scene

#: The height of an ordinary card in scene pixels.
CARD_HEIGHT = 72.0
#: Below these heights on screen cards are points, blocks, or carry their sign alone.
POINT, BLOCK, SIGN = 2.4, 20.0, 33.0
#: From this scale on, or with no more cards than this in the window, small texts are written too.
FINE_FROM, FEW = 0.6, 120
#: Lines have their true width from this scale on, unless more curves than this are in the window.
WIDE_FROM, MOST_WIDE = 0.6, 500
#: With more curves than this in the window lines are not smoothed.
MOST_SMOOTH = 700
#: With more cards than this in the window their corners are not rounded.
MOST_ROUNDED = 500
#: What is drawn stays until there is so much more than that: a picture does not flicker at the limit.
_HELD = 1.4


class Distance(IntEnum):
    """What a card is from afar."""

    POINTS = 0
    BLOCKS = 1
    SIGNS = 2
    TEXTS = 3


#: Seconds a card and a frame whose name is written, by the distance.
_SECONDS = {
    Distance.POINTS: (6e-8, 1e-5),
    Distance.BLOCKS: (5e-7, 1e-5),
    Distance.SIGNS: (1.2e-5, 3e-5),
    Distance.TEXTS: (2.5e-5, 6e-5),
}
#: Seconds a frame without a name; frames smaller than this on screen, in pixels, have none.
_NAMELESS, NAMED_FROM = 1e-6, 60.0
#: Seconds a straight piece, at any distance, and a curve: wide, thin, and from far away at scale 1.
_STRAIGHT, _WIDE, _THIN, _FAR = 1e-7, 4e-5, 6e-6, 1.3e-5


@dataclass(frozen=True)
class Detail:
    """What is drawn of cards, and whether corners are rounded, lines wide and smooth, small texts written.

    The names of open groups are written unless they are not `named`.
    """

    distance: Distance
    rounded: bool = True
    wide: bool = True
    smooth: bool = True
    fine: bool = True
    named: bool = True


#: Everything, whatever the scale: for pictures that can be enlarged.
WHOLE = Detail(Distance.TEXTS)
#: The least.
PLAIN = Detail(Distance.POINTS, rounded=False, wide=False, smooth=False, fine=False)


def distance_at(scale: float) -> Distance:
    """What cards are at a scale."""
    height = CARD_HEIGHT * scale
    return Distance(int(np.searchsorted((POINT, BLOCK, SIGN), height, side="right")))


def detail_for(scene: Scene, camera: Camera, window: Box, before: Detail = PLAIN) -> Detail:
    """The detail for a window, a rectangle of the screen; what was drawn `before` stays for some more."""
    distance = distance_at(camera.scale)
    if distance < Distance.SIGNS:
        return replace(PLAIN, distance=distance)
    box = camera.scene_box(window)
    cards = len(scene.cards_in(box))
    curves = scene.curves_in(box)

    def few(count: int, most: int, drawn: bool) -> bool:
        return count <= most * (_HELD if drawn else 1.0)

    return Detail(
        distance,
        rounded=few(cards, MOST_ROUNDED, before.rounded),
        wide=camera.scale >= WIDE_FROM and few(curves, MOST_WIDE, before.wide),
        smooth=few(curves, MOST_SMOOTH, before.smooth),
        fine=camera.scale >= FINE_FROM or few(cards, FEW, before.fine),
    )


def effort(scene: Scene, camera: Camera, window: Box, detail: Detail) -> float:
    """About how many seconds painting a rectangle of the screen takes, from what was measured."""
    box = camera.scene_box(window)
    cards, straight, curves = scene.near(box)
    a_card, a_frame = _SECONDS[detail.distance]
    a_curve = _WIDE if detail.wide else _THIN
    if detail.distance < Distance.SIGNS:  # short ones are a few points
        a_curve = min(_FAR * camera.scale, _THIN)
    if scene.frames.typical * camera.scale < NAMED_FROM:
        a_frame = _NAMELESS
    frames = scene.frames.near(box)
    return cards * a_card + frames * a_frame + straight * _STRAIGHT + curves * a_curve
