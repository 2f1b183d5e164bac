"""Single signs and words of a formula as pictures, through ziamath.

The one rule: a sign is typeset once, at one size, and drawn at any size and in any colour from then on;
so a formula of known signs costs nothing. What is not made of known signs is typeset as a whole.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer

#: Pixels of one em at which signs are typeset.
_EM = 100.0
_INK = "#010203"
_WARM = [
    *"0123456789.()[]+=-<>,:",
    r"\partial",
    r"\cdot",
    r"\times",
    r"\odot",
    r"\sum",
    r"\sigma",
    r"\to",
    *"abLhwxyz",
]

_module: Any = None


@dataclass(frozen=True)
class Sign:
    """A typeset sign in units of one em: how far it moves on, and its picture's place around the origin."""

    svg: str
    advance: float
    left: float
    ascent: float
    width: float
    height: float

    @property
    def descent(self) -> float:
        return self.height - self.ascent


def load() -> None:
    """Imports ziamath and typesets the commonest signs: a quarter of a second, best where nobody waits."""
    global _module
    if _module is None:
        found = importlib.import_module("ziamath")
        found.config.svg2 = False  # Qt's reader clips the other kind
        for latex in _WARM:
            _typeset(found, latex)
        _module = found


def is_loaded() -> bool:
    return _module is not None


@lru_cache(maxsize=4000)
def sign(latex: str) -> Sign:
    """The typeset sign; `ValueError` where it cannot be typeset. Only after `load`."""
    return _typeset(_module, latex)


@lru_cache(maxsize=4000)
def _typeset(module: Any, latex: str) -> Sign:
    try:
        svg = module.Math.fromlatex(latex, size=_EM, color=_INK, margin=0).svg()
    except Exception as error:  # whatever it cannot read is then shown as text
        raise ValueError(f"{latex}: {type(error).__name__} {error}") from error
    box = re.search(r'viewBox="([-\d.e]+) ([-\d.e]+) ([-\d.e]+) ([-\d.e]+)"', svg)
    if box is None:
        raise ValueError(f"{latex}: no picture")
    left, top, width, height = (float(part) / _EM for part in box.groups())
    return Sign(svg, left + width, left, -top, width, height)


@lru_cache(maxsize=4000)
def renderer(latex: str, color: str) -> QSvgRenderer:
    """What draws the sign in a colour."""
    return QSvgRenderer(QByteArray(sign(latex).svg.replace(_INK, color).encode()))
