"""Where an answer is given: typed, chosen among options, or put in order.

The one rule: whatever the form, what comes out is the text that the same answer has when it is typed in a
terminal, so that there is one way to read and judge it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QLineEdit,
    QListWidget,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.quiz.question import Question

_PLACEHOLDERS = {
    "number": "A number, or arithmetic such as -2*0.3 or 1/4",
    "shape": "A shape such as (2, 3), or () for a single number",
}


#: What the sign and the margins of an option take, in pixels.
_BESIDE = 48


def wrapped(text: str, metrics: QFontMetrics, width: int) -> str:
    """The text in lines of at most that width, as far as its words allow."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


class Ordered(QListWidget):
    """Options that are dragged into order, or moved by Alt and the arrow keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("challenge_order")
        self.setAccessibleName("The options in your order; Alt with an arrow key moves one")
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setProperty("look", "order")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_by(by)
        else:
            super().keyPressEvent(event)

    def move_by(self, by: int) -> None:
        """Moves the chosen option up (−1) or down (1)."""
        at = self.currentRow()
        to = at + by
        if at >= 0 and 0 <= to < self.count():
            self.insertItem(to, self.takeItem(at))
            self.setCurrentRow(to)

    def texts(self) -> list[str]:
        return [self.item(row).text() for row in range(self.count())]


class AnswerArea(QWidget):
    """The widgets for one question. `entered` is sent when Return is pressed in them."""

    #: Return was pressed where an answer is typed
    entered = Signal()
    #: the answer has changed
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("challenge_answer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.line = QLineEdit()
        self.line.setObjectName("challenge_line")
        self.line.setMinimumHeight(34)
        self.line.textEdited.connect(lambda: self.changed.emit())
        self._options = QWidget()
        self._options_column = QVBoxLayout(self._options)
        self._options_column.setContentsMargins(0, 0, 0, 0)
        self._options_column.setSpacing(4)
        self.order = Ordered()
        self.order.model().rowsMoved.connect(lambda: self.changed.emit())
        self._places: tuple[QWidget, ...] = (self.line, self._options, self.order)
        for place in self._places:
            column.addWidget(place)
        self.buttons: list[QRadioButton | QCheckBox] = []
        self._group: QButtonGroup | None = None
        self._text: Callable[[], str] = self.line.text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return answers, wherever in here it is pressed: the widgets let it through."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def show_question(self, question: Question) -> None:
        """Fresh widgets for a question."""
        self._clear()
        if question.form in ("number", "shape"):
            self.line.clear()
            self.line.setPlaceholderText(_PLACEHOLDERS[question.form])
            self.line.setAccessibleName(f"Your answer. {_PLACEHOLDERS[question.form]}")
            self._show(self.line, self.line.text)
        elif question.form == "order":
            self.order.addItems(list(question.options))
            self.order.setCurrentRow(0)
            heights = (self.order.sizeHintForRow(row) for row in range(self.order.count()))
            self.order.setFixedHeight(sum(heights) + 4)
            self._show(self.order, lambda: ", ".join(self.order.texts()))
        else:
            self._make_options(question)
            self._show(self._options, self._chosen)

    def _show(self, shown: QWidget, text: Callable[[], str]) -> None:
        for place in self._places:
            place.setVisible(place is shown)
        self._text = text

    def _clear(self) -> None:
        for button in self.buttons:
            button.setParent(None)
            button.deleteLater()
        if self._group is not None:
            self._group.deleteLater()
            self._group = None
        self.buttons = []
        self.order.clear()

    def _make_options(self, question: Question) -> None:
        several = question.form == "several"
        if not several:
            self._group = QButtonGroup(self)
        for place, option in enumerate(question.options):
            made: QRadioButton | QCheckBox = QCheckBox() if several else QRadioButton()
            made.setProperty("answer", option)
            made.setMinimumWidth(1)  # its words wrap
            made.setObjectName(f"challenge_option_{place}")
            made.setAccessibleName(option)
            made.setProperty("look", "option")
            made.toggled.connect(lambda: self.changed.emit())
            if self._group is not None:
                self._group.addButton(made)
            self._options_column.addWidget(made)
            self.buttons.append(made)
        self._wrap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def _wrap(self) -> None:
        """Breaks the lines of long options where there is no more room."""
        for button in self.buttons:
            button.ensurePolished()
            text = wrapped(str(button.property("answer")), button.fontMetrics(), self.width() - _BESIDE)
            if text.replace("&", "&&") != button.text():
                button.setText(text.replace("&", "&&"))

    def _chosen(self) -> str:
        return ", ".join(str(button.property("answer")) for button in self.buttons if button.isChecked())

    @property
    def text(self) -> str:
        """What has been entered, as it would be typed."""
        return self._text()

    @property
    def ready(self) -> bool:
        """Whether there is an answer to be judged: none is also one where several may be chosen."""
        several = bool(self.buttons) and isinstance(self.buttons[0], QCheckBox)
        return bool(self.text.strip()) or several

    def show_typed(self, question: Question, typed: str) -> None:
        """What was answered before, where one comes back to a question."""
        if question.form in ("number", "shape"):
            self.line.setText(typed)
        elif question.form == "order":
            self.order.clear()
            self.order.addItems(typed.split(", "))
            self.order.setCurrentRow(0)
        else:
            given = typed.split(", ") if question.form == "several" else [typed]
            for button in self.buttons:
                button.setChecked(button.property("answer") in given)

    def lock(self, locked: bool) -> None:
        """Whether an answer may still be given."""
        self.line.setReadOnly(locked)
        self.order.setEnabled(not locked)
        for button in self.buttons:
            button.setEnabled(not locked)

    def take_focus(self) -> None:
        """Puts the keyboard where the answer is given."""
        target = self.buttons[0] if self.buttons else self.order if self.order.count() else self.line
        target.setFocus(Qt.FocusReason.OtherFocusReason)
