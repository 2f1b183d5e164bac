"""The ground below the paths of a figure: the surface in bands, as contour lines divide it.

The one rule: bands are of equal area, so that a valley shows as well as the slopes around it, and they
are shades between two colours of the theme.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage

Array = np.ndarray[Any, Any]

#: How many bands there are, and how strongly the lines between them are drawn.
BANDS, _INK = 14, 0.5


def ground_image(values: Array, width: int, height: int, low: QColor, high: QColor) -> QImage:
    """The bands of `values` (rows, columns; the first row is the lowest) as an image of that size."""
    bands = bands_of(values, width, height)
    ends = np.array([[c.red(), c.green(), c.blue()] for c in (low, high)], dtype=float)
    shares = (bands / max(BANDS - 1, 1))[..., None] * 0.45
    colours = ends[0] * (1 - shares) + ends[1] * shares
    edge = np.zeros(bands.shape, dtype=bool)
    edge[:, 1:] |= bands[:, 1:] != bands[:, :-1]
    edge[1:] |= bands[1:] != bands[:-1]
    colours[edge] = colours[edge] * (1 - _INK) + ends[1] * _INK
    pixels = np.full((height, width, 4), 255, dtype=np.uint8)
    pixels[..., :3] = np.clip(colours[::-1], 0, 255)[..., :3]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def bands_of(values: Array, width: int, height: int) -> Array:
    """For each pixel, lowest row first, the band it lies in: 0 (lowest) to `BANDS` − 1."""
    known = np.where(np.isfinite(values), values, np.nanmax(np.where(np.isfinite(values), values, np.nan)))
    rows, columns = known.shape
    across, up = np.linspace(0, columns - 1, width), np.linspace(0, rows - 1, height)
    wide = np.array([np.interp(across, np.arange(columns), row) for row in known])
    full = np.array([np.interp(up, np.arange(rows), column) for column in wide.T]).T
    limits = np.unique(np.quantile(full, np.linspace(0, 1, BANDS + 1)[1:-1]))
    return np.searchsorted(limits, full)
