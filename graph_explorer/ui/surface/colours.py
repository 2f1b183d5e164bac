"""Colour maps, as tables of colours.

The one rule: the maps are pyqtgraph's, read from its files: to import it costs a sixth of a second.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: How much of the panel's colour is mixed into a map, so that paths and texts stand out before it.
_VEIL = 0.12


@cache
def table(name: str) -> Array:
    """The colours of a map from its low end to its high one, (256, 3), from 0 to 255."""
    found = importlib.util.find_spec("pyqtgraph")
    assert found is not None
    assert found.origin is not None
    text = (Path(found.origin).parent / "colors" / "maps" / f"{name}.csv").read_text(encoding="utf-8")
    rows = [[float(part) for part in line.split(",")[:3]] for line in text.splitlines() if line[:1].isdigit()]
    colours = np.array(rows)
    places = np.linspace(0, len(colours) - 1, 256)
    spread = [np.interp(places, np.arange(len(colours)), colours[:, part]) for part in range(3)]
    return np.stack(spread, axis=-1) * (255 if colours.max() <= 1 else 1)


def veiled(name: str, theme: Theme) -> Array:
    """The colours of a map as a picture's ground in a theme, (256, 3), from 0 to 255."""
    panel = theme.color("panel")
    over = np.array([panel.red(), panel.green(), panel.blue()])
    return table(name) * (1 - _VEIL) + over * _VEIL


def packed(colours: Array) -> Array:
    """Colours of shape (..., 3) as Qt's 32-bit pixels."""
    parts = np.clip(np.round(colours), 0, 255).astype(np.uint32)
    return 0xFF000000 | (parts[..., 0] << 16) | (parts[..., 1] << 8) | parts[..., 2]


def lightness(colours: Array) -> Array:
    """How light colours look, from 0 to 1: CIE L* from relative luminance."""
    parts = np.asarray(colours) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.asarray(np.where(luminance > 216 / 24389, 1.16 * np.cbrt(luminance) - 0.16, luminance * 9.033))
