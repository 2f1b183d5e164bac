"""The surface in three dimensions, drawn by software: column by column, from the front to the back.

Each column of the picture looks along one line through the surface. Going away from the eye, a point is
seen where it stands higher on screen than all before it (a floating horizon: Wright, *A two-space
solution to the hidden line problem for plotting functions of two variables*, 1973). NumPy does so for
all columns at once, so that it needs no OpenGL and looks the same on every machine and in every file.

The one rule: heights and colours come from the same scale as in the flat picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage

from graph_explorer.ui.surface.colours import packed
from graph_explorer.ui.surface.frame import Box, Window
from graph_explorer.ui.surface.ground import STEPS, Palette
from graph_explorer.ui.surface.samples import Samples

Array = np.ndarray[Any, Any]

#: Points of the surface along each side from which the picture is made.
FINE = 448
#: The height of the block, where half its side is 1.
_HEIGHT = 1.0
#: Light falls from this direction: along x, along y, downwards; how much of it is everywhere.
_LIGHT = np.array([-0.5, 0.45, 0.75]) / math.sqrt(0.5**2 + 0.45**2 + 0.75**2)
_AMBIENT = 0.62
#: Room in pixels for names and numbers around the block, both sides together.
_AROUND = 52.0
#: How much darker a contour line is than its band.
_LINE = 0.72


@dataclass(frozen=True)
class Eye:
    """From where the block is seen: degrees around it and above its plane, and how large in a box."""

    turn: float
    tilt: float
    nearness: float
    box: Box

    @cached_property
    def turned(self) -> tuple[float, float]:
        """Cosine and sine of the turn."""
        return math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))

    @cached_property
    def tilted(self) -> tuple[float, float]:
        """Cosine and sine of the tilt."""
        return math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))

    @cached_property
    def scale(self) -> float:
        """Pixels a unit: the block and the names of its axes fit into the box at any turn."""
        tall = 2 * math.sqrt(2) * self.tilted[1] + _HEIGHT * self.tilted[0]
        room = max(self.box[2] - _AROUND, 1.0), max(self.box[3] - _AROUND, 1.0)
        return self.nearness * min(room[0] / (2 * math.sqrt(2)), room[1] / tall)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Where on screen the middle of the block's floor is."""
        x, y, width, height = self.box
        return x + width / 2, y + height / 2 + self.scale * _HEIGHT * self.tilted[0] / 2

    def placed(self, block: Array) -> tuple[Array, Array, Array]:
        """For points (..., 3) of the block: how far right, how far up, and how far away, in units."""
        cosine, sine = self.turned
        right = block[..., 0] * cosine - block[..., 1] * sine
        away = block[..., 0] * sine + block[..., 1] * cosine
        up = away * self.tilted[1] + block[..., 2] * _HEIGHT * self.tilted[0]
        return right, up, away

    def seen(self, block: Any) -> Array:
        """Where on screen points (..., 3) of the block are: sides from −1 to 1, height from 0 to 1."""
        right, up, _ = self.placed(np.asarray(block, dtype=float))
        return np.stack([self.centre[0] + self.scale * right, self.centre[1] - self.scale * up], axis=-1)


def in_block(points: Array, shares: Array, window: Window) -> Array:
    """Points of the plane (n, 2) and their heights as points of the block (n, 3)."""
    left, right, bottom, top = window
    u = 2 * (points[:, 0] - left) / (right - left) - 1
    v = 2 * (points[:, 1] - bottom) / (top - bottom) - 1
    return np.column_stack([u, v, shares])


@dataclass(frozen=True)
class Block:
    """The surface ready to be turned: heights from 0 to 1 and shaded pixels, (FINE, FINE), row by row up."""

    window: Window
    palette: Palette
    heights: Array
    pixels: Array


def make_block(samples: Samples, window: Window, palette: Palette) -> Block:
    """The block over a window of sampled values; holes are at the bottom."""
    left, right, bottom, top = window
    x, y = np.meshgrid(np.linspace(left, right, FINE), np.linspace(bottom, top, FINE))
    inset = samples.window
    values = samples.at(np.clip(x, inset[0], inset[1]), np.clip(y, inset[2], inset[3]))
    shares = palette.levels.share(values)
    holes = np.isnan(shares)
    places = np.where(holes, STEPS, np.nan_to_num(shares) * (STEPS - 1)).astype(np.int32)
    colours = palette.table[places] * _shade(np.nan_to_num(shares))[..., None]
    edges = palette.levels.share(np.array(palette.levels.values)) if palette.levels.values else np.empty(0)
    bands = np.searchsorted(edges, np.nan_to_num(shares))
    line = np.zeros(bands.shape, dtype=bool)
    line[1:] |= bands[1:] != bands[:-1]
    line[:, 1:] |= bands[:, 1:] != bands[:, :-1]
    colours[line & ~holes] *= _LINE
    return Block(window, palette, np.nan_to_num(shares).astype(np.float32), packed(colours))


