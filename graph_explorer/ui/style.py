"""The look of Qt's own widgets: resources/style.qss, filled in with the roles of a theme.

The one rule: colours come from roles, or are mixed from two of them; sizes of text are factors of the
person's text size. Spin boxes and combo boxes are left to the Fusion style and its palette: a style
sheet would take their arrows away.
"""

from __future__ import annotations

from functools import cache
from string import Template

from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication

from graph_explorer.paths import RESOURCES
from graph_explorer.ui.fonts import MONOSPACE, load_fonts
from graph_explorer.ui.theme import ROLES, Theme, theme

#: Size of text in points, before the person's factor.
TEXT_POINTS = 9.75

#: Mixed roles: name → two roles, and how much of the second one.
MIXED: dict[str, tuple[str, str, float]] = {
    "hover": ("raised", "text", 0.08),
    "pressed": ("raised", "text", 0.16),
    "chosen": ("panel", "accent", 0.14),
    "accent_hover": ("accent", "text", 0.15),
    "notice": ("panel", "error", 0.10),
    "remark": ("panel", "warning", 0.10),
    "handle": ("panel", "muted", 0.45),
    "faint": ("panel", "border", 0.55),
    "separator": ("window", "border", 0.55),
}

_SIZES = {"title": 2.0, "number": 1.35, "name": 1.35, "heading": 1.2, "lead": 1.1, "small": 0.88}


def mixed(first: str, second: str, share: float) -> str:
    """The colour between two, as `#rrggbb`; `share` of the second, from 0 to 1."""
    a, b = QColor(first), QColor(second)
    parts = (a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF())
    return QColor.fromRgbF(*(x + (y - x) * share for x, y in parts)).name()


@cache
def _sheet() -> Template:
    return Template((RESOURCES / "style.qss").read_text(encoding="utf-8"))


def stylesheet(shown: Theme, scale: float = 1.0) -> str:
    """The style sheet of a theme; `scale` is the person's text size as a factor."""
    colors = {role: getattr(shown, role) for role in ROLES}
    for name, (first, second, share) in MIXED.items():
        colors[name] = mixed(colors[first], colors[second], share)
    sizes = {name: f"{TEXT_POINTS * factor * scale:.1f}" for name, factor in _SIZES.items()}
    return _sheet().substitute(colors, **sizes, monospace=MONOSPACE)


def apply(application: QApplication, theme_name: str, scale: float = 1.0) -> None:
    """Gives the whole program the look of a theme, at once; one that it has already costs nothing."""
    shown = theme(theme_name)
    sheet = stylesheet(shown, scale)
    if application.styleSheet() == sheet:  # theme and text size are all that it is made of
        return
    font = QFont([load_fonts(), MONOSPACE])
    font.setPointSizeF(TEXT_POINTS * scale)
    if not application.styleSheet():  # the first time; under a sheet the style no longer tells its name
        application.setStyle("fusion")
    application.setFont(font)
    application.setPalette(shown.palette())
    application.setStyleSheet(sheet)
