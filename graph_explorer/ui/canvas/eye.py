"""What the widget sees: the camera, what it keeps in sight by itself, and the kept picture.

The one rule: whoever moves the camera goes through here, so that the kept picture always belongs to
the camera: a move shifts it, another scale paints it anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from PySide6.QtCore import QEasingCurve, QTimer
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QWidget

from graph_explorer.ui.canvas.artist import OVERHANG, Artist
from graph_explorer.ui.canvas.camera import READABLE, Camera, fitted, keeping, opening, uncovered
from graph_explorer.ui.canvas.detail import Distance, detail_for
from graph_explorer.ui.canvas.motion import Motion
from graph_explorer.ui.canvas.pace import Pace
from graph_explorer.ui.canvas.scene import Box
from graph_explorer.ui.canvas.sheet import Sheet
from graph_explorer.ui.canvas.sight import Seen, Sight
from graph_explorer.ui.canvas.stage import Stage

#: The opening view, or the whole graph, is kept in sight until a person moves the picture.
Framing = Literal["opening", "whole", ""]


class Eye:
    """The camera of a widget and the picture that it sees."""

    def __init__(
        self,
        widget: QWidget,
        scaled: Callable[[float], None],
        looked: Callable[[], None],
        behind: Callable[[], Seen | None],
    ) -> None:
        self._widget = widget
        self._scaled, self._looked, self._behind = scaled, looked, behind
        self.camera = Camera()
        self.framing: Framing = "opening"
        self.motion = Motion(widget, 220, QEasingCurve.Type.InOutCubic)
        self.sheet = Sheet()
        self._paces = defaultdict[Distance, Pace](Pace)  # how long painting takes at each distance
        self._rest = QTimer(widget)  # goes on with a picture that takes several frames
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(widget.update)

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the widget."""
        return float(self._widget.width()), float(self._widget.height())

    # ── the camera ────────────────────────────────────────────────────────────────────────────

    def framed(self, bounds: Box, first: Box) -> Camera:
        """The camera that keeps in sight what is to be kept there by itself."""
        if self.framing == "whole":
            return fitted(bounds, *self.room)
        return opening(bounds, first, *self.room)

    def shows_all(self, bounds: Box) -> bool:
        """Whether all of `bounds` is kept in sight by itself."""
        readable = fitted(bounds, *self.room).scale >= READABLE
        return self.framing == "whole" or (self.framing == "opening" and readable)

    def keep(
        self, boxes: Sequence[Box], bounds: Box, framing: Framing, moves: bool, covered: Iterable[Box] = ()
    ) -> None:
        """Moves, if it has to, so that scene rectangles are in sight, and not under what is `covered`."""
        wanted = keeping(self.camera, boxes, bounds, *self.room) or self.camera
        for cover in covered if boxes else ():
            wanted = uncovered(wanted, boxes[0], cover, *self.room)
        if wanted != self.camera:
            self.go(wanted, framing, moves)

    def go(self, camera: Camera, framing: Framing, moves: bool) -> None:
        """To another camera, smoothly if it `moves`."""
        start, self.framing = self.camera, framing
        self.motion.start(lambda share: self.look(start.between(camera, share)), None, moves)

    def jump(self, camera: Camera) -> None:
        """To the camera that a person's hand asks for, at once."""
        self.motion.drop()
        self.framing = ""
        self.look(camera)

    def look(self, camera: Camera) -> None:
        """From another camera: a move keeps the picture, another scale paints it anew."""
        ratio = self._widget.devicePixelRatioF()
        before = self.camera
        self.camera = replace(camera, x=round(camera.x * ratio) / ratio, y=round(camera.y * ratio) / ratio)
        if self.camera.scale != before.scale:
            self.sheet.rescale(before)
            self._scaled(self.camera.scale)
        else:
            dx, dy = (self.camera.x - before.x) * ratio, (self.camera.y - before.y) * ratio
            self.sheet.shift(round(dx), round(dy))
        self._widget.update()
        self._looked()

    # ── the picture ───────────────────────────────────────────────────────────────────────────

    def forget(self) -> None:
        """Another scene is seen: nothing of the picture before is shown meanwhile."""
        self.sheet.forget()
        self._widget.update()

    @property
    def settled(self) -> bool:
        """Whether the picture is finished."""
        return self.sheet.settled

    def spoil(self, boxes: Iterable[Box] | None = None) -> None:
        """Parts of the scene look different, all of it if none are given."""
        if boxes is None:
            self.sheet.spoil()
            self._widget.update()
            return
        reach = OVERHANG * self.camera.scale + 3
        seen = (self.camera.seen_box(box) for box in boxes)
        grown = ((x - reach, y - reach, w + 2 * reach, h + 2 * reach) for x, y, w, h in seen)
        self._widget.update(self.sheet.spoil(grown))

    def _sight(self, stage: Stage, artist: Artist, camera: Camera) -> Sight:
        """The stage as it is seen from a camera."""
        detail = detail_for(stage.scene, camera, (0.0, 0.0, *self.room), self.sheet.detail)
        pace = self._paces[detail.distance]
        return artist.sight(stage.scene, stage.moment, camera, detail, pace, self._behind())

    def paint(self, painter: QPainter, region: QRegion, stage: Stage, artist: Artist) -> None:
        """Paints what is stale of the picture, and of the picture what is in `region`."""
        self.sheet.resize(self._widget.size(), self._widget.devicePixelRatioF())
        self.sheet.refresh(partial(self._sight, stage, artist), self.camera)
        if not self.sheet.settled:
            self._rest.start()
        self.sheet.show(painter, region.boundingRect())
