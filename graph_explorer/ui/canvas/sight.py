"""The scene as it is seen from one camera, ready to be painted part by part.

The one rule: a sight does not change. Another camera, another moment or another scene is another sight.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.detail import Detail
from graph_explorer.ui.canvas.pace import Pace

#: For what is painted part by part a frame has so many seconds, while the picture moves and while it rests.
MOVING, RESTING = 0.002, 0.005
#: The content of a part takes so many seconds, at first.
PART = 0.0012


#: An image, and the camera from which it shows the scene.
Seen = tuple[QImage, Camera]


@dataclass(frozen=True)
class Sight:
    """What paints a rectangle of the screen, the background included, and how long that should take.

    `bounds` is the rectangle outside of which there is nothing but the background; None if there is none
    such. `pace` is how much longer than it should painting took lately. `behind` is a small picture of all
    of the scene, to be seen where there is no better one.
    """

    camera: Camera
    detail: Detail
    background: QColor
    bounds: Box | None
    paint: Callable[[QPainter, Box], None]
    content: Callable[[Box], float]
    pace: Pace
    behind: Seen | None = None

    def home(self, everything: QRect) -> QRect:
        """The part of the window in which there is something."""
        if self.bounds is None:
            return everything
        return QRectF(*self.bounds).toAlignedRect().intersected(everything)

    def seconds_in(self, rectangle: QRect) -> float:
        """How many seconds painting what is in a rectangle should take."""
        return self.content(box_of(rectangle))

    def paint_on(self, picture: QImage, pieces: Sequence[QRect]) -> float:
        """Paints rectangles on a picture; tells how many seconds it took."""
        started = clock.perf_counter()
        painter = QPainter(picture)
        for rectangle in pieces:
            painter.setClipRect(rectangle)
            self.paint(painter, box_of(rectangle))
        painter.end()
        return clock.perf_counter() - started

    def cover(self, painter: QPainter, region: QRegion) -> None:
        """Draws what is behind in a region: the small picture of all, or the background."""
        painter.setClipRegion(region)
        painter.fillRect(region.boundingRect(), self.background)
        if self.behind is not None and not region.isEmpty():
            draw_seen(painter, self.behind, self.camera, self.behind[0].deviceIndependentSize())


def draw_seen(painter: QPainter, seen: Seen, now: Camera, size: QSizeF) -> QRectF:
    """Draws the upper left part of a picture, of that size, as it looks from another camera; tells where."""
    image, before = seen
    grown = now.scale / before.scale
    target = QRectF(QPointF(now.x - before.x * grown, now.y - before.y * grown), size * grown)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.drawImage(target, image, QRectF(QPointF(), size * image.devicePixelRatio()))
    return target


def box_of(rectangle: QRect) -> Box:
    """A rectangle of whole pixels as x, y, width and height."""
    return rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height()


#: Makes the sight from a camera.
Look = Callable[[Camera], Sight]
