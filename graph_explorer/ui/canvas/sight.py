"""The scene as it is seen from one camera, ready to be painted part by part.

The one rule: a sight does not change. Another camera, another moment or another scene is another sight.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.detail import Detail
from graph_explorer.ui.canvas.pace import Pace

#: A frame has so many seconds for what is painted part by part; a part takes about a share of them.
FRAME, PART = 0.0028, 0.0016


@dataclass(frozen=True)
class Sight:
    """What paints a rectangle of the screen, the background included, and how long that should take.

    `bounds` is the rectangle outside of which there is nothing but the background; None if there is none
    such. `pace` is how much longer than it should painting took lately.
    """

    camera: Camera
    detail: Detail
    background: QColor
    bounds: Box | None
    paint: Callable[[QPainter, Box], None]
    content: Callable[[Box], float]
    pace: Pace

    def home(self, everything: QRect) -> QRect:
        """The part of the window in which there is something."""
        if self.bounds is None:
            return everything
        return QRectF(*self.bounds).toAlignedRect().intersected(everything)

    def seconds_in(self, rectangle: QRect) -> float:
        """How many seconds painting what is in a rectangle should take."""
        return self.content(box_of(rectangle))

    def paint_on(self, picture: QImage, pieces: Sequence[QRect], content: float) -> float:
        """Paints rectangles that should take so many seconds altogether; tells how many they took."""
        started = clock.perf_counter()
        painter = QPainter(picture)
        for rectangle in pieces:
            painter.setClipRect(rectangle)
            self.paint(painter, box_of(rectangle))
        painter.end()
        spent = clock.perf_counter() - started
        self.pace.learn(content, len(pieces), spent)
        return spent


def box_of(rectangle: QRect) -> Box:
    """A rectangle of whole pixels as x, y, width and height."""
    return rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height()


#: Makes the sight from a camera.
Look = Callable[[Camera], Sight]
