"""The whole of a large graph as a small picture, with the part that is in sight.

The one rule: the picture is painted from the scene's arrays, seldom, part by part, and kept; a pan only
draws the kept picture and a rectangle. Where all of the graph is in sight there is no map: it would only
cover some of it.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.camera import Box, Camera, Point, fitted
from graph_explorer.ui.canvas.coming import Coming
from graph_explorer.ui.canvas.detail import PLAIN, Distance, distance_at
from graph_explorer.ui.canvas.pace import Pace
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.sight import MOVING, Seen
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.widgets.overlay import Overlay

#: Graphs of fewer cards are seen well enough without a map.
FEWEST = 60
#: The map is no larger than this, and no side is shorter; it takes no more than a share of the window.
_LARGEST, _SHORTEST, _SHARE = (190.0, 170.0), 56.0, 0.3
_MARGIN = 4.0
#: The picture is made anew no more often than this, in seconds, and takes no more than a share of the time.
_PAUSE, _BUSY = 0.15, 0.05
#: A rectangle smaller than this on the map is drawn this large.
_LEAST = 5.0


class Picture(QWidget):
    """The map itself. `go` moves the window's middle to a scene point."""

    def __init__(self, go: Callable[[Point], None]) -> None:
        super().__init__()
        self.setObjectName("minimap_picture")
        self.setAccessibleName("Map of the graph")
        self.setAccessibleDescription("Click or drag to move the picture of the graph.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.camera = Camera()
        self.image = QImage()
        self.seen: Box = (0.0, 0.0, 0.0, 0.0)
        self.border = QColor()
        self._go = go
        self._held = QPointF()
        self.dragged = False

    def frame(self) -> QRectF:
        """Where the part that is in sight lies on the map."""
        x, y, width, height = self.camera.seen_box(self.seen)
        wide, high = max(width, _LEAST), max(height, _LEAST)
        found = QRectF(x - (wide - width) / 2, y - (high - height) / 2, wide, high)
        return found.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self.image)
        frame = self.frame()
        painter.setPen(self.border)
        if frame.width() * frame.height() < 0.9 * self.width() * self.height():
            fill = QColor(self.border)
            fill.setAlphaF(0.13)
            painter.fillRect(frame, fill)
        painter.drawRect(frame.adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dragged = True
        frame = self.frame()
        inside = frame.contains(event.position())
        self._held = event.position() - frame.center() if inside else QPointF()
        self._move(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.dragged = False

    def _move(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            at = event.position() - self._held
            self._go(self.camera.scene((at.x(), at.y())))


class Minimap(Overlay):
    """At the lower right of the graph, where the graph is large."""

    def __init__(self, under: QWidget, go: Callable[[Point], None]) -> None:
        super().__init__("minimap", "Map", under, "bottom right")
        self.picture = Picture(go)
        self._stage: Stage | None = None
        self._artist: Artist | None = None
        self._wanted = self._stale = False
        self._scene: Scene | None = None  # of which the picture is
        self._coming: Coming | None = None
        self._pace, self._pause, self._spent = Pace(), _PAUSE, 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._paint)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._go_on)
        column = QVBoxLayout()
        column.setContentsMargins(3, 3, 3, 3)
        column.addWidget(self.picture)
        self.hold(column)

    def show_stage(self, stage: Stage | None, artist: Artist, wanted: bool) -> None:
        """Something looks different; the map follows soon, and at once if it is another graph."""
        scene = self._stage.scene if self._stage is not None else None
        other = stage is None or stage.scene is not scene or artist is not self._artist
        self._stage, self._artist = stage, artist
        self._wanted = wanted and stage is not None and len(stage.scene) >= FEWEST
        self._stale = True
        self._appear(other)

    def _appear(self, at_once: bool = False) -> None:
        """Is there or not; a stale picture is made anew soon, or at once where none has been seen."""
        shown = self._wanted and not self._all_seen()
        if not shown:
            self._wait.stop()
            if self._coming is not None:  # what is there of it is not kept
                self._coming, self._scene, self._stale = None, None, True
        elif self._stale and (at_once or self.isHidden()):
            self._paint()
        elif self._stale and not self._wait.isActive():
            self._wait.start(round(1000 * self._pause))
        self.setVisible(shown)

    def _all_seen(self) -> bool:
        """Whether the whole graph is in sight."""
        if self._stage is None or self.picture.dragged:  # it does not vanish under the hand
            return False
        (x, y, width, height), seen = self._stage.scene.bounds, self.picture.seen
        inside = seen[0] <= x and seen[1] <= y
        return inside and x + width <= seen[0] + seen[2] and y + height <= seen[1] + seen[3]

    @property
    def waits(self) -> bool:
        """Whether the picture is being made anew, or soon will be."""
        return self._wait.isActive() or self._coming is not None

    @property
    def seen(self) -> Seen | None:
        """The small picture of the graph that is shown, if there is one."""
        stage = self._stage
        if stage is None or stage.scene is not self._scene:
            return None
        return self.picture.image, self.picture.camera

    def look(self, camera: Camera) -> None:
        """Another part of the graph is in sight."""
        self.picture.seen = camera.scene_box((0.0, 0.0, self.under.width(), self.under.height()))
        self.picture.update()
        self._appear()

    def _size(self, bounds: Box) -> QSize:
        """As large as the graph's shape fits."""
        wide, high = (
            min(most, _SHARE * room)
            for most, room in zip(_LARGEST, (self.under.width(), self.under.height()), strict=True)
        )
        scale = min(wide / max(bounds[2], 1.0), high / max(bounds[3], 1.0))
        return QSize(*(round(max(side * scale + 2 * _MARGIN, _SHORTEST)) for side in bounds[2:]))

    def _paint(self) -> None:
        """Makes the picture anew."""
        if self._stage is None or self._artist is None:
            return
        self._stale, self._spent = False, 0.0
        scene, artist, picture = self._stage.scene, self._artist, self.picture
        size, ratio = self._size(scene.bounds), self.devicePixelRatioF()
        picture.setFixedSize(size)
        camera = fitted(scene.bounds, size.width(), size.height(), _MARGIN)
        detail = replace(PLAIN, distance=min(distance_at(camera.scale), Distance.BLOCKS), named=False)
        sight = artist.sight(scene, self._stage.moment, camera, detail, self._pace)
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        self._coming = Coming(sight, image)
        picture.border = artist.ink.color("selection")
        if self._scene is not scene or picture.image.size() != image.size():
            self._scene = scene
            picture.image, picture.camera = image, camera  # nothing else is there: it is seen as it grows
        self._next.start()

    def _go_on(self) -> None:
        """Paints some more of the picture; shows it once it is there."""
        coming = self._coming
        if coming is None:
            return
        started = clock.perf_counter()
        coming.advance(MOVING)
        self._spent += clock.perf_counter() - started
        if not coming.finished:
            self._next.start()
            return
        self._coming = None
        self.picture.image, self.picture.camera = coming.image, coming.sight.camera
        self.picture.update()
        self._pause = max(_PAUSE, self._spent / _BUSY)
