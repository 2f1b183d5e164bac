"""The bundled fonts: they are there, with all signs that cards use."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QRawFont

from graph_explorer.paths import RESOURCES
from graph_explorer.ui.canvas.cards import Style, metrics, shortened, style_font, text_width
from graph_explorer.ui.canvas.signs import SIGNS
from graph_explorer.ui.fonts import FAMILY, MONOSPACE, load_fonts

pytestmark = pytest.mark.usefixtures("qapp")


def test_the_families_are_known_and_licensed() -> None:
    assert load_fonts() == FAMILY
    assert {FAMILY, MONOSPACE} <= set(QFontDatabase.families())
    for name in ("Inter-LICENSE.txt", "DejaVu-LICENSE.txt"):
        assert (RESOURCES / "fonts" / name).read_text(encoding="utf-8").startswith("Copyright")


def test_every_sign_has_a_glyph_in_the_bundled_fonts() -> None:
    files = sorted((RESOURCES / "fonts").glob("*.[ot]tf"))
    fonts = [QRawFont(str(path), 12) for path in files]
    for letter in sorted({*"".join(SIGNS.values()), *"∂Σ=×·−∞⁻⁰¹²³⁴⁵⁶⁷⁸⁹…"}):
        assert any(font.supportsCharacter(ord(letter)) for font in fonts), letter


@pytest.mark.parametrize("style", list(Style))
def test_the_table_of_letters_gives_the_width(style: Style) -> None:
    for text in ("z.matmul", "−0.09642", "cross-entropy", "Σ 2/3"):
        exact = QFontMetricsF(style_font(style)).horizontalAdvance(text)
        assert text_width(text, style) == pytest.approx(exact, abs=0.06 * exact)


def test_a_text_is_shortened_to_its_room() -> None:
    assert shortened("short", Style.NAME, 200) == "short"
    cut = shortened("a_name_that_is_much_too_long", Style.NAME, 80)
    assert cut.endswith("…")
    assert metrics(Style.NAME).horizontalAdvance(cut) <= 82
