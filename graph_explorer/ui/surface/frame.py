"""Which part of the plane is seen, and where on screen.

The one rule: a frame never changes; moving it makes another one. Windows are (left, right, bottom, top)
in the coordinates of the axes, boxes are (x, y, width, height) in logical pixels with y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Window = tuple[float, float, float, float]
Box = tuple[float, float, float, float]

#: A window is never narrower than this part of its coordinates: beyond it numbers have no digits left.
NARROWEST = 1e-10
#: Nor wider than this.
WIDEST = 1e12


@dataclass(frozen=True)
class Frame:
    """The `window` of the plane that fills the `box` on screen."""

    window: Window
    box: Box

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels a unit, along x and along y."""
        left, right, bottom, top = self.window
        return self.box[2] / (right - left), self.box[3] / (top - bottom)

    def seen(self, points: Any) -> Array:
        """Where on screen points of shape (..., 2) are; far away ones have huge coordinates."""
        points = np.asarray(points, dtype=float)
        points = points if points.size else points.reshape(0, 2)
        (across, down), (left, _, _, top), (x, y, *_) = self.scale, self.window, self.box
        with np.errstate(all="ignore"):
            return np.stack([x + (points[..., 0] - left) * across, y + (top - points[..., 1]) * down], -1)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Which point of the plane is at a point of the screen."""
        across, down = self.scale
        return self.window[0] + (x - self.box[0]) / across, self.window[3] - (y - self.box[1]) / down

    def contains(self, x: float, y: float) -> bool:
        """Whether a point of the screen lies in the box."""
        left, top, width, height = self.box
        return left <= x <= left + width and top <= y <= top + height

    def moved(self, dx: float, dy: float) -> Frame:
        """The frame after the plane was dragged by so many pixels."""
        across, down = self.scale
        left, right, bottom, top = self.window
        window = (left - dx / across, right - dx / across, bottom + dy / down, top + dy / down)
        return replace(self, window=window)

    def zoomed(self, factor: float, x: float, y: float) -> Frame:
        """Larger by `factor`, with what is at a point of the screen staying there."""
        at_x, at_y = self.point(x, y)
        left, right, bottom, top = self.window
        made = (
            at_x + (left - at_x) / factor, at_x + (right - at_x) / factor,
            at_y + (bottom - at_y) / factor, at_y + (top - at_y) / factor,
        )  # fmt: skip
        return replace(self, window=made) if _sensible(made) else self


def _sensible(window: Window) -> bool:
    """Whether floating-point numbers are fine enough for a window, and large enough."""
    spans = (window[1] - window[0], window[3] - window[2])
    sizes = (max(map(abs, window[:2])), max(map(abs, window[2:])))
    return all(NARROWEST * (size + 1e-3) < span < WIDEST for span, size in zip(spans, sizes, strict=True))
