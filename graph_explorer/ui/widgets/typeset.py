"""LaTeX as pictures, through ziamath.

The one rule: typesetting takes milliseconds, so a picture is made once and kept, and within one moment
only as many are made as fit into a share of a frame; who gets none shows text and asks again.
"""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer

from graph_explorer.ui.theme import Theme

#: Within this many seconds at most `SHARE` seconds go to typesetting.
MOMENT, SHARE = 0.030, 0.012

_module: Any = None
_began = _spent = 0.0


@dataclass(frozen=True)
class Picture:
    """A typeset formula. `width` and `height` in pixels, `ascent` from its top to the baseline."""

    renderer: QSvgRenderer
    width: float
    height: float
    ascent: float


def load() -> None:
    """Imports ziamath: a tenth of a second, so best done where nobody waits."""
    global _module
    if _module is None:
        found = importlib.import_module("ziamath")
        found.config.svg2 = False  # Qt's reader clips the other kind
        _module = found


def is_loaded() -> bool:
    return _module is not None


def colored(latex: str, theme: Theme) -> str:
    """LaTeX whose marks of values and gradients have become colours of the theme."""
    for mark in ("value", "gradient"):
        latex = latex.replace(f"\\{mark}{{", rf"\textcolor{{{theme.color(mark).name()}}}{{")
    return latex


def picture(latex: str, pixels: float, color: str) -> Picture | None:
    """The formula `pixels` high (one em) in `color`; None while there is no time for it.

    Raises `ValueError` where it cannot be typeset.
    """
    global _began, _spent
    if not is_loaded():
        return None
    key = (latex, round(pixels, 1), color)
    if key in _known or _may_spend():
        _known.add(key)
        start = time.perf_counter()
        made = _typeset(*key)
        _spent += time.perf_counter() - start
        if isinstance(made, str):
            raise ValueError(made)
        return made
    return None


_known: set[tuple[str, float, str]] = set()


def _may_spend() -> bool:
    global _began, _spent
    now = time.perf_counter()
    if now - _began > MOMENT:
        _began, _spent = now, 0.0
    return _spent < SHARE


@lru_cache(maxsize=2000)
def _typeset(latex: str, pixels: float, color: str) -> Picture | str:
    """The picture, or why there is none."""
    try:
        made = _module.Math.fromlatex(latex, size=pixels, color=color)
        width, height = made.getsize()
        svg = made.svg()
    except Exception as error:  # whatever it cannot read is then shown as text
        return f"{type(error).__name__}: {error}"
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    if not renderer.isValid():
        return "not a picture"
    box = renderer.viewBoxF()
    return (
        Picture(renderer, box.width(), box.height(), -box.y())
        if box.width()
        else Picture(renderer, width, height, height)
    )
