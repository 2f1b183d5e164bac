"""A picture that is painted part by part, as much in each frame as there is time for.

The one rule: all of it is of one sight, however long it takes.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from graph_explorer.ui.canvas.sight import MOVING, PART, Sight

#: No part is lower than this, in logical pixels, and none has less content than this, in seconds, unless
#: there are few: what lies across the border of two parts is painted twice.
_LOWEST, _LEAST, _FEW = 24, 0.003, 20
#: By no more than this a part is higher or lower than the one before it.
_CHANGE = 2.0


class Coming:
    """The picture of `sight` on the way into `image`: from its upper border down.

    How high a part is follows from how long the one before it took.
    """

    def __init__(self, sight: Sight, image: QImage) -> None:
        self.sight, self.image = sight, image
        size = image.deviceIndependentSize().toSize()
        self._height = size.height()
        self._home = sight.home(QRect(0, 0, size.width(), size.height()))
        self._top = self._home.top()
        self._content = sight.seconds_in(self._home)
        seconds, height = self._content * sight.pace.factor, self._home.height()
        self._lowest = max(_LOWEST, round(height / max(_FEW, seconds / _LEAST)))
        self._step = max(self._lowest, round(height * min(1.0, PART / max(seconds, PART))))
        self._parts, self._spent = 0, 0.0
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

    def advance(self, time: float) -> int:
        """Paints for about so many seconds; tells how many logical pixels."""
        left, painted, spent = time, 0, 0.0
        while not self.finished and spent < left:
            part = QRect(self._home.left(), self._top, self._home.width(), self._step)
            part = part.intersected(self._home)
            spent = self.sight.paint_on(self.image, [part])
            left -= spent
            painted += part.width() * part.height()
            self._top += self._step
            self._step = max(self._lowest, round(self._step * min(max(MOVING / spent, 1 / _CHANGE), _CHANGE)))
            self._parts, self._spent = self._parts + 1, self._spent + spent
        if painted and self.finished:
            self.sight.pace.learn(self._content, self._parts, self._spent)
        return painted
