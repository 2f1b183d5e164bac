"""How the numbers of an array are spread: a histogram.

The one rule: it never takes long; of a large array a sample is counted, and that is said. Entries that
are no finite numbers are counted beside the bars, never left out in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.theme import theme

Array = np.ndarray[Any, Any]

#: Of an array with more entries, about this many, evenly spaced, stand for all.
MOST = 1_000_000
_BARS = 40
_HEIGHT = 84
_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Statistics:
    """What can be said of many numbers in one line. `every` is 1, or the step of the sample."""

    least: float
    most: float
    mean: float
    deviation: float
    norm: float
    zeros: int
    undefined: int
    infinite: int
    size: int
    every: int

    def lines(self) -> list[str]:
        """The statistics as short sentences."""
        said = [
            f"from {number(self.least)} to {number(self.most)}, mean {number(self.mean)}, "
            f"deviation {number(self.deviation)}, norm {number(self.norm)}"
        ]
        odd = [
            f"{count:,} {what}".replace(",", " ")
            for count, what in ((self.zeros, "zero"), (self.undefined, "nan"), (self.infinite, "infinite"))
            if count
        ]
        if odd:
            said.append(" · ".join(odd))
        if self.every > 1:
            said.append(f"of every {self.every}th entry")
        return said


def sample(array: Array) -> tuple[Array, int]:
    """The entries in one row, or evenly spaced ones of them; and how far apart they are."""
    flat = np.asarray(array).reshape(-1)
    every = max(1, flat.size // MOST)
    return np.asarray(flat[::every], dtype=np.float64), every


def statistics(array: Array) -> Statistics:
    """The statistics of all finite entries, and how many are none."""
    values, every = sample(array)
    finite = values[np.isfinite(values)]
    some = finite if finite.size else np.array([np.nan])
    return Statistics(
        float(some.min()), float(some.max()), float(some.mean()), float(some.std()),
        float(np.sqrt(np.sum(np.square(some)) * every)), int(np.count_nonzero(finite == 0)),
        int(np.isnan(values).sum()), int(np.isinf(values).sum()), int(np.size(array)), every,
    )  # fmt: skip


def binned(values: Array, bars: int) -> tuple[Array, float, float]:
    """How many of the finite numbers (n,) lie in each of so many equal parts, and where these begin and end.

    Also of numbers that are all alike, or as far apart as numbers can be.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        room = max(0.5, abs(low) * 1e-3)
        low, high = max(low - room, -_LARGEST), min(high + room, _LARGEST)
    with np.errstate(all="ignore"):
        parts = (values / 2 - low / 2) / (high / 2 - low / 2)  # halves: their difference is finite
    places = np.clip((np.nan_to_num(parts, nan=0.5) * bars).astype(int), 0, bars - 1)
    return np.bincount(places, minlength=bars), low, high


class Histogram(QWidget):
    """Bars over the range of the numbers, with zero marked. `role` is the colour."""

    def __init__(self, name: str, spoken: str, role: str = "value", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.role, self.theme_name = role, "light"
        self.logarithmic = False  # the heights of the bars: rare numbers are seen too
        self._counts: Array = np.zeros(0)
        self._range = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_array(self, array: Array, theme_name: str) -> None:
        """Counts the entries anew."""
        self.theme_name = theme_name
        values, _ = sample(array)
        finite = values[np.isfinite(values)]
        if finite.size:
            self._counts, *ends = binned(finite, _BARS)
            self._range = (ends[0], ends[1])
        else:
            self._counts, self._range = np.zeros(0), (0.0, 0.0)
        self.setAccessibleDescription("; ".join(statistics(array).lines()))
        self.update()

    def set_logarithmic(self, on: bool) -> None:
        """Heights that are logarithms of counts, or the counts themselves."""
        self.logarithmic = on
        self.update()

    def heights(self) -> Array:
        """The heights of the bars, from 0 to 1; a bar that counts one entry is seen in any case."""
        counts = self._counts.astype(np.float64)
        if self.logarithmic:
            counts = np.log10(counts, where=counts > 0, out=np.full_like(counts, -np.inf)) + 0.3
        return np.maximum(counts, 0) / max(float(counts.max()), 1e-300)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, metrics = theme(self.theme_name), self.fontMetrics()
        painter.setPen(shown.color("muted"))
        if not self._counts.size:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No finite number here")
            painter.end()
            return
        wide, bottom = self.width() / self._counts.size, float(_HEIGHT)
        for k, share in enumerate(self.heights().tolist()):
            high = max(share * (bottom - 4), 1.0 if self._counts[k] else 0.0)
            bar = QRectF(k * wide, bottom - high, max(wide - 1, 1), high)
            painter.fillRect(bar, shown.color(self.role))
        painter.drawLine(0, _HEIGHT, self.width(), _HEIGHT)
        low, high_end = self._range
        if low < 0 < high_end:
            x = int(-low / (high_end - low) * self.width())
            painter.drawLine(x, 0, x, _HEIGHT + 3)
            painter.drawText(x - metrics.horizontalAdvance("0") // 2, _HEIGHT + 3 + metrics.ascent(), "0")
        baseline = _HEIGHT + 3 + metrics.ascent()
        painter.drawText(0, baseline, number(low))
        right = number(high_end)
        painter.drawText(self.width() - metrics.horizontalAdvance(right), baseline, right)
        painter.end()
