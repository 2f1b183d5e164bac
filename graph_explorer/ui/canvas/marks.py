"""What lies over the picture and moves: the present step, the selection, the pointer, flying numbers.

The one rule: marks are drawn over the kept picture at each repaint and change nothing in it, so
that moving one costs no more than the area that it covers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from graph_explorer.ui.canvas.arrays import path_of
from graph_explorer.ui.canvas.camera import Camera, grown
from graph_explorer.ui.canvas.cards import Style
from graph_explorer.ui.canvas.ink import Ink, draw_texts
from graph_explorer.ui.canvas.moment import Present
from graph_explorer.ui.canvas.paint_lines import point_along
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.shapes import outline

#: How far glows reach beyond what they surround, in screen pixels at scale 1.
REACH = 16.0
_GLOW = ((13.0, 0.14), (7.0, 0.28), (2.6, 1.0))
_RING = ((9.0, 0.16), (5.0, 0.3), (2.4, 1.0))
_CHIP_HEIGHT = 20.0
#: Lines glow from this scale on; further out the glow would cost more than it shows.
_GLOWS_FROM = 0.2


@dataclass(frozen=True)
class Flight:
    """A number on its way along a line: from the consumer to the producer, or `forward`."""

    line: int
    text: str
    share: float
    forward: bool = False


@dataclass(frozen=True)
class Marks:
    """All marks of one moment. Cards and lines are places in the scene, −1 for none."""

    present: Present | None = None
    selected: str = ""
    selected_line: int = -1
    pointed: str = ""
    pointed_line: int = -1
    flights: tuple[Flight, ...] = ()


def marks_boxes(marks: Marks, scene: Scene, camera: Camera, seen: Box) -> Iterator[Box]:
    """The rectangles that the marks may cover, as far as they touch the screen rectangle `seen`."""
    reach = REACH * max(1.0, camera.scale)
    window = camera.scene_box(grown(seen, reach))
    found: list[Box | None] = [scene.box_of(marks.selected), scene.box_of(marks.pointed)]
    lines = [line for line in (marks.selected_line, marks.pointed_line) if line >= 0]
    if marks.present is not None:
        cards = [card for card in (marks.present.card, marks.present.into) if card >= 0]
        found += [scene.box(card) for card in cards]
        lines += marks.present.lines
    for line in lines:
        found += scene.line_boxes(line, window)
    for box in found:
        if box is not None:
            yield grown(camera.seen_box(box), reach)
    for flight in marks.flights:
        x, y = camera.seen(_place(flight, scene))
        yield x - 70, y - 20, 140, 40


def paint_marks(painter: QPainter, marks: Marks, scene: Scene, camera: Camera, seen: Box, ink: Ink) -> None:
    """Draws the marks that are in the screen rectangle `seen`; the painter draws in screen pixels."""
    window = camera.scene_box(grown(seen, REACH * max(1.0, camera.scale)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if marks.pointed_line >= 0:
        _trace_line(painter, scene, camera, window, marks.pointed_line, ink, "selection", ((6.0, 0.25),))
    if marks.selected_line >= 0:
        strokes = ((8.0, 0.25), (2.4, 1.0))
        _trace_line(painter, scene, camera, window, marks.selected_line, ink, "selection", strokes)
    if marks.present is not None:
        _present(painter, marks.present, scene, camera, window, ink)
    if marks.pointed and marks.pointed != marks.selected:
        _surround(painter, scene, camera, marks.pointed, ink, "selection", ((1.4, 0.55),), 2.0)
    if marks.selected:
        _surround(painter, scene, camera, marks.selected, ink, "selection", ((6.0, 0.22), (2.2, 1.0)), 2.0)
    for flight in marks.flights:
        _chip(painter, flight, scene, camera, ink)


def _present(
    painter: QPainter, present: Present, scene: Scene, camera: Camera, window: Box, ink: Ink
) -> None:
    role = "value" if present.kind == "compute" else "glow"
    for line in present.lines:
        _trace_line(painter, scene, camera, window, line, ink, role, _GLOW)
    for card, strokes in ((present.into, ((2.0, 0.6),)), (present.card, _RING)):
        if card >= 0:
            _surround(painter, scene, camera, scene.cards.ids[card], ink, role, strokes, 4.0)


def _width(width: float, scale: float) -> float:
    """A stroke's width on screen: it shrinks with the scene, but never out of sight."""
    return max(width * min(scale, 1.6), 0.35 * width, 1.0)


def _trace_line(
    painter: QPainter, scene: Scene, camera: Camera, window: Box, line: int, ink: Ink, role: str,
    strokes: tuple[tuple[float, float], ...],
) -> None:  # fmt: skip
    paths = [camera.transform().map(path_of(run, joined=True)) for run in scene.stretches(line, window)]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    bundle = math.log2(scene.multiplicities[line])
    for width, alpha in strokes if camera.scale > _GLOWS_FROM else strokes[-1:]:
        pen = QPen(ink.pen(role, round(_width(width + bundle, camera.scale), 1), alpha))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        for path in paths:
            painter.drawPath(path)


def _surround(
    painter: QPainter, scene: Scene, camera: Camera, name: str, ink: Ink, role: str,
    strokes: tuple[tuple[float, float], ...], away: float,
) -> None:  # fmt: skip
    box = scene.box_of(name)
    if box is None:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = _outline(scene, camera, name, box, away)
    for width, alpha in strokes:
        painter.setPen(ink.pen(role, round(_width(width, camera.scale), 1), alpha))
        painter.drawPath(path)


def _outline(scene: Scene, camera: Camera, name: str, box: Box, away: float) -> QPainterPath:
    place = scene.place(name)
    x, y, width, height = camera.seen_box(box)
    path = QPainterPath()
    if min(width, height) < 12:  # from far away a ring that can still be found
        radius = max(7.0, max(width, height) / 2 + 3)
        path.addEllipse(QPointF(x + width / 2, y + height / 2), radius, radius)
        return path
    if place >= 0:
        card = scene.cards[place]
        shape = outline(card.kind, card.width, card.height, away)
        return camera.transform().map(shape.translated(box[0], box[1]))
    path.addRoundedRect(QRectF(x, y, width, height), 11 * camera.scale, 11 * camera.scale)
    return path


def _place(flight: Flight, scene: Scene) -> tuple[float, float]:
    share = flight.share if flight.forward else 1 - flight.share
    return point_along(scene, flight.line, share)


def _chip(painter: QPainter, flight: Flight, scene: Scene, camera: Camera, ink: Ink) -> None:
    """The number in a small capsule; it shrinks a little as it merges at its end."""
    x, y = camera.seen(_place(flight, scene))
    text = ink.text(flight.text, Style.NUMBER)
    grown = max(0.8, min(camera.scale, 1.4)) * (1 - 0.35 * max(0.0, flight.share - 0.8) / 0.2)
    role = "value" if flight.forward else "gradient"
    painter.save()
    painter.translate(x, y)
    painter.scale(grown, grown)
    width = text.size().width() + 16
    box = QRectF(-width / 2, -_CHIP_HEIGHT / 2, width, _CHIP_HEIGHT)
    painter.setPen(ink.pen("node", 2.0))
    painter.setBrush(ink.brush(role))
    painter.drawRoundedRect(box, _CHIP_HEIGHT / 2, _CHIP_HEIGHT / 2)
    painter.setPen(ink.pen("node"))
    draw_texts(painter, Style.NUMBER, [(QPointF(box.left() + 8, -text.size().height() / 2), text)])
    painter.restore()
