"""A text field for programs: line numbers, marks, completion, and a Tab key that is no trap.

The one rule: it knows text and places, nothing of graphs; who uses it says what to mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit, QTextEdit, QWidget

from graph_explorer.ui.fonts import MONOSPACE
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.highlight import Highlighter

#: Letters of a word until completions are offered by themselves.
_OFFER_FROM = 2
_INDENT = "    "


@dataclass(frozen=True)
class Mark:
    """Something to mark: from one place to another, lines and columns from 1, the end exclusive.

    `kind` is `line` (the whole line behind it), `expression`, `selected` or `error`.
    """

    kind: str
    line: int
    column: int
    end_line: int
    end_column: int


class _Numbers(QWidget):
    """The column of line numbers."""

    def __init__(self, code: CodeEdit) -> None:
        super().__init__(code)
        self.code = code

    def sizeHint(self) -> QSize:
        return QSize(self.code.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.code.paint_numbers(event)


class CodeEdit(QPlainTextEdit):
    """The field. Its text is undone by whoever holds the document, not by the field itself."""

    #: a person clicked at a letter: its line and column, from 1
    pointed = Signal(int, int)
    #: the keys for undo (True) or redo (False)
    undo_wanted = Signal(bool)

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.theme_name = "light"
        self.marks: tuple[Mark, ...] = ()
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        font = QFont(MONOSPACE)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPointSizeF(self.font().pointSizeF())
        self.setFont(font)
        self.highlighter = Highlighter(self.document(), self.theme_name)
        self._numbers = _Numbers(self)
        self.words = QStringListModel()
        self.completer = QCompleter(self.words, self)
        self.completer.setWidget(self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        self._list().setObjectName(f"{name}_completions")
        self.completer.activated.connect(self._complete)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scrolled)
        self._make_room()

    # ── line numbers ──────────────────────────────────────────────────────────────────────────

    def numbers_width(self) -> int:
        """Room for the highest line number."""
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 16

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    def _scrolled(self, place: QRect, down: int) -> None:
        if down:
            self._numbers.scroll(0, down)
        else:
            self._numbers.update(0, place.y(), self._numbers.width(), place.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.left(), inside.top(), self.numbers_width(), inside.height()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paints the column of line numbers."""
        shown = theme(self.theme_name)
        painter = QPainter(self._numbers)
        painter.fillRect(event.rect(), shown.color("panel"))
        painter.setFont(self.font())
        present = {mark.line for mark in self.marks if mark.kind == "line"}
        wrong = {mark.line for mark in self.marks if mark.kind == "error"}
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            line, height = block.blockNumber() + 1, self.blockBoundingRect(block).height()
            role = "error" if line in wrong else "text" if line in present else "muted"
            painter.setPen(shown.color(role))
            place = QRect(0, int(top), self._numbers.width() - 8, int(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line))
            top += height
            block = block.next()
        painter.end()

    # ── marks ─────────────────────────────────────────────────────────────────────────────────

    def show_theme(self, theme_name: str) -> None:
        """Takes the colours of a theme."""
        if theme_name != self.theme_name:
            self.theme_name = theme_name
            self.highlighter.show_theme(theme_name)
            self._draw_marks()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Marks these places and no others."""
        if tuple(marks) != self.marks:
            self.marks = tuple(marks)
            self._draw_marks()

    def _draw_marks(self) -> None:
        selections = [self._selection(mark) for mark in self.marks]
        self.setExtraSelections(selections)
        self._numbers.update()

    def _selection(self, mark: Mark) -> QTextEdit.ExtraSelection:
        shown, look = theme(self.theme_name), QTextCharFormat()
        selection = QTextEdit.ExtraSelection()
        cursor = self.cursor_at(mark.line, mark.column)
        if mark.kind == "line":
            look.setBackground(shown.color("line_marked"))
            look.setProperty(QTextFormat.Property.FullWidthSelection, True)
        else:
            end = self.cursor_at(mark.end_line, mark.end_column)
            cursor.setPosition(end.position(), QTextCursor.MoveMode.KeepAnchor)
            if mark.kind == "error":
                look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                look.setUnderlineColor(shown.color("error"))
            elif mark.kind == "expression":
                look.setBackground(shown.color("glow", 0.32))
            else:
                look.setBackground(shown.color("selection", 0.25))
        selection.cursor, selection.format = cursor, look
        return selection

    def cursor_at(self, line: int, column: int) -> QTextCursor:
        """A cursor at a line and column, or as near as the text reaches."""
        block = self.document().findBlockByNumber(max(line, 1) - 1)
        if not block.isValid():
            block = self.document().lastBlock()
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(max(column, 1) - 1, max(block.length() - 1, 0)))
        return cursor

    def go_to(self, line: int, column: int) -> None:
        """Moves the caret there and shows it."""
        self.setTextCursor(self.cursor_at(line, column))
        self.ensureCursorVisible()

    def show_text(self, text: str) -> None:
        """Replaces the text and leaves the caret and the scroll bars where they were."""
        position = self.textCursor().position()
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self.setPlainText(text)
        cursor = self.textCursor()
        cursor.setPosition(min(position, max(self.document().characterCount() - 1, 0)))
        self.setTextCursor(cursor)
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)

    # ── pointing and typing ───────────────────────────────────────────────────────────────────

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        cursor = self.textCursor()
        if event.button() == Qt.MouseButton.LeftButton and not cursor.hasSelection():
            column = cursor.positionInBlock()  # the caret is before the next letter or behind the last one
            if column and self.cursorRect(cursor).center().x() > event.position().x():
                column -= 1
            self.pointed.emit(cursor.blockNumber() + 1, column + 1)

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and self._undoes(event) is not None:
            event.ignore()  # the window's own undo, if there is one, comes first
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._list()
        if popup.isVisible() and event.key() in (
            Qt.Key.Key_Enter, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab,
        ):  # fmt: skip
            event.ignore()  # the list takes these
            return
        undoes = self._undoes(event)
        if undoes is not None:
            self.undo_wanted.emit(undoes)
            return
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Space and control:
            self._offer(0)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._new_line()
        else:
            super().keyPressEvent(event)
            if event.text().isidentifier() or event.text().isdigit() or event.key() == Qt.Key.Key_Backspace:
                self._offer(_OFFER_FROM)
            elif popup.isVisible() and event.text():
                popup.hide()

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab moves on to the next field, but further in where a line is moved in already."""
        before = self._before()
        if onward and before and not before.strip() and not self.isReadOnly():
            self.insertPlainText(_INDENT)
            return True
        return super().focusNextPrevChild(onward)

    def _undoes(self, event: QEvent) -> bool | None:
        """True for the keys that undo, False for those that redo, None for all others."""
        if isinstance(event, QKeyEvent):
            for key, back in ((QKeySequence.StandardKey.Undo, True), (QKeySequence.StandardKey.Redo, False)):
                if event.matches(key):
                    return back
        return None

    def _before(self) -> str:
        """The line up to the caret."""
        cursor = self.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]

    def _new_line(self) -> None:
        """A new line as far in as this one; further in after a colon."""
        before = self._before()
        inside = before[: len(before) - len(before.lstrip())]
        code = before.split("#", 1)[0].rstrip()
        self.insertPlainText("\n" + inside + (_INDENT if code.endswith(":") else ""))
        self.ensureCursorVisible()

    # ── completion ────────────────────────────────────────────────────────────────────────────

    def know(self, words: Iterable[str]) -> None:
        """The words that completion offers, in this order."""
        self.words.setStringList(list(dict.fromkeys(words)))

    def _list(self) -> QAbstractItemView:
        popup = self.completer.popup()
        assert popup is not None
        return popup

    def _word(self) -> str:
        """The beginning of a word before the caret."""
        before = self._before()
        if "#" in before:
            return ""
        start = len(before)
        while start and (before[start - 1].isalnum() or before[start - 1] == "_"):
            start -= 1
        return before[start:]

    def _offer(self, at_least: int) -> None:
        word = self._word()
        popup = self._list()
        if len(word) < at_least or (word and word[0].isdigit()):
            popup.hide()
            return
        self.completer.setCompletionPrefix(word)
        found = self.completer.completionCount()
        if not found or (found == 1 and self.completer.currentCompletion() == word):
            popup.hide()
            return
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))
        place = self.cursorRect()
        width = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width() + 12
        place.setWidth(min(max(width, 120), 320))
        place.translate(self.numbers_width(), 0)
        self.completer.complete(place)

    def _complete(self, word: str) -> None:
        cursor = self.textCursor()
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(self._word())
        )
        cursor.insertText(word)
        self.setTextCursor(cursor)
