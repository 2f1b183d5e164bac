"""The program's own fonts: a machine without any font installed shows the same text as every other.

The one rule: whoever draws text asks here for the family, after there is a `QGuiApplication`.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from graph_explorer.paths import RESOURCES

#: For prose and numbers. It has the Greek letters and most signs of calculus.
FAMILY = "Inter"
#: For programs; it also lends the signs that `FAMILY` lacks, such as ∇ and ⊙.
MONOSPACE = "DejaVu Sans Mono"


@cache
def load_fonts() -> str:
    """Makes the bundled fonts known to Qt, once; returns the family for prose and numbers."""
    for path in sorted((RESOURCES / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))
    QFont.insertSubstitution(FAMILY, MONOSPACE)
    return FAMILY


def font(pixels: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font for prose and numbers at a height of `pixels`, unhinted so that it scales evenly."""
    made = QFont([load_fonts(), MONOSPACE])
    made.setPixelSize(max(1, round(pixels)))
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
