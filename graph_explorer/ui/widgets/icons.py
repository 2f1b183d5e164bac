"""Icons: drawings in one stroke, coloured by the theme.

The one rule: an icon is a file in resources/icons that draws in `currentColor`; the colour is a role.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from graph_explorer.paths import RESOURCES
from graph_explorer.ui.theme import theme

#: Heights in device pixels that are drawn ahead: 16 and 20 on plain and on twice as fine screens.
_SIZES = (16, 20, 32, 40)


@cache
def names() -> tuple[str, ...]:
    """The names of all icons."""
    return tuple(sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg")))


@cache
def _drawing(name: str) -> str:
    return (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode()))


def pixmap(name: str, theme_name: str, role: str = "text", size: int = 24, alpha: float = 1.0) -> QPixmap:
    """The icon in the colour of `role`, `size` device pixels high; `alpha` from 0, clear, to 1."""
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(alpha)
    _renderer(name, theme(theme_name).color(role).name()).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made


@cache
def icon(name: str, theme_name: str, role: str = "text") -> QIcon:
    """The icon in the colour of `role`; paler where what it stands for is disabled."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, theme_name, role, size), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, theme_name, role, size, 0.35), QIcon.Mode.Disabled)
    return made
