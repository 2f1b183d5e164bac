"""The graph from far away: cards as blocks, then as points; lines as rows of points.

The one rule: at this distance nothing is drawn one by one. Points and lines along the axes are written
straight into an image with NumPy; blocks of one colour are one call.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Kind
from graph_explorer.ui.canvas.ink import Ink, blended
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.paint_lines import (
    ORDER,
    SHADES,
    draw_straight,
    lit_lines,
    trunk_strokes,
)
from graph_explorer.ui.canvas.progress import COMPLETE, PARTIAL, VALUE
from graph_explorer.ui.canvas.scene import Box, Places, Scene, bezier
from graph_explorer.ui.canvas.shapes import ROLES
from graph_explorer.ui.health.heats import heat_colors

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

#: How strong lines are, compared with lines near by.
_FAINT = 0.75
_DIMMED = 0.2
#: From this length on, in pixels, a piece is drawn as a curve; below, its points go into the image.
_LONG = 24
#: A piece that leaves the straight by less than this, in pixels, is drawn straight.
_STRAIGHT = 0.75
#: A piece shorter than this, in pixels, is one point.
_TINY = 1.5
#: With more straight pieces a pixel than this they are counted, with fewer they are sorted and drawn.
_MANY = 0.15
#: Of more things than this a pixel of the picture some are left out: they would lie over each other.
_MOST_A_PIXEL, _NEVER_TOO_MANY = 6, 100_000


def block_color(kind: Kind, stage: int, ink: Ink) -> QColor:
    """What colour stands for a card: its role, and in the backward pass how far its gradient is."""
    if stage == COMPLETE:
        return ink.mixed("gradient", "node", 0.85)
    if stage == PARTIAL:
        return ink.mixed("gradient", "node", 0.45)
    if kind is Kind.OPERATION:
        return ink.mixed("value", "node", 0.45) if stage == VALUE else ink.mixed("edge", "window", 0.5)
    if kind is Kind.CONSTANT:
        return ink.mixed("constant", "node", 0.3)
    return ink.mixed(ROLES[kind], "node", 0.75 if stage >= VALUE else 0.35)


def dots(ends: Floats) -> tuple[Cells, Cells]:
    """Whole points x and y, a pixel apart, along lines between two ends (4, k)."""
    ways = ends[2:] - ends[:2]
    counts = np.ceil(np.maximum(np.abs(ways[0]), np.abs(ways[1]))).astype(np.int64) + 1
    line = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(line)) - (np.cumsum(counts) - counts)[line] + 0.5) / counts[line]
    x, y = (np.floor(start[line] + way[line] * share) for start, way in zip(ends[:2], ways, strict=True))
    return x.astype(np.int64), y.astype(np.int64)


def _middles(pixels: Pixels, scene: Scene, camera: Camera, pieces: Places) -> tuple[Cells, Cells]:
    """The pixels in the middle of very short pieces."""
    left, top, right, bottom = pixels.ends(scene, camera, pieces)
    x, y = np.floor((left + right) / 2), np.floor((top + bottom) / 2)
    return x.astype(np.int64), y.astype(np.int64)


def on_screen(points: Floats, camera: Camera) -> Floats:
    """Points of the scene (…, 2) where they are seen."""
    return np.asarray(points * camera.scale + (camera.x, camera.y))


def distinct(pieces: Floats) -> Floats:
    """The pieces on screen without those whose ends fall on the same pixels as another's."""
    ends = np.clip(np.round(pieces[:, (0, 3)].reshape(-1, 4)), -32_000, 32_000).astype(np.int64) + 32_768
    keys = ((ends[:, 0] * 65536 + ends[:, 1]) * 65536 + ends[:, 2]) * 65536 + ends[:, 3]
    return pieces[np.unique(keys, return_index=True)[1]]


def chords(pieces: Floats) -> Floats:
    """The pieces cut into four, as rows x1, y1, x2, y2."""
    points = bezier(pieces, np.linspace(0, 1, 5))
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)


