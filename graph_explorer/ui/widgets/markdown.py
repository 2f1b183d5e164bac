"""Markdown as the program shows it: quiet tables, code in the font of programs, room between parts.

The one rule: Qt reads the Markdown; here only formats are set, from the roles of the theme.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)

from graph_explorer.ui.fonts import MONOSPACE
from graph_explorer.ui.theme import Theme

#: Heading level → size as a factor of the text's, and pixels above and below.
_HEADINGS = {1: (1.7, 4, 10), 2: (1.25, 18, 6), 3: (1.05, 12, 4)}


def show(document: QTextDocument, text: str, font: QFont, shown: Theme) -> None:
    """Puts Markdown into a document and gives it the looks of a theme."""
    document.setDefaultFont(font)
    document.setMarkdown(text)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, shown)
    for block in _blocks(document):
        _dress_block(block, font, shown)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _dress_table(table: QTextTable, shown: Theme) -> None:
    made = QTextTableFormat()
    made.setCellPadding(6)
    made.setCellSpacing(0)
    made.setBorder(1)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBorderBrush(QBrush(shown.color("border")))
    made.setBorderCollapse(True)
    made.setTopMargin(6)
    made.setBottomMargin(12)
    made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(made)


def _dress_block(block: QTextBlock, font: QFont, shown: Theme) -> None:
    cursor = QTextCursor(block)
    form = QTextBlockFormat(block.blockFormat())
    level = form.headingLevel()
    code = form.hasProperty(QTextBlockFormat.Property.BlockCodeFence) or form.nonBreakableLines()
    if level:
        size, above, below = _HEADINGS.get(level, _HEADINGS[3])
        form.setTopMargin(above)
        form.setBottomMargin(below)
        large = QTextCharFormat()
        large.setFontPointSize(font.pointSizeF() * size)
        large.setFontWeight(QFont.Weight.DemiBold)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(large)
    elif code:
        form.setBackground(QBrush(shown.color("raised")))
        form.setLeftMargin(0)
        form.setTopMargin(0)
        form.setBottomMargin(0 if _is_code(block.next()) else 10)
    elif cursor.currentTable() is None:
        form.setLineHeight(120, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        form.setBottomMargin(6)
    QTextCursor(block).setBlockFormat(form)
    _dress_code(block, font, shown, code)


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().nonBreakableLines()


def _dress_code(block: QTextBlock, font: QFont, shown: Theme, whole: bool) -> None:
    """Gives code, within a line or as a whole block, the font of programs."""
    spans = []
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        if whole or fragment.charFormat().fontFixedPitch():
            spans.append((fragment.position(), fragment.length()))
        fragments += 1
    made = QTextCharFormat()
    made.setFontFamilies([MONOSPACE])
    made.setFontPointSize(font.pointSizeF() * 0.92)
    made.setForeground(QBrush(shown.color("text")))
    for at, length in spans:
        cursor = QTextCursor(block)
        cursor.setPosition(at)
        cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(made)
