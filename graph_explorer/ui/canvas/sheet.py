"""The kept picture: what was painted stays, and only what has changed is painted again.

The one rule: once nothing is stale the picture is what painting everything anew would give. A pan moves
it and repaints the strip that came into sight; a step repaints the rectangles that it touched. What
takes longer than a frame has time for is painted in bands, one frame after the other; until then the
picture before is seen there.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.detail import PLAIN
from graph_explorer.ui.canvas.sight import MOVING, PART, RESTING, Look, Sight, box_of
from graph_explorer.ui.canvas.zooming import Zooming

#: More rectangles than this are painted as the one around them all.
MOST = 24
_MOST_BANDS = 80
#: No band is lower than this, in logical pixels.
_LOWEST = 24
#: Where there is no picture before, everything is painted at once unless it takes longer than this.
_PATIENCE = 0.05
#: Where more than this share of the picture comes into sight at once, it may wait for its bands too.
_JUMP = 0.3


def rectangles(region: QRegion) -> list[QRect]:
    """The rectangles of a region; PySide can go through them, its type hints do not say so."""
    return list(cast(Any, region))


def _area(region: QRegion) -> int:
    return sum(rectangle.width() * rectangle.height() for rectangle in rectangles(region))


class Sheet:
    """A picture of `size` logical pixels at `ratio` device pixels each."""

    def __init__(self) -> None:
        self.picture = QImage()
        self.stale = QRegion()
        self.ratio = 1.0
        self._bare = QRegion()  # where the picture holds nothing, not even what was there before
        self._spare: tuple[QImage, ...] = ()  # images for a change of scale
        self._zooming: Zooming | None = None
        #: of what is in the picture
        self.detail = PLAIN
        self._sight: Sight | None = None  # the last one
        self._next = 0  # from which height on the next band is looked for
        #: device pixels painted since the start: what tests and benchmarks count
        self.painted = 0

    @property
    def size(self) -> QSize:
        """The size in logical pixels."""
        return self.picture.deviceIndependentSize().toSize()

    @property
    def settled(self) -> bool:
        """Whether nothing remains to be painted."""
        return self.stale.isEmpty() and self._zooming is None

    def resize(self, size: QSize, ratio: float) -> None:
        """Gives the picture a size; everything is stale if that is another one."""
        wanted = QSize(math.ceil(size.width() * ratio), math.ceil(size.height() * ratio))
        if wanted == self.picture.size() and ratio == self.ratio:
            return
        self.ratio = ratio
        self.picture, *spare = (self._blank(wanted) for _ in range(3))
        self._spare = tuple(spare)
        self.forget()

    def _blank(self, size: QSize) -> QImage:
        made = QImage(size, QImage.Format.Format_RGB32)
        made.setDevicePixelRatio(self.ratio)
        return made

    @property
    def _everything(self) -> QRegion:
        return QRegion(QRect(QPoint(), self.size))

    def forget(self) -> None:
        """Another scene is to be painted: what was there before is not shown meanwhile."""
        self._end_zoom()
        self.stale = self._bare = self._everything

    def spoil(self, boxes: Iterable[Box] | None = None) -> QRegion:
        """Marks rectangles as stale, all if none are given; returns the region that they cover."""
        if self._zooming is not None:
            self._zooming.restart()
            return self._everything
        everything = QRect(QPoint(), self.size)
        if boxes is None:
            self.stale = QRegion(everything)
            return self.stale
        region = QRegion()
        for x, y, width, height in boxes:
            rectangle = QRectF(x, y, width, height).toAlignedRect().intersected(everything)
            if not rectangle.isEmpty():
                region += rectangle
        self.stale += region
        return region

    def rescale(self, before: Camera) -> None:
        """The scene is to be seen at another scale than from the camera `before`."""
        if self._zooming is None and self._bare != self._everything:
            if self._sight is not None:
                self._fill(self._bare, self._sight.background)
            self._zooming = Zooming(self.picture, before, self._spare[0])
            self.picture, self._spare = self._spare[1], ()
        self.stale = self._bare = self._everything

    def _end_zoom(self) -> None:
        if self._zooming is not None:
            self._spare, self._zooming = self._zooming.images, None

    def shift(self, dx: int, dy: int) -> None:
        """Moves the picture by device pixels; what comes into sight is stale."""
        if not (dx or dy) or self.picture.isNull() or self._zooming is not None:
            return
        self._move(dx, dy)
        everything = self._everything
        left, top = math.ceil(dx / self.ratio), math.ceil(dy / self.ratio)
        right = math.floor(dx / self.ratio + self.size.width())
        bottom = math.floor(dy / self.ratio + self.size.height())
        inside = QRect(left, top, max(0, right - left), max(0, bottom - top))
        uncovered = everything.subtracted(QRegion(inside))
        self.stale = self._moved(self.stale, dx, dy) + uncovered
        self._bare = self._moved(self._bare, dx, dy) + uncovered

    def _move(self, dx: int, dy: int) -> None:
        """Moves the pixels in one go; those that leave a row and enter the next one are stale."""
        pixels = np.frombuffer(self.picture.bits(), np.uint32)
        way = dy * self.picture.bytesPerLine() // pixels.itemsize + dx
        kept = pixels.size - abs(way)
        if kept > 0:
            start = pixels.ctypes.data
            target, source = (start + pixels.itemsize * max(0, by) for by in (way, -way))
            ctypes.memmove(target, source, kept * pixels.itemsize)

    def _moved(self, region: QRegion, dx: int, dy: int) -> QRegion:
        """A region moved by device pixels, no smaller for being rounded."""
        if region.isEmpty():
            return region
        if self.ratio != int(self.ratio):
            return self._everything
        way = QPoint(round(dx / self.ratio), round(dy / self.ratio))
        grown = QRegion()
        for rectangle in rectangles(region):
            grown += rectangle.translated(way).adjusted(-1, -1, 1, 1)
        return grown.intersected(self._everything)

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def show(self, painter: QPainter, area: QRect) -> None:
        """Draws what a rectangle of the screen shows by now."""
        if self._zooming is not None and self._sight is not None:
            self._zooming.show(painter, self._sight)
            return
        x, y, width, height = box_of(area)
        part = QRectF(x * self.ratio, y * self.ratio, width * self.ratio, height * self.ratio)
        painter.drawImage(QRectF(area), self.picture, part)

    def refresh(self, look: Look, camera: Camera) -> None:
        """Paints what is stale as it is seen from a camera: all of it, or as much as a frame has time for."""
        resting = self._sight is not None and self._sight.camera == camera
        time = RESTING if resting else MOVING
        self._sight = sight = look(camera)
        if self.picture.isNull():
            return
        if self._zooming is not None and not self._zoom(self._zooming, look, sight, time):
            return
        if sight.detail != self.detail:  # what is kept of the picture would not look like the rest
            self.stale, self.detail = self._everything, sight.detail
        if self.stale.isEmpty():
            return
        bare = _area(self._bare) / _area(self._everything)
        if self._bare == self.stale and bare <= _JUMP:  # a pan: that has to be painted, whatever it takes
            self._paint(sight, rectangles(self.stale))
            self.stale = QRegion()
        else:
            self._repaint(sight, bare, time)
        self._bare = QRegion()

    def _repaint(self, sight: Sight, bare: float, time: float) -> None:
        """Paints what is stale at once if that takes little time; `bare` is the share that holds nothing."""
        region, content = self._cheaper(sight)
        seconds = sight.pace.seconds(content, len(rectangles(region)))
        if seconds <= (_PATIENCE if bare == 1.0 else time):
            self._paint(sight, rectangles(region), content)
            self.stale = QRegion()
            return
        if bare <= _JUMP:
            self._paint(sight, rectangles(self._bare))
            self.stale = self.stale.subtracted(self._bare)
        else:
            painter = QPainter(self.picture)
            sight.cover(painter, self._bare)
            painter.end()
        outside = self.stale.subtracted(QRegion(sight.home(QRect(QPoint(), self.size))))
        self._fill(outside, sight.background)
        self.stale = self.stale.subtracted(outside)
        self._paint_bands(sight, time)

    def _zoom(self, zooming: Zooming, look: Look, sight: Sight, time: float) -> bool:
        """Goes on with a change of scale; whether it has come to its end."""
        everything = QRect(QPoint(), self.size)
        if not zooming.begun and sight.pace.seconds(sight.seconds_in(everything)) <= time:
            self._end_zoom()
            return True
        self.painted += round(zooming.advance(look, sight, time) * self.ratio**2)
        found = zooming.finished
        if found is None or found.camera.scale != sight.camera.scale:
            return False
        self.picture = zooming.taken(self.picture)
        self._end_zoom()
        self.stale = self._bare = QRegion()
        self.detail = found.detail
        away = (sight.camera.x - found.camera.x, sight.camera.y - found.camera.y)
        self.shift(*(round(way * self.ratio) for way in away))
        return True

    def _cheaper(self, sight: Sight) -> tuple[QRegion, float]:
        """What is stale, piece by piece or as the one rectangle around it, whichever takes less time.

        With it the seconds that its content should take.
        """
        around = self.stale.boundingRect()
        seconds = sight.seconds_in(around)
        apart = seconds * _area(self.stale) / max(around.width() * around.height(), 1)
        pieces = len(rectangles(self.stale))
        if pieces <= MOST and sight.pace.seconds(apart, pieces) < sight.pace.seconds(seconds):
            return self.stale, apart
        return QRegion(around), seconds

    def _paint_bands(self, sight: Sight, time: float) -> None:
        """Paints as much of what is stale as a frame has time for."""
        content = sight.seconds_in(self.stale.boundingRect())
        count = min(max(2, math.ceil(content * sight.pace.factor / PART)), _MOST_BANDS)
        left, spent = time, 0.0
        for band in self._bands(count):
            spent = self._paint(sight, [band])
            self.stale = self.stale.subtracted(QRegion(band))
            left -= spent
            if left < spent:
                return

    def _bands(self, count: int) -> Iterator[QRect]:
        """What is stale in bands across its longer side, from the one painted last on, all around."""
        area = self.stale.boundingRect()
        wide = area.width() > 2 * area.height()
        start, length = (area.left(), area.width()) if wide else (area.top(), area.height())
        step = max(_LOWEST, math.ceil(length / count))
        for at in sorted(range(start, start + length, step), key=lambda at: (at + step <= self._next, at)):
            across = (at, area.top(), step, area.height()) if wide else (area.left(), at, area.width(), step)
            band = self.stale.intersected(QRect(*across))
            if not band.isEmpty():
                self._next = at + step
                yield band.boundingRect()

    def _fill(self, region: QRegion, background: QColor) -> None:
        painter = QPainter(self.picture)
        for rectangle in rectangles(region):
            painter.fillRect(rectangle, background)
        painter.end()

    def _paint(self, sight: Sight, pieces: Sequence[QRect], content: float = 0.0) -> float:
        """Paints rectangles; what it tells of the pace is learnt where their `content` is known."""
        area = sum(rectangle.width() * rectangle.height() for rectangle in pieces)
        self.painted += round(area * self.ratio**2)
        spent = sight.paint_on(self.picture, pieces)
        sight.pace.learn(content, len(pieces), spent)
        return spent
