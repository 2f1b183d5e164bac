"""The images of maps: a colour for each cell.

The one rule: in a map of losses lighter is lower on a logarithmic scale, in a map of basins the colour says
which minimum and its strength how soon; cells without a number are of the panel's own greys.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from graph_explorer.lab.basins import DIVERGED, LEFT, BasinMap
from graph_explorer.ui.surface.colours import packed, table
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]
#: The colour map of losses.
_MAP = "viridis"
#: How much of a minimum's colour the slowest start keeps.
_FAINTEST = 0.25


def _image(colours: Array) -> QImage:
    """Colours (rows, columns, 3) as an image of its own memory."""
    pixels = np.ascontiguousarray(packed(colours))
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def _role(shown: Theme, role: str) -> Array:
    color = shown.color(role)
    return np.array([color.red(), color.green(), color.blue()], dtype=float)


def losses_image(losses: Array, shown: Theme) -> QImage:
    """Final losses (rows, columns): the lowest lightest; those that are not finite grey."""
    finite = np.isfinite(losses)
    shares = np.zeros(losses.shape)
    if finite.any():
        least = float(losses[finite].min())
        above = np.log10(
            np.maximum(np.where(finite, losses, least) - least, 0) + _smallest(losses[finite], least)
        )
        low, high = float(above[finite].min()), float(above[finite].max())
        shares = 1 - (above - low) / (high - low) if high > low else np.ones(losses.shape)
    colours = table(_MAP)[(np.clip(shares, 0, 1) * 255).astype(int)]
    colours[~finite] = _role(shown, "border")
    return _image(colours)


def _smallest(losses: Array, least: float) -> float:
    """What is added before the logarithm: the lowest loss if above 0, else a small part of the range."""
    if least > 0:
        return least
    span = float(losses.max()) - least
    return span * 1e-6 if span > 0 else 1.0


def basin_image(found: BasinMap, shown: Theme) -> QImage:
    """The end of every start (rows, columns)."""
    panel = _role(shown, "panel")
    colours = np.empty((*found.ends.shape, 3))
    colours[:] = _role(shown, "raised")
    colours[found.ends == LEFT] = _role(shown, "border")
    colours[found.ends == DIVERGED] = _role(shown, "muted")
    longest = max(float(found.evaluations.max()), 2.0)
    with np.errstate(all="ignore"):
        slow = np.log(np.maximum(found.evaluations, 1)) / np.log(longest)
    strength = (1 - (1 - _FAINTEST) * slow)[..., None]
    for number in range(len(found.minima)):
        here = found.ends == number
        color = shown.series_color(number)
        own = np.array([color.red(), color.green(), color.blue()], dtype=float)
        colours[here] = (own * strength + panel * (1 - strength))[here]
    return _image(colours)
