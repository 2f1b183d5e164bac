"""Small drawings of documents: the outline of a graph, the hills and valleys of a surface.

The one rule: a sketch is made from the document itself, so that no two examples look alike and none
is out of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from graph_explorer.document import Document, run
from graph_explorer.layout import Direction, Layout, arrange
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

_BOX = (60.0, 40.0)  # of a node in the layout; its shape matters more than its size
_LARGEST = (11.0, 8.0)  # of a node in the sketch
_WAYS: tuple[Direction, ...] = ("down", "right")
_POINTS = 48  # of a surface, along each axis
_LEVELS = 9
_STRETCH = 2.5  # how much more one axis may be enlarged than the other


@dataclass(frozen=True)
class Sketch:
    """Either boxes with the roles of their colours, and lines, in the unit square; or levels.

    `boxes` is (n, 4): centre and size. `lines` are (k, 2). `levels` is (rows, columns) from 0 to 1,
    the first row at the top.
    """

    boxes: Array | None = None
    roles: tuple[str, ...] = ()
    lines: tuple[Array, ...] = ()
    levels: Array | None = None

    def paint(self, painter: QPainter, place: QRectF, shown: Theme) -> None:
        """Paints the sketch into a rectangle."""
        if self.levels is not None:
            _paint_levels(painter, place, self.levels, shown)
        elif self.boxes is not None:
            _paint_graph(painter, place, self, shown)


def sketch(document: Document, surface: bool = False) -> Sketch:
    """The sketch of a document: of its surface, if that is what it is about, else of its graph."""
    plane = document.surface
    if surface and plane is not None and plane.axes is not None:
        left, right, bottom, top = plane.window
        x, y = np.meshgrid(np.linspace(left, right, _POINTS), np.linspace(top, bottom, _POINTS))
        placed = document.with_values({plane.axes[0]: x, plane.axes[1]: y})
        height = run(placed, wrt=()).value(document.output)
        if np.shape(height) == x.shape:
            return Sketch(levels=_ranks(height))
    return _of_graph(document)


def _ranks(height: Array) -> Array:
    """Each point's place among all heights, from 0 to 1, in steps: the levels have about the same area.

    Heights that differ by less than a hundred-thousandth of the range count as equal.
    """
    known = np.nan_to_num(height, nan=np.nanmax(height))
    coarse = np.round((known - known.min()) / max(float(np.ptp(known)), 1e-300), 5)
    _, place, count = np.unique(coarse, return_inverse=True, return_counts=True)
    lower = (np.cumsum(count) - count)[place] / height.size
    return np.asarray(np.reshape(np.floor(lower * _LEVELS) / (_LEVELS - 1), height.shape))


def _of_graph(document: Document) -> Sketch:
    graph = document.graph
    sizes = dict.fromkeys((*(node.id for node in graph), *graph.groups), _BOX)
    layouts = [arrange(graph, sizes, direction=way) for way in _WAYS]
    layout = min(layouts, key=lambda one: max(one.bounds[2:]) / min(one.bounds[2:]))
    centers, lines, extent = _folded(layout)
    scale = 1 / extent
    scale = np.minimum(scale, scale.min() * _STRETCH)
    offset = (1 - extent * scale) / 2
    boxes = np.hstack([centers * scale + offset, layout.sizes * scale])
    roles = tuple(_role(document, name) for name in layout.ids)
    return Sketch(boxes=boxes, roles=roles, lines=tuple(line * scale + offset for line in lines))


def _folded(layout: Layout) -> tuple[Array, list[Array], Array]:
    """Centres, lines and extent from 0; a long drawing is cut into strips that stand side by side."""
    corner, extent = np.array(layout.bounds[:2]), np.array(layout.bounds[2:])
    centers = layout.centers - corner
    lines = [layout.lines.points_of(line) - corner for line in range(len(layout.lines))]
    along = 1 if layout.direction == "down" else 0
    strips = max(1, int(np.sqrt(extent[along] / extent[1 - along] / 2)))
    length = extent[along] / strips
    step = np.zeros(2)
    step[along], step[1 - along] = -length, extent[1 - along] * 1.25

    def strip(points: Array) -> Array:
        return np.asarray(np.clip(points[..., along] // length, 0, strips - 1))

    kept = [line for line in lines if strip(line[0]) == strip(line[-1])]
    extent[along] = length
    extent[1 - along] *= 1.25 * strips - 0.25
    return centers + strip(centers)[:, None] * step, [line + strip(line[0]) * step for line in kept], extent


def _role(document: Document, name: str) -> str:
    if name == document.output:
        return "output"
    op = document.graph.node(name).op
    return {"parameter": "parameter", "input": "muted", "constant": "edge"}.get(op, "accent")


def _paint_levels(painter: QPainter, place: QRectF, levels: Array, shown: Theme) -> None:
    ends = (shown.color(role) for role in ("accent", "panel"))
    low, high = (np.array([end.redF(), end.greenF(), end.blueF()]) for end in ends)
    mixed = low + levels[..., None] * (high - low) * 0.92
    pixels = np.full((*levels.shape, 4), 255, dtype=np.uint8)
    pixels[..., :3] = np.round(mixed * 255)
    rows, columns = levels.shape
    image = QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)


def _paint_graph(painter: QPainter, place: QRectF, drawn: Sketch, shown: Theme) -> None:
    assert drawn.boxes is not None
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = np.array([place.width(), place.height()])
    corner = np.array([place.left(), place.top()])
    painter.setPen(QPen(shown.color("edge"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in drawn.lines:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line * size + corner]))
    painter.setPen(Qt.PenStyle.NoPen)
    middles = drawn.boxes[:, :2] * size + corner
    sizes = np.clip(drawn.boxes[:, 2:] * size, 2.5, _LARGEST)
    boxes = np.hstack([middles - sizes / 2, sizes]).tolist()
    for (x, y, width, height), role in zip(boxes, drawn.roles, strict=True):
        painter.setBrush(shown.color(role))
        painter.drawRoundedRect(QRectF(x, y, width, height), 1.5, 1.5)