def _shade(heights: Array) -> Array:
    """How bright the surface is in the light, from its slopes."""
    step = 2 / (FINE - 1)
    along_y, along_x = np.gradient(heights * _HEIGHT, step)
    normals = np.stack([-along_x, -along_y, np.ones_like(heights)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.asarray(_AMBIENT + (1.12 - _AMBIENT) * np.clip(normals @ _LIGHT, 0, 1))


@dataclass(frozen=True)
class Relief:
    """A picture of a block. `horizon` (depths, columns) is the highest point so far, seen from the front."""

    eye: Eye
    image: QImage
    depths: Array
    horizon: Array
    step: float

    def hidden(self, block: Array) -> Array:
        """Whether points (n, 3) of the block lie behind the surface."""
        right, up, away = self.eye.placed(block)
        columns = np.round((right * self.eye.scale + self.eye.box[2] / 2) / self.step)
        before = np.searchsorted(self.depths, away - 0.04) - 1
        with np.errstate(invalid="ignore"):
            columns = np.clip(np.nan_to_num(columns), 0, self.horizon.shape[1] - 1).astype(int)
            found = up < self.horizon[np.maximum(before, 0), columns] - 0.012
        return np.asarray(found & (before >= 0))


def make_relief(block: Block, eye: Eye, side: QColor, ratio: float = 1.0) -> Relief:
    """The picture of a block, `ratio` pixels of the image a logical one; `side` colours its sides."""
    width, height = max(2, round(eye.box[2] * ratio)), max(2, round(eye.box[3] * ratio))
    scale = eye.scale * ratio
    right = ((np.arange(width) + 0.5 - width / 2) / scale).astype(np.float32)
    reach = math.sqrt(2)
    depths = np.linspace(-reach, reach, max(64, round(1.25 * reach * scale)), dtype=np.float32)
    inside, places = _footprint(right, depths, eye)
    heights = block.heights.reshape(-1)[places]
    up = depths[:, None] * np.float32(eye.tilted[1]) + heights * np.float32(_HEIGHT * eye.tilted[0])
    up[~inside] = -np.inf
    horizon = np.maximum.accumulate(up, axis=0)
    image = _rows_filled(up, horizon, inside, places, block, eye, side, ratio, (height, width))
    return Relief(eye, image, depths, horizon, 1 / ratio)


def _footprint(right: Array, depths: Array, eye: Eye) -> tuple[Array, Array]:
    """For every depth and column: whether the block is there, and which point of it."""
    cosine, sine = (np.float32(part) for part in eye.turned)
    u = right[None, :] * cosine + depths[:, None] * sine
    v = depths[:, None] * cosine - right[None, :] * sine
    inside = (np.abs(u) <= 1) & (np.abs(v) <= 1)
    half = np.float32((FINE - 1) / 2)
    columns = np.clip((u + 1) * half + np.float32(0.5), 0, FINE - 1).astype(np.int32)
    rows = np.clip((v + 1) * half + np.float32(0.5), 0, FINE - 1).astype(np.int32)
    return inside, rows * FINE + columns


def _rows_filled(
    up: Array, horizon: Array, inside: Array, places: Array, block: Block, eye: Eye, side: QColor,
    ratio: float, shape: tuple[int, int],
) -> QImage:  # fmt: skip
    """Every pixel with the nearest point that reaches as high as it."""
    height, width = shape
    floor = (eye.centre[1] - eye.box[1]) * ratio
    scale = np.float32(eye.scale * ratio)
    seen = inside.copy()
    seen[1:] &= up[1:] > horizon[:-1]
    depth, column = np.nonzero(seen)
    row = np.floor(floor - scale * up[depth, column]).astype(np.int32)
    drawn = row < height
    depth, column, row = depth[drawn], column[drawn], np.maximum(row[drawn], 0)
    nothing = np.int32(len(up))
    nearest = np.full((height, width), nothing, dtype=np.int32)
    nearest[row, column] = depth
    np.minimum.accumulate(nearest, axis=0, out=nearest)
    first = np.argmax(inside, axis=0)
    there = inside.any(axis=0)
    foot = floor - scale * _foot(first, len(up), eye)
    head = floor - scale * up[first, np.arange(width)]
    rows = np.arange(height, dtype=np.float32)[:, None]
    covered = (nearest < nothing) & (rows <= foot) & there
    pixels = np.zeros((height, width), dtype=np.uint32)
    at = np.nonzero(covered)
    pixels[at] = block.pixels.reshape(-1)[places[nearest[at], at[1]]]
    pixels[covered & (rows > head)] = 0xFF000000 | (side.red() << 16) | (side.green() << 8) | side.blue()
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _foot(first: Array, count: int, eye: Eye) -> Array:
    """How high on screen the floor is at the front of each column."""
    reach = math.sqrt(2)
    return (-reach + first * (2 * reach / (count - 1))) * eye.tilted[1]