class Pixels:
    """The pixels of a screen rectangle, written with NumPy while a painter is at work on them.

    An opaque image is written directly; for any other device there is a clear image, which is drawn
    over it in the end.
    """

    def __init__(self, painter: QPainter, seen: Box) -> None:
        self._painter = painter
        self._corner = QPointF(seen[0], seen[1])
        device = painter.device()
        self.ratio = device.devicePixelRatioF()
        left, top = (math.floor(side * self.ratio) for side in seen[:2])
        right, bottom = (math.ceil((seen[k] + seen[k + 2]) * self.ratio) for k in (0, 1))
        self._direct = isinstance(device, QImage) and device.format() == QImage.Format.Format_RGB32
        if isinstance(device, QImage) and self._direct:
            self._image = device
            left, top, right, bottom = max(left, 0), max(top, 0), max(right, 0), max(bottom, 0)
        else:
            self._image = _clear_image(right - left, bottom - top, self.ratio)
        rows = np.frombuffer(self._image.bits(), np.uint32).reshape(self._image.height(), -1)
        self._pixels = rows[top:bottom, left:right] if self._direct else rows
        self._origin = np.array([left, top])

    @property
    def size(self) -> int:
        """How many pixels there are."""
        return self._pixels.size

    def place(self, points: Floats) -> Floats:
        """Points of the screen (…, 2) as columns and rows of the rectangle's pixels."""
        return np.asarray(points * self.ratio - self._origin)

    def ends(self, scene: Scene, camera: Camera, pieces: Places) -> Floats:
        """Where pieces begin and end, (4, k), in columns and rows of the rectangle's pixels."""
        scale = camera.scale * self.ratio
        x, y = np.array([camera.x, camera.y]) * self.ratio - self._origin
        columns = zip(scene.ends, (x, y, x, y), strict=True)
        return np.stack([column[pieces] * scale + start for column, start in columns])

    def put(self, x: Cells, y: Cells, color: QColor) -> None:
        """Colours the pixels at columns `x` and rows `y`; those outside are left out."""
        height, width = self._pixels.shape
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        self._pixels[y[inside], x[inside]] = color.rgb()  # opaque: 0xFF, red, green, blue

    def thinned(self, found: Places) -> Places:
        """Of very many things fewer: so many that there are still several for each pixel."""
        return found[:: 1 + len(found) // (_MOST_A_PIXEL * self.size + _NEVER_TOO_MANY)]

    def stroke(self, ends: Floats, color: QColor) -> None:
        """Colours the pixels along upright or level lines, given by their two ends (4, k).

        Where lines begin and end is counted in a table of the pixels; its running sums then tell how
        many of them cover each pixel. A thousand lines on top of each other cost no more than one.
        The pixels are those of `draw_straight`.
        """
        rounded = np.round(ends * (2 / self.ratio)) * (self.ratio / 2)
        left, top, right, bottom = np.floor(rounded).astype(np.int64)
        upright = np.abs(left - right) <= np.abs(top - bottom)
        level = ~upright
        self._cover(self._pixels, left[upright], top[upright], bottom[upright], color)
        self._cover(self._pixels.T, top[level], left[level], right[level], color)

    def _cover(
        self, pixels: NDArray[np.uint32], across: Cells, first: Cells, last: Cells, color: QColor
    ) -> None:
        """The same for lines down the columns of `pixels`: at which one, from where to where."""
        high, wide = pixels.shape
        first, last = np.minimum(first, last), np.maximum(first, last)
        inside = (across >= 0) & (across < wide) & (last >= 0) & (first < high)
        across, first, last = across[inside], np.maximum(first[inside], 0), np.minimum(last[inside], high - 1)
        if not len(across):
            return
        left = int(across.min())
        count = int(across.max()) + 1 - left
        cells = (high + 1) * count
        begins = np.bincount(first * count + across - left, minlength=cells)
        begins -= np.bincount((last + 1) * count + across - left, minlength=cells)
        covered = np.cumsum(begins.reshape(high + 1, count), axis=0)[:-1] > 0
        pixels[:, left : left + count][covered] = color.rgb()

    def __enter__(self) -> Pixels:
        return self

    def __exit__(self, *error: object) -> None:
        del self._pixels
        if not self._direct:
            self._painter.drawImage(self._corner, self._image)


class FarPainter:
    """Draws from far away in one theme."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, seen: Box, points: bool
    ) -> None:
        """Draws what is in the screen rectangle `seen`; cards as blocks, or as `points`."""
        box = camera.scene_box(seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        with Pixels(painter, seen) as pixels:
            self._lines(painter, pixels, scene, moment, camera, seen)
            if points:
                self._points(pixels, scene, moment, camera, box)
        if not points:
            self._blocks(painter, scene, moment, camera, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    # ── lines ─────────────────────────────────────────────────────────────────────────────────

    def _lines(
        self, painter: QPainter, pixels: Pixels, scene: Scene, moment: Moment, camera: Camera, seen: Box
    ) -> None:
        """Straight pieces and short curves as points in the image, long curves as chords."""
        for state, light, ends in trunk_strokes(scene, moment, camera.scene_box(seen)):
            if light:
                role, strength = SHADES[state]
                painter.setPen(QPen(self.ink.mixed(role, "window", strength * _FAINT), 0))
                draw_straight(painter, ends, camera, seen)
        found = pixels.thinned(scene.pieces_in(camera.scene_box(seen)))
        if moment.lit is not None:
            found = found[lit_lines(scene, moment, scene.line_of_piece[found])]
        spans = scene.spans[found] * (camera.scale * pixels.ratio)
        tiny, far = spans < _TINY, spans > _LONG
        bent = ~tiny & (scene.bends[found] * camera.scale >= _STRAIGHT)
        states = moment.line_states(scene.sources, scene.line_of_piece[found])
        classes = (tiny, ~tiny & ~bent, bent & ~far, bent & far)
        dust, straight, bits, curves = (found[these] for these in classes)
        looks = [states[these] for these in classes]
        points = _middles(pixels, scene, camera, dust) if len(dust) else None
        short = pixels.ends(scene, camera, bits) if len(bits) else None
        strokes = pixels.ends(scene, camera, straight) if len(straight) > _MANY * pixels.size else None
        for state in ORDER:
            now = [look == state for look in looks]
            some = [bool(these.any()) for these in now]
            if not any(some):
                continue
            role, strength = SHADES[state]
            color = self.ink.mixed(role, "window", strength * _FAINT)
            painter.setPen(QPen(color, 0))  # opaque: several times as fast
            if points is not None and some[0]:
                pixels.put(points[0][now[0]], points[1][now[0]], color)
            if short is not None and some[2]:
                pixels.put(*dots(short[:, now[2]]), color)
            if strokes is not None and some[1]:
                pixels.stroke(strokes[:, now[1]], color)
            elif some[1]:
                draw_straight(painter, scene.ends[:, straight[now[1]]], camera, seen)
            if some[3]:
                rest = on_screen(scene.pieces[curves[now[3]]], camera)
                Rows(chords(distinct(rest))).draw_lines(painter)

    # ── cards ─────────────────────────────────────────────────────────────────────────────────

    def _colored(
        self, scene: Scene, moment: Moment, places: NDArray[np.int64]
    ) -> list[tuple[QColor, NDArray[np.bool_]]]:
        """Which of some cards have which colour; the further advanced ones, or the hottest, last."""
        stages = moment.stages_of(places)
        lit = np.ones(len(places), bool) if moment.lit is None else moment.lit[places]
        if moment.warmth is not None:
            looks = moment.warmth.seen(stages, places).astype(np.int16)
        else:
            looks = stages.astype(np.int16) * 16 + scene.kinds[places]
        codes = looks * 2 + lit
        found = np.flatnonzero(np.bincount(codes)).tolist()
        if moment.warmth is None:  # of cards on one pixel the operations are seen, not what they take
            found.sort(key=lambda code: (code // 32, -(code // 2 % 16)))
        return [
            (self._color(code // 2, bool(code % 2), moment.warmth is not None), codes == code)
            for code in found
        ]

    def _color(self, look: int, lit: bool, warm: bool) -> QColor:
        color = heat_colors(self.ink.theme.name)[look] if warm else None
        color = color or block_color(Kind(look % 16), look // 16, self.ink)
        return color if lit else blended(color, self.ink.color("window"), _DIMMED)

    def _blocks(self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        places = scene.cards_in(box)
        rows = scene.boxes[places] * camera.scale
        rows[:, :2] += (camera.x, camera.y)
        for color, these in self._colored(scene, moment, places):
            painter.setBrush(color)
            Rows(rows[these]).draw_rectangles(painter)

    def _points(self, pixels: Pixels, scene: Scene, moment: Moment, camera: Camera, box: Box) -> None:
        """Every card as a few pixels, at least one."""
        places = pixels.thinned(scene.cards_in(box))
        sides = scene.mean_size * camera.scale * pixels.ratio
        wide, high = (max(1, round(side)) for side in sides.tolist())
        corners = np.floor(pixels.place(on_screen(scene.boxes[places, :2], camera)))
        x, y = np.ascontiguousarray(corners.astype(np.int64).T)
        for color, these in self._colored(scene, moment, places):
            here, there = x[these], y[these]
            for dy in range(high):
                for dx in range(wide):
                    pixels.put(here + dx, there + dy, color)


def _clear_image(width: int, height: int, ratio: float) -> QImage:
    image = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    return image
