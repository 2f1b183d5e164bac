"""The catalogue of examples as cards, in sections, as many side by side as there is room.

The one rule: a card says title and one sentence, never more than two lines of it; the arrow keys go
from card to card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import Example
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.widgets.fuzzy import score
from graph_explorer.ui.widgets.icons import names, pixmap

if TYPE_CHECKING:
    from graph_explorer.ui.widgets.sketch import Sketch

_NARROWEST = 15.5  # of a card, in heights of a line
_MOST_COLUMNS = 6
_PADDING, _GAP, _TILE = 12, 12, 72
_LINES = 5  # of title and sentence together
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Card(QPushButton):
    """One example: a drawing, its title, and one sentence."""

    def __init__(self, example: Example, theme_name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.example = example
        self.theme_name = theme_name
        self._sketch: Sketch | None = None
        self.setObjectName(f"card_{example.name}")
        self.setProperty("look", "card")
        self.setAccessibleName(example.title)
        self.setAccessibleDescription(example.summary)
        self.setToolTip(example.summary)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            event.ignore()  # the catalogue goes to another card
        else:
            super().keyPressEvent(event)

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        return QSize(round(_NARROWEST * line), max(_LINES * line + 4, _TILE) + 2 * _PADDING)

    def show_sketch(self, drawn: Sketch) -> None:
        """Shows a drawing of the document itself in place of the sign of its section."""
        self._sketch = drawn
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        shown = theme(self.theme_name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_tile(painter, QRectF(_PADDING, (self.height() - _TILE) / 2, _TILE, _TILE), shown)
        left = _PADDING + _TILE + 12
        room = self.width() - left - _PADDING
        title = _lines(self.example.title, self._title_font(), room, 2)
        said = _lines(self.example.summary, self.font(), room, _LINES - len(title))
        line = self.fontMetrics().lineSpacing()
        top = (self.height() - (len(title) + len(said)) * line - 4) / 2
        base = top + self.fontMetrics().ascent()
        painter.setFont(self._title_font())
        painter.setPen(shown.color("text"))
        for k, text in enumerate(title):
            painter.drawText(QPointF(left, base + k * line), text)
        painter.setFont(self.font())
        painter.setPen(shown.color("muted"))
        for k, text in enumerate(said, len(title)):
            painter.drawText(QPointF(left, base + k * line + 4), text)
        painter.end()

    def _draw_tile(self, painter: QPainter, tile: QRectF, shown: Theme) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(tile, 8, 8)
        painter.fillPath(outline, shown.color("accent", 0.10))
        if self._sketch is None:
            drawn = pixmap(self._sign(), self.theme_name, "accent", round(32 * self.devicePixelRatioF()))
            drawn.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawPixmap(tile.center() - QPointF(16, 16), drawn)
            return
        inside = tile if self._sketch.levels is not None else tile.adjusted(9, 9, -9, -9)
        painter.save()
        painter.setClipPath(outline)
        self._sketch.paint(painter, inside, shown)
        painter.restore()

    def _sign(self) -> str:
        wanted = self.example.section.lower().replace(" ", "_")
        return wanted if wanted in names() else "more"


def _lines(text: str, font: QFont, room: float, most: int) -> list[str]:
    """A text in at most so many lines of `room` pixels, the last one cut short if need be."""
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    found: list[str] = []
    layout.beginLayout()
    while len(found) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(room)
        start = line.textStart()
        found.append(text[start : start + line.textLength()].strip())
        if len(found) == most:
            rest = text[start:].strip()
            found[-1] = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, room)
    layout.endLayout()
    return found


class Catalogue(QWidget):
    """All cards below the headings of their sections."""

    #: the path of the example that was chosen
    chosen = Signal(Path)
    #: the keyboard goes up from the first row of cards
    left = Signal()
    #: the keyboard has come to a card
    reached = Signal(QWidget)

    def __init__(self, examples: Sequence[Example], theme_name: str) -> None:
        super().__init__()
        self.setObjectName("catalogue")
        self.setAccessibleName("Examples")
        self._width = 0
        self._headings: dict[str, QLabel] = {}
        self.cards: list[Card] = []
        self._nothing = QLabel("No example fits. Try other letters, or open a file of your own.", self)
        self._nothing.setProperty("look", "muted")
        for example in examples:
            if example.section not in self._headings:
                heading = QLabel(example.section, self)
                heading.setProperty("look", "heading")
                self._headings[example.section] = heading
            card = Card(example, theme_name, self)
            card.clicked.connect(lambda _=False, path=example.path: self.chosen.emit(path))
            self.cards.append(card)
        self._shown = list(self.cards)

    def filter(self, typed: str) -> None:
        """Shows the cards whose title, section or sentence has these words."""
        found = [score(typed, f"{card.example.title} {card.example.name} {card.example.section}")
                 for card in self.cards]  # fmt: skip
        plain = [
            all(word in card.example.summary.lower() for word in typed.lower().split()) for card in self.cards
        ]
        self._shown = [
            card
            for card, fits, said in zip(self.cards, found, plain, strict=True)
            if fits is not None or said
        ]
        self.arrange(self._width)

    def open_first(self) -> None:
        """Opens the first card that is shown."""
        if self._shown:
            self._shown[0].click()

    def draw(self) -> Iterator[None]:
        """Makes the sketches of all cards, one at a time; an example that cannot be read keeps its sign."""
        from graph_explorer.ui.widgets.sketch import sketch  # with it comes the layout

        for card in self.cards:
            with suppress(InputError):
                document = open_document(card.example.path)
                card.show_sketch(sketch(document, surface=card.example.section == "Surfaces"))
            yield

    def paint_icons(self, theme_name: str) -> None:
        """Gives the cards the colours of a theme."""
        for card in self.cards:
            card.theme_name = theme_name
            card.update()

    def arrange(self, width: int) -> None:
        """Places headings and cards in `width` pixels."""
        self._width = width
        size = self.cards[0].sizeHint() if self.cards else QSize(200, 80)
        room = width - 4
        columns = min(max(1, (room + _GAP) // (size.width() + _GAP)), _MOST_COLUMNS)
        each = (room + _GAP) // columns - _GAP
        top, column, section = 0, 0, ""
        shown = set(self._shown)
        sections = {card.example.section for card in self._shown}
        for name, heading in self._headings.items():
            heading.setVisible(name in sections)
        for card in self.cards:
            card.setVisible(card in shown)
            if card not in shown:
                continue
            if card.example.section != section:
                top += (size.height() + _GAP if column else 0) + (12 if section else 4)
                section, column = card.example.section, 0
                heading = self._headings[section]
                heading.setGeometry(0, top, room, heading.sizeHint().height())
                top += heading.height() + 6
            elif column == columns:
                top, column = top + size.height() + _GAP, 0
            card.setGeometry(QRect(column * (each + _GAP), top, each, size.height()))
            column += 1
        self._nothing.setVisible(not self._shown)
        self._nothing.setGeometry(0, 8, room, self._nothing.sizeHint().height())
        self.resize(width, top + size.height() + 8)

    def focus_first(self) -> None:
        """Moves the keyboard to the first card that is shown."""
        if self._shown:
            self._focus(self._shown[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        card = self.focusWidget()
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or card not in self._shown:
            super().keyPressEvent(event)
            return
        ahead = _ahead(card.geometry(), [(other, other.geometry()) for other in self._shown], *step)
        if ahead is not None:
            self._focus(ahead)
        elif step == (0, -1):
            self.left.emit()

    def _focus(self, card: Card) -> None:
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.reached.emit(card)


def _ahead(here: QRect, others: Sequence[tuple[Card, QRect]], right: int, down: int) -> Card | None:
    """The nearest card in a direction: along the row, or in the next row nearest to the same column."""
    found = []
    for card, place in others:
        across, along = place.left() - here.left(), place.top() - here.top()
        if (right and along == 0 and across * right > 0) or (down and along * down > 0):
            found.append(((abs(along), abs(across)), card))
    return min(found, key=lambda pair: pair[0])[1] if found else None
