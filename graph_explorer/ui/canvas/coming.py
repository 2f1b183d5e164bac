"""A picture that is painted part by part, as much in each frame as there is time for.

The one rule: all of it is of one sight, however long it takes.
"""

from __future__ import annotations

import math
import time as clock

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from graph_explorer.ui.canvas.sight import FRAME, PART, Sight

#: No part is lower than this, in logical pixels.
_LOWEST = 24


class Coming:
    """The picture of `sight` on the way into `image`: from its upper border down."""

    def __init__(self, sight: Sight, image: QImage) -> None:
        self.sight, self.image = sight, image
        size = image.deviceIndependentSize().toSize()
        self._height = size.height()
        self._home = sight.home(QRect(0, 0, size.width(), size.height()))
        seconds = sight.seconds_in(self._home)
        parts = max(1, math.ceil(sight.pace.seconds(seconds) / PART))
        self._top, self._step = self._home.top(), max(_LOWEST, math.ceil(self._home.height() / parts))
        self._share = seconds * self._step / max(self._home.height(), 1)
        image.fill(sight.background)

    @property
    def finished(self) -> bool:
        """Whether all of it is painted."""
        return self._top > self._home.bottom()

    @property
    def done(self) -> int:
        """How many rows of logical pixels are painted."""
        if self.finished:
            return self._height
        return self._top if self._top > self._home.top() else 0

    def advance(self) -> int:
        """Paints for as long as a frame has time; tells how many logical pixels."""
        started, longest, painted = clock.perf_counter(), 0.0, 0
        while not self.finished:
            part = QRect(self._home.left(), self._top, self._home.width(), self._step)
            part = part.intersected(self._home)
            longest = max(longest, self.sight.paint_on(self.image, [part], self._share))
            self._top += self._step
            painted += part.width() * part.height()
            if clock.perf_counter() - started + longest > FRAME:
                break
        return painted
