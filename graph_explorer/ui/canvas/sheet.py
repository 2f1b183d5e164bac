"""The kept picture: what was painted stays, and only what has changed is painted again.

The one rule: after `refresh` the picture is what painting everything anew would give. A pan moves
it and repaints the strip that came into sight; a step repaints the rectangles that it touched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QRegion

Box = tuple[float, float, float, float]
#: Paints a rectangle of the screen, background included.
Paint = Callable[[QPainter, Box], None]

#: More rectangles than this are painted as the one around them all.
MOST = 24


def rectangles(region: QRegion) -> list[QRect]:
    """The rectangles of a region; PySide can go through them, its type hints do not say so."""
    return list(cast(Any, region))


class Sheet:
    """A picture of `size` logical pixels at `ratio` device pixels each."""

    def __init__(self) -> None:
        self.picture = QImage()
        self.stale = QRegion()
        self.ratio = 1.0
        self._spare = QImage()
        #: device pixels painted since the start: what tests and benchmarks count
        self.painted = 0

    @property
    def size(self) -> QSize:
        """The size in logical pixels."""
        return self.picture.deviceIndependentSize().toSize()

    def resize(self, size: QSize, ratio: float) -> None:
        """Gives the picture a size; everything is stale if that is another one."""
        wanted = QSize(math.ceil(size.width() * ratio), math.ceil(size.height() * ratio))
        if wanted == self.picture.size() and ratio == self.ratio:
            return
        self.ratio = ratio
        self.picture, self._spare = self._blank(wanted), self._blank(wanted)
        self.spoil()

    def _blank(self, size: QSize) -> QImage:
        made = QImage(size, QImage.Format.Format_RGB32)
        made.setDevicePixelRatio(self.ratio)
        return made

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

    def shift(self, dx: int, dy: int) -> None:
        """Moves the picture by device pixels; what comes into sight is stale."""
        if not (dx or dy) or self.picture.isNull():
            return
        painter = QPainter(self._spare)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(QPointF(dx / self.ratio, dy / self.ratio), self.picture)
        painter.end()
        self.picture, self._spare = self._spare, self.picture
        everything = QRegion(QRect(QPoint(), self.size))
        left, top = math.ceil(dx / self.ratio), math.ceil(dy / self.ratio)
        right = math.floor(dx / self.ratio + self.size.width())
        bottom = math.floor(dy / self.ratio + self.size.height())
        inside = QRect(left, top, max(0, right - left), max(0, bottom - top))
        if self.ratio == int(self.ratio) and not self.stale.isEmpty():
            grown = QRegion()
            way = QPoint(round(dx / self.ratio), round(dy / self.ratio))
            for rectangle in rectangles(self.stale):
                grown += rectangle.translated(way).adjusted(-1, -1, 1, 1)
            self.stale = grown.intersected(everything)
        elif not self.stale.isEmpty():
            self.stale = everything
        self.stale += everything.subtracted(QRegion(inside))

    def refresh(self, paint: Paint) -> None:
        """Paints what is stale."""
        if self.stale.isEmpty() or self.picture.isNull():
            return
        pieces = rectangles(self.stale)
        painter = QPainter(self.picture)
        for rectangle in pieces if len(pieces) <= MOST else [self.stale.boundingRect()]:
            painter.setClipRect(rectangle)
            paint(painter, (rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height()))
            self.painted += round(rectangle.width() * rectangle.height() * self.ratio**2)
        painter.end()
        self.stale = QRegion()
