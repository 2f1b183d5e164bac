"""What is seen while the scale changes: the picture before, made larger or smaller, under the next one.

The one rule: nothing that was painted is thrown away. The next picture is painted part by part from the
camera of its first part, however far the real one has gone meanwhile; as much of it as is done is seen
over the picture before, and once it is done it takes its place.
"""

from __future__ import annotations

import math
import time as clock

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.sight import FRAME, PART, Look, Sight

#: No part is lower than this, in logical pixels.
_LOWEST = 24
#: How much farther away the next picture is seen while things go on growing smaller.
_AHEAD = 1.4


class Zooming:
    """A picture seen from the camera `camera`, and an image for the one that is to follow it."""

    def __init__(self, picture: QImage, camera: Camera, spare: QImage) -> None:
        self._under, self._camera = picture, camera
        self.next = spare
        #: what the next picture shows, once it is begun
        self.sight: Sight | None = None
        self._home = QRect()
        self._top = self._step = 0  # where the next part begins, and how high it is
        self._share = 0.0  # the seconds that a part should take

    def restart(self) -> None:
        """What was painted of the next picture does not hold any more."""
        self.sight = None

    @property
    def pictures(self) -> tuple[QImage, QImage]:
        """Both images, for other use."""
        return self._under, self.next

    @property
    def finished(self) -> Sight | None:
        """What the next picture shows, if it is complete."""
        return self.sight if self._top > self._home.bottom() else None

    def advance(self, look: Look, present: Sight) -> int:
        """Paints for as long as a frame has time; tells how many logical pixels.

        A picture that is finished makes room for one of the `present` sight; for a wider one where things
        go on growing smaller, so that it covers the window when it is finished.
        """
        started, longest, painted = clock.perf_counter(), 0.0, 0
        sight, wanted = self.sight, present
        if self.finished is not None:
            self._under, self.next, self._camera = self.next, self._under, self.finished.camera
            sight = None
            if present.camera.scale < self._camera.scale:
                width, height = self._size
                wanted = look(present.camera.zoomed(1 / _AHEAD, (width / 2, height / 2)))
        sight = sight or self._begin(wanted)
        while self._top <= self._home.bottom():
            part = QRect(self._home.left(), self._top, self._home.width(), self._step)
            part = part.intersected(self._home)
            longest = max(longest, sight.paint_on(self.next, [part], self._share))
            self._top += self._step
            painted += part.width() * part.height()
            if clock.perf_counter() - started + longest > FRAME:
                break
        return painted

    def _begin(self, sight: Sight) -> Sight:
        self.sight = sight
        self.next.fill(sight.background)
        self._home = sight.home(QRect(0, 0, *self._size))
        seconds = sight.seconds_in(self._home)
        count = max(1, math.ceil(sight.pace.seconds(seconds) / PART))
        self._top, self._step = self._home.top(), max(_LOWEST, math.ceil(self._home.height() / count))
        self._share = seconds * self._step / max(self._home.height(), 1)
        return sight

    @property
    def _size(self) -> tuple[int, int]:
        size = self.next.deviceIndependentSize().toSize()
        return size.width(), size.height()

    def show(self, picture: QImage, camera: Camera, background: QColor) -> None:
        """Makes the picture that is seen now from the camera `camera`."""
        width, height = self._size
        window = QRectF(0, 0, width, height)
        done = QRectF()
        painter = QPainter(picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        if self.sight is not None and self._top > self._home.top():
            rows = QRectF(0, 0, width, height if self.finished else self._top)
            done = _seen(rows, self.sight.camera, camera)
            ratio = picture.devicePixelRatio()
            painter.drawImage(done, self.next, QRectF(0, 0, rows.width() * ratio, rows.height() * ratio))
        rest = QRegion(window.toRect()) - QRegion(done.toRect())
        if not rest.isEmpty():
            painter.setClipRegion(rest)
            under = _seen(window, self._camera, camera)
            if not under.contains(window):
                painter.fillRect(window, background)
            painter.drawImage(under, self._under)
        painter.end()


def _seen(part: QRectF, before: Camera, now: Camera) -> QRectF:
    """Where a part of the screen, seen from one camera, is seen from another one."""
    grown = now.scale / before.scale
    x, y = (part.left() - before.x) * grown + now.x, (part.top() - before.y) * grown + now.y
    return QRectF(QPointF(x, y), part.size() * grown)
