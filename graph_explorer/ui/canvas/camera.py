"""What part of the scene is on screen, and how large.

The one rule: a camera never changes; moving it makes another one. Screen positions are in the
widget's logical pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QTransform

Box = tuple[float, float, float, float]
Point = tuple[float, float]

LARGEST = 4.0
SMALLEST = 1e-6
#: A picture is not blown up beyond this to fill the window.
LARGEST_FIT = 1.4
#: A picture that would have to be smaller than this to be seen whole is opened at its beginning instead,
#: neither smaller than legible nor larger than comfortable.
READABLE, LEGIBLE, COMFORTABLE = 0.56, 0.64, 0.8
MARGIN = 28.0
#: Where the end of what is too long to be seen is put, as a share of the window.
_LATE = 0.75


@dataclass(frozen=True)
class Camera:
    """A scene point p is seen at p × scale + (x, y)."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def seen(self, point: Point) -> Point:
        """Where on screen a scene point is."""
        return point[0] * self.scale + self.x, point[1] * self.scale + self.y

    def scene(self, point: Point) -> Point:
        """Which scene point is at a point of the screen."""
        return (point[0] - self.x) / self.scale, (point[1] - self.y) / self.scale

    def seen_box(self, box: Box) -> Box:
        x, y = self.seen(box[:2])
        return x, y, box[2] * self.scale, box[3] * self.scale

    def scene_box(self, box: Box) -> Box:
        x, y = self.scene(box[:2])
        return x, y, box[2] / self.scale, box[3] / self.scale

    def transform(self) -> QTransform:
        return QTransform(self.scale, 0, 0, self.scale, self.x, self.y)

    def moved(self, dx: float, dy: float) -> Camera:
        return replace(self, x=self.x + dx, y=self.y + dy)

    def zoomed(self, factor: float, at: Point) -> Camera:
        """Larger by `factor`, with the scene point at the screen point `at` staying there."""
        scale = min(max(self.scale * factor, SMALLEST), LARGEST)
        x, y = self.scene(at)
        return Camera(scale, at[0] - x * scale, at[1] - y * scale)

    def with_point(self, point: Point, at: Point) -> Camera:
        """Moved so that a scene point is seen at a point of the screen."""
        return replace(self, x=at[0] - point[0] * self.scale, y=at[1] - point[1] * self.scale)

    def between(self, other: Camera, share: float) -> Camera:
        """On the way to another camera: the scale grows evenly in ratio, the picture moves straight."""
        if share == 1.0:
            return other
        scale = self.scale * (other.scale / self.scale) ** share
        if abs(other.scale - self.scale) < 1e-9 * self.scale:
            along = share
        else:
            along = (scale - self.scale) / (other.scale - self.scale)
        return Camera(scale, self.x + (other.x - self.x) * along, self.y + (other.y - self.y) * along)


def grown(box: Box, by: float) -> Box:
    """The box with so much more room on each side."""
    x, y, width, height = box
    return x - by, y - by, width + 2 * by, height + 2 * by


def fitted(box: Box, width: float, height: float, margin: float = MARGIN) -> Camera:
    """The camera that shows all of a scene rectangle, centred, in a window of that size."""
    room_x, room_y = max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0)
    scale = min(room_x / max(box[2], 1.0), room_y / max(box[3], 1.0), LARGEST_FIT)
    scale = max(scale, SMALLEST)
    centre = (box[0] + box[2] / 2, box[1] + box[3] / 2)
    return Camera(scale).with_point(centre, (width / 2, height / 2))


def opening(bounds: Box, first: Box, width: float, height: float) -> Camera:
    """The camera with which a graph is first seen: all of it, if that can be read; else its beginning.

    It is as large as is comfortable, or smaller where more of its shorter side can be read then. `first`
    is the part with which the graph begins; where that is too long to be seen, its end counts.
    """
    whole = fitted(bounds, width, height)
    if whole.scale >= READABLE:
        return whole
    room_x, room_y = width - 2 * MARGIN, height - 2 * MARGIN
    shorter = max(room_x / max(bounds[2], 1.0), room_y / max(bounds[3], 1.0))
    camera = Camera(min(max(shorter, LEGIBLE), COMFORTABLE))
    x, y, wide, high = camera.seen_box(first)
    camera = camera.moved(
        -x + (width - wide) / 2 if wide <= room_x else _LATE * width - x - wide,
        -y + (height - high) / 2 if high <= room_y else _LATE * height - y - high,
    )
    return _filling(camera, bounds, width, height)


def _filling(camera: Camera, bounds: Box, width: float, height: float) -> Camera:
    """The camera moved so that what lies in `bounds` leaves no needless gap in the window."""
    x, y, wide, high = camera.seen_box(bounds)
    return camera.moved(_into_window(x, wide, width), _into_window(y, high, height))


def _into_window(start: float, size: float, room: float) -> float:
    """By how much something has to move to leave no needless gap at a border of the window."""
    if size + 2 * MARGIN <= room:
        return (room - size) / 2 - start
    return max(0.0, room - MARGIN - start - size) + min(0.0, MARGIN - start)


def keeping(camera: Camera, boxes: Sequence[Box], bounds: Box, width: float, height: float) -> Camera | None:
    """The camera moved so that scene rectangles inside `bounds` are in sight; None if they are already.

    Where they are too far apart to be seen together, the first one counts; of one that is larger than the
    window, its upper left.
    """
    if not boxes:
        return None
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    x, y, wide, high = camera.seen_box((left, top, right - left, bottom - top))
    edge = min(MARGIN, width / 8, height / 8)
    inside = x >= edge and y >= edge and x + wide <= width - edge and y + high <= height - edge
    covers = x <= 0 and y <= 0 and x + wide >= width and y + high >= height
    if len(boxes) > 1 and (wide > width - 2 * edge or high > height - 2 * edge):
        return keeping(camera, boxes[:1], bounds, width, height)
    if inside or covers:
        return None
    moved = camera.moved(max((width - wide) / 2, edge) - x, max((height - high) / 2, edge) - y)
    return _filling(moved, bounds, width, height)


def uncovered(camera: Camera, box: Box, covered: Box, width: float, height: float) -> Camera:
    """The camera moved so that a scene rectangle is not under `covered`, a rectangle of the screen.

    It goes to whichever side is nearest; where there is room at none, it stays.
    """
    x, y, wide, high = camera.seen_box(box)
    left, top, right, bottom = covered[0], covered[1], covered[0] + covered[2], covered[1] + covered[3]
    if x >= right or y >= bottom or x + wide <= left or y + high <= top:
        return camera
    edge = min(MARGIN, width / 8, height / 8)
    aside = _beside(x, wide, left, right, edge, width - edge)
    along = _beside(y, high, top, bottom, edge, height - edge)
    ways = [*((by, 0.0) for by in aside), *((0.0, by) for by in along)]
    dx, dy = min(ways, key=lambda way: abs(way[0]) + abs(way[1]), default=(0.0, 0.0))
    return camera.moved(dx, dy)


def _beside(start: float, size: float, left: float, right: float, first: float, last: float) -> list[float]:
    """By how much a stretch can move to stand before or behind another one, between `first` and `last`."""
    return [goal - start for goal in (left - first - size, right + first) if first <= goal <= last - size]
