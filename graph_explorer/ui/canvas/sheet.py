"""The kept picture: what was painted stays, and only what has changed is painted again.

The one rule: once nothing is stale the picture is what painting everything anew would give. A pan moves
it and repaints the strip that came into sight; a step repaints the rectangles that it touched. What
takes longer than a frame has time for is painted in bands, one frame after the other; until then the
picture before is seen there, made larger or smaller where the scale has changed.
"""

from __future__ import annotations

import ctypes
import math
import time as clock
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.pace import Pace

#: Paints a rectangle of the screen, background included.
Paint = Callable[[QPainter, Box], None]

#: More rectangles than this are painted as the one around them all.
MOST = 24
#: Of what is painted in bands, so many seconds are spent in one frame; a band takes about a share of it.
_FRAME, _BAND = 0.0035, 0.0018
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
        self._backdrop = QImage()  # the last picture of another scale, and from where it was seen
        self._backdrop_camera: Camera | None = None
        self.pace = Pace()
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
        return self.stale.isEmpty()

    def resize(self, size: QSize, ratio: float) -> None:
        """Gives the picture a size; everything is stale if that is another one."""
        wanted = QSize(math.ceil(size.width() * ratio), math.ceil(size.height() * ratio))
        if wanted == self.picture.size() and ratio == self.ratio:
            return
        self.ratio = ratio
        self.picture, self._backdrop = self._blank(wanted), self._blank(wanted)
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
        self.stale = self._bare = self._everything
        self._backdrop_camera = None

    def spoil(self, boxes: Iterable[Box] | None = None) -> QRegion:
        """Marks rectangles as stale, all if none are given; returns the region that they cover."""
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
        everything = self._everything
        if (self._backdrop_camera is None or self.settled) and self._bare != everything:
            self.picture, self._backdrop = self._backdrop, self.picture
            self._backdrop_camera = before
        self.stale = self._bare = everything

    def shift(self, dx: int, dy: int) -> None:
        """Moves the picture by device pixels; what comes into sight is stale."""
        if not (dx or dy) or self.picture.isNull():
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

    def refresh(
        self, paint: Paint, seconds: float, camera: Camera, background: QColor, bounds: Box | None = None
    ) -> None:
        """Paints what is stale: all of it, or bands of it where it would take too many `seconds`.

        `bounds` is the rectangle of the screen outside of which there is nothing but the background.
        """
        if self.stale.isEmpty() or self.picture.isNull():
            return
        nothing = self._backdrop_camera is None and self._bare == self._everything
        region, content = self._cheaper(seconds)
        if self.pace.seconds(content, len(rectangles(region))) <= (_PATIENCE if nothing else _FRAME):
            self._paint(paint, region, content)
            self.stale = QRegion()
        else:
            self._cover_bare(paint, seconds, camera, background)
            home = QRectF(*bounds).toAlignedRect() if bounds is not None else self.stale.boundingRect()
            outside = self.stale.subtracted(QRegion(home))
            self._fill(outside, background)
            self.stale = self.stale.subtracted(outside)
            self._paint_bands(paint, seconds)
        self._bare = QRegion()
        if self.settled:
            self._backdrop_camera = None

    def _cheaper(self, seconds: float) -> tuple[QRegion, float]:
        """What is stale, piece by piece or as the one rectangle around it, whichever takes less time.

        With it the seconds that its content takes; those of the rectangle around it are given.
        """
        around = self.stale.boundingRect()
        apart = seconds * _area(self.stale) / max(around.width() * around.height(), 1)
        pieces = len(rectangles(self.stale))
        if pieces <= MOST and self.pace.seconds(apart, pieces) < self.pace.seconds(seconds):
            return self.stale, apart
        return QRegion(around), seconds

    def _cover_bare(self, paint: Paint, seconds: float, camera: Camera, background: QColor) -> None:
        """Puts something where there is nothing: what is little is painted, much has to wait."""
        share = _area(self._bare) / _area(self._everything)
        if self._bare == self._everything:
            self._lay_backdrop(camera, background)
        elif share > _JUMP:
            self._fill(self._bare, background)
        else:
            self._paint(paint, self._bare, seconds * share)
            self.stale = self.stale.subtracted(self._bare)

    def _paint_bands(self, paint: Paint, seconds: float) -> None:
        """Paints as much of what is stale as a frame has time for."""
        started = clock.perf_counter()
        count = min(max(2, math.ceil(self.pace.seconds(seconds) / _BAND)), _MOST_BANDS)
        longest = 0.0
        for band in self._bands(count):
            longest = max(longest, self._paint(paint, band, seconds / count))
            self.stale = self.stale.subtracted(band)
            if clock.perf_counter() - started + longest > _FRAME:
                return

    def _bands(self, count: int) -> Iterator[QRegion]:
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
                yield QRegion(band.boundingRect())

    def _lay_backdrop(self, camera: Camera, background: QColor) -> None:
        """Shows the picture of another scale, as it would be seen now, until there is a better one."""
        size, seen = self._backdrop.deviceIndependentSize(), self._backdrop_camera
        target = QRectF()
        if seen is not None:
            grown = camera.scale / seen.scale
            corner = QPointF(camera.x - seen.x * grown, camera.y - seen.y * grown)
            target = QRectF(corner, size * grown)
        if not target.contains(QRectF(QPointF(), size)):
            self.picture.fill(background)
        painter = QPainter(self.picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(target, self._backdrop)
        painter.end()

    def _fill(self, region: QRegion, background: QColor) -> None:
        painter = QPainter(self.picture)
        for rectangle in rectangles(region):
            painter.fillRect(rectangle, background)
        painter.end()

    def _paint(self, paint: Paint, region: QRegion, content: float) -> float:
        """Paints a region whose content should take so many seconds; tells how many it took."""
        started = clock.perf_counter()
        pieces = rectangles(region)
        painter = QPainter(self.picture)
        for rectangle in pieces:
            painter.setClipRect(rectangle)
            paint(painter, (rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height()))
            self.painted += round(rectangle.width() * rectangle.height() * self.ratio**2)
        painter.end()
        spent = clock.perf_counter() - started
        self.pace.learn(content, len(pieces), spent)
        return spent
