"""A picture that is painted part by part, as much in each frame as there is time for.

The one rule: all of it is of one sight, however long it takes.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSizeF
from PySide6.QtGui import QImage

from graph_explorer.ui.canvas.sight import MOVING, PART, Sight

#: No part is narrower than this, in logical pixels, and none has less content than this, in seconds, unless
#: there are few: what lies across the border of two parts is painted twice.
_LOWEST, _LEAST, _FEW = 12, 0.003, 20
#: By no more than this a part is larger or smaller than the one before it.
_CHANGE = 2.0


class Coming:
    """The picture of `sight` on the way into `image`: along its longer side, from its upper left corner on.

    How large a part is follows from how long the one before it took.
    """

    def __init__(self, sight: Sight, image: QImage) -> None:
        self.sight, self.image = sight, image
        self._whole = image.deviceIndependentSize()
        self._home = home = sight.home(QRect(QPoint(), self._whole.toSize()))
        self._wide = home.width() > 2 * home.height()
        self._start, length = (home.left(), home.width()) if self._wide else (home.top(), home.height())
        self._at, self._end = self._start, self._start + length
        self._content = sight.seconds_in(home)
        seconds = self._content * sight.pace.factor
        self._least = max(_LOWEST, round(length / max(_FEW, seconds / _LEAST)))
        self._step = max(self._least, round(length * min(1.0, PART / max(seconds, PART))))
        self._parts, self._spent = 0, 0.0
        image.fill(sight.background)

    @property
    def finished(self) -> bool:
        """Whether all of it is painted."""
        return self._at >= self._end

    @property
    def done(self) -> QSizeF:
        """How much of it is painted, from the upper left corner on; nothing has no width or no height."""
        if self.finished:
            return self._whole
        done = self._at if self._at > self._start else 0
        return QSizeF(done, self._whole.height()) if self._wide else QSizeF(self._whole.width(), done)

    def advance(self, time: float) -> int:
        """Paints for about so many seconds; tells how many logical pixels."""
        left, painted, spent = time, 0, 0.0
        while not self.finished and spent < left:
            across = (self._at, self._home.top(), self._step, self._home.height())
            down = (self._home.left(), self._at, self._home.width(), self._step)
            part = QRect(*(across if self._wide else down)).intersected(self._home)
            spent = self.sight.paint_on(self.image, [part])
            left -= spent
            painted += part.width() * part.height()
            self._at += self._step
            self._step = max(self._least, round(self._step * min(max(MOVING / spent, 1 / _CHANGE), _CHANGE)))
            self._parts, self._spent = self._parts + 1, self._spent + spent
        if painted and self.finished:
            self.sight.pace.learn(self._content, self._parts, self._spent)
        return painted
