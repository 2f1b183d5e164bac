"""What is seen while the scale changes: the picture before, made larger or smaller, under the next one.

The one rule: nothing that was painted is thrown away. The next picture is painted part by part from the
camera of its first part, however far the real one has gone meanwhile; as much of it as is done is seen
over the picture before, and once it is done it takes its place.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.coming import Coming
from graph_explorer.ui.canvas.sight import Look, Seen, Sight, draw_seen

#: How much farther away the next picture is seen while things go on growing smaller.
_AHEAD = 1.4


class Zooming:
    """A picture seen from the camera `camera`, and the one that is to follow it, in the image `spare`."""

    def __init__(self, picture: QImage, camera: Camera, spare: QImage) -> None:
        self._under: Seen = picture, camera
        self._spare = spare
        self._coming: Coming | None = None

    def restart(self) -> None:
        """What was painted of the next picture does not hold any more."""
        self._coming = None

    @property
    def images(self) -> tuple[QImage, QImage]:
        """Both images, for other use."""
        return self._under[0], self._spare

    @property
    def begun(self) -> bool:
        """Whether something of the next picture is there."""
        return self._coming is not None

    @property
    def finished(self) -> Sight | None:
        """What the next picture shows, if it is complete."""
        return self._coming.sight if self._coming is not None and self._coming.finished else None

    def taken(self, image: QImage) -> QImage:
        """The next picture, in exchange for another image."""
        found, self._spare = self._spare, image
        return found

    def advance(self, look: Look, present: Sight, time: float) -> int:
        """Paints for about so many seconds; tells how many logical pixels.

        A picture that is finished makes room for one of the `present` sight; for a wider one where things
        go on growing smaller, so that it covers the window when it is finished.
        """
        wanted = present
        if self.finished is not None:
            camera, now = self.finished.camera, present.camera
            self._under, self._spare = (self._spare, camera), self._under[0]
            self._coming = None
            if now.scale < camera.scale:
                size = self._spare.deviceIndependentSize()
                wanted = look(now.zoomed(1 / _AHEAD, (size.width() / 2, size.height() / 2)))
        if self._coming is None:
            self._coming = Coming(wanted, self._spare)
        return self._coming.advance(time)

    def show(self, painter: QPainter, present: Sight) -> None:
        """Draws what is seen now, of what is best at each place."""
        whole = self._spare.deviceIndependentSize()
        layers = [(self._under, whole)]
        if self._coming is not None and not self._coming.done.isEmpty():
            layers.insert(0, ((self._coming.image, self._coming.sight.camera), self._coming.done))
        rest = QRegion(QRectF(QPointF(), whole).toRect())
        painter.save()
        for seen, size in layers:
            painter.setClipRegion(rest)
            rest -= QRegion(draw_seen(painter, seen, present.camera, size).toRect())
        present.cover(painter, rest)
        painter.restore()
