"""Themes: named roles of colour, read from resources/themes.

The one rule: no colour stands in code. A widget asks for a role; a theme file gives each role a
colour or the name of one of its base colours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from PySide6.QtGui import QColor, QPalette

from graph_explorer.paths import RESOURCES


@dataclass(frozen=True)
class Theme:
    """The colours of one theme, as `#rrggbb`."""

    name: str
    title: str
    dark: bool
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    value: str
    gradient: str
    input: str
    parameter: str
    constant: str
    operation: str
    output: str
    node: str
    edge: str
    edge_followed: str
    glow: str
    selection: str
    group: str
    group_border: str
    error: str
    warning: str
    success: str
    code_keyword: str
    code_number: str
    code_comment: str
    code_function: str
    line_marked: str
    series: tuple[str, ...]
    heat: tuple[str, ...]

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of `role`; `alpha` from 0, clear, to 1."""
        found = QColor(getattr(self, role))
        found.setAlphaF(alpha)
        return found

    def series_color(self, place: int, alpha: float = 1.0) -> QColor:
        """The colour of one of several things of a kind, such as the entries of a race."""
        found = QColor(self.series[place % len(self.series)])
        found.setAlphaF(alpha)
        return found

    def palette(self) -> QPalette:
        """The theme for Qt's own widgets."""
        palette = QPalette()
        for role, group in _PALETTE.items():
            palette.setColor(group, self.color(role))
        palette.setColor(QPalette.ColorRole.Base, self.color("panel"))
        palette.setColor(QPalette.ColorRole.ToolTipBase, self.color("panel"))
        palette.setColor(QPalette.ColorRole.ToolTipText, self.color("text"))
        palette.setColor(QPalette.ColorRole.WindowText, self.color("text"))
        palette.setColor(QPalette.ColorRole.ButtonText, self.color("text"))
        palette.setColor(QPalette.ColorRole.PlaceholderText, self.color("muted"))
        for disabled in (
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
            QPalette.ColorRole.WindowText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, disabled, self.color("muted", 0.7))
        return palette


_PALETTE: Mapping[str, QPalette.ColorRole] = {
    "window": QPalette.ColorRole.Window,
    "raised": QPalette.ColorRole.Button,
    "text": QPalette.ColorRole.Text,
    "group": QPalette.ColorRole.AlternateBase,
    "selection": QPalette.ColorRole.Highlight,
    "on_accent": QPalette.ColorRole.HighlightedText,
    "accent": QPalette.ColorRole.Link,
    "border": QPalette.ColorRole.Mid,
}

ROLES: tuple[str, ...] = tuple(
    f.name for f in fields(Theme) if f.name not in ("name", "title", "dark", "series", "heat")
)


def names() -> tuple[str, ...]:
    """The names of all themes, light first."""
    found = sorted(path.stem for path in (RESOURCES / "themes").glob("*.toml"))
    return tuple(
        sorted(
            found,
            key=lambda name: ("light", "dark").index(name) if name in ("light", "dark") else 2,
        )
    )


@cache
def theme(name: str) -> Theme:
    """The theme called `name`."""
    table = tomllib.loads((RESOURCES / "themes" / f"{name}.toml").read_text(encoding="utf-8"))
    base = table["colors"]
    colors: dict[str, Any] = {role: base.get(color, color) for role, color in table["roles"].items()}
    several: dict[str, Any] = {role: tuple(table[role]) for role in ("series", "heat")}
    return Theme(name=name, title=table["title"], dark=table["dark"], **several, **colors)
