"""Every theme has every role, and text can be read on what it stands on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication

from graph_explorer.ui import looks, style
from graph_explorer.ui.settings import SYSTEM
from graph_explorer.ui.theme import ROLES, names, theme
from graph_explorer.ui.window import Window

#: Roles of text, and the roles that they stand on.
_TEXT = (
    "text", "muted", "accent", "value", "gradient", "input", "parameter", "constant", "operation", "output",
    "error", "warning", "success", "code_keyword", "code_number", "code_comment", "code_function",
)  # fmt: skip
_GROUNDS = ("window", "panel", "node")
PAIRS = [
    *((text, ground) for text in _TEXT for ground in _GROUNDS),
    ("text", "raised"), ("muted", "raised"), ("text", "group"), ("muted", "group"), ("on_accent", "accent"),
    ("code_keyword", "line_marked"), ("code_number", "line_marked"), ("code_comment", "line_marked"),
    ("code_function", "line_marked"), ("text", "line_marked"), ("gradient", "line_marked"),
]  # fmt: skip


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    """Contrast ratio, WCAG 2.2."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", names())
def test_roles_are_colours(name: str) -> None:
    shown = theme(name)
    assert shown.title
    assert all(QColor(getattr(shown, role)).isValid() for role in ROLES)


@pytest.mark.parametrize("name", names())
def test_text_can_be_read(name: str) -> None:
    shown = theme(name)
    least = 7.0 if name == "contrast" else 4.5
    found = {pair: contrast(shown.color(pair[0]), shown.color(pair[1])) for pair in PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < least} == {}


@pytest.mark.parametrize("name", names())
def test_text_can_be_read_on_mixed_colours(name: str) -> None:
    shown = theme(name)
    for mixed, (first, second, share) in style.MIXED.items():
        ground = QColor(style.mixed(getattr(shown, first), getattr(shown, second), share))
        if mixed in ("hover", "pressed", "chosen", "notice"):
            assert contrast(shown.color("text"), ground) >= 4.5, mixed
        if mixed == "accent_hover":
            assert contrast(shown.color("on_accent"), ground) >= 4.5, mixed


@pytest.mark.parametrize("name", names())
def test_style_sheet_has_every_colour(name: str) -> None:
    assert "$" not in style.stylesheet(theme(name))


def test_larger_text_makes_larger_titles() -> None:
    assert "font-size: 19.5pt" in style.stylesheet(theme("light"))
    assert "font-size: 39.0pt" in style.stylesheet(theme("light"), 2.0)


def test_mixing() -> None:
    assert style.mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert style.mixed("#000000", "#ff8000", 1.0) == "#ff8000"


@pytest.mark.parametrize("name", names())
def test_switching_live(open_window: Window, name: str) -> None:
    open_window.menus.actions[f"view.theme.{name}"].trigger()
    assert open_window.session.state.theme == name
    assert QGuiApplication.palette().window().color() == theme(name).color("window")
    assert open_window.menus.actions[f"view.theme.{name}"].isChecked()
    grabbed = open_window.grab().toImage()
    assert grabbed.pixelColor(grabbed.width() // 2, 2) == theme(name).color("window"), "the menu bar follows"


def system_turns(dark: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system goes dark or light, and says so."""
    monkeypatch.setattr(looks, "system_is_dark", lambda: dark)
    scheme = Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
    QGuiApplication.styleHints().colorSchemeChanged.emit(scheme)


def test_follows_the_system(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    assert window.settings.theme == SYSTEM
    for dark, expected in ((True, "dark"), (False, "light")):
        system_turns(dark, monkeypatch)
        assert window.looks.theme == expected
        assert window.session.state.theme == expected


def test_a_chosen_theme_stays(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    window.looks.choose("light")
    system_turns(True, monkeypatch)
    assert window.session.state.theme == "light"
    window.looks.choose(SYSTEM)
    assert window.session.state.theme == "dark"
