"""Labels and links that never clip: they wrap, or they end in … and say the rest in a tooltip.

The one rule: what a label says in full is in `full`; what is drawn may be less, what is read aloud never.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

#: A text that may be cut keeps at least this many letters' room.
_LEAST_LETTERS = 4
#: A link is read before what stands beside it is: it keeps more.
_LINK_LETTERS = 18


class Label(QLabel):
    """Text that wraps. `look` and `role` are names of the style sheet."""

    def __init__(self, text: str = "", look: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if look:
            self.setProperty("look", look)
        if role:
            self.setProperty("role", role)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_text(self, text: str) -> None:
        """Shows the text, or takes no room where there is none."""
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))

    def minimumSizeHint(self) -> QSize:
        """Any width serves: words wrap, and a long word may be cut."""
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS, self.fontMetrics().height())


class Elided(QLabel):
    """One line of text that ends in … where there is no room; the tooltip has it all.

    Where less than the share `least` of it would be seen, nothing is.
    """

    def __init__(
        self,
        text: str = "",
        look: str = "",
        role: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        least: float = 0.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.mode = mode
        self.least = least
        self.full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if look:
            self.setProperty("look", look)
        if role:
            self.setProperty("role", role)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Shows the text, or as much of it as there is room for."""
        if text == self.full and self.text():
            return
        self.full = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width() - 2 * self.margin()
        shown = self.fontMetrics().elidedText(self.full, self.mode, max(room, 0))
        if room < self.least * self.fontMetrics().horizontalAdvance(self.full):
            shown = ""
        self.setText(shown)
        self.setToolTip(self.full if shown != self.full else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        metrics = self.fontMetrics()
        margins = self.contentsMargins()
        around = margins.left() + margins.right()
        if self.isVisible():  # the style's own room is known only then
            around = max(around, self.width() - self.contentsRect().width())
        high = metrics.height() + 2 + margins.top() + margins.bottom()
        return QSize(metrics.horizontalAdvance(self.full) + 2 + around, high)

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().averageCharWidth() * _LEAST_LETTERS
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())


class Link(QPushButton):
    """A name that goes somewhere when it is clicked; cut with … where there is no room."""

    def __init__(self, text: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.full = ""
        self.hint = ""
        self.setProperty("look", "reference")
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if name:
            self.setObjectName(name)
        self.show_text(text)

    def show_text(self, text: str, hint: str = "", spoken: str = "") -> None:
        """Shows `text`; `hint` says where it goes, `spoken` is read aloud instead of the text."""
        self.full, self.hint = text, hint
        self.setAccessibleName(spoken or text)
        self.setAccessibleDescription(hint)
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        room = self.width() - 2 * self._padding()
        shown = metrics.elidedText(self.full, Qt.TextElideMode.ElideMiddle, max(room, 0))
        self.setText(shown.replace("&", "&&"))
        tip = "" if shown == self.full else self.full
        self.setToolTip("\n".join(part for part in (tip, self.hint) if part))

    def _padding(self) -> int:
        return 3  # as the style sheet has it for references: a border of 1 and a padding of 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self.full) + 2 * self._padding() + 2
        return QSize(width, self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().averageCharWidth() * _LINK_LETTERS
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())


def line(look: str = "rule") -> QFrame:
    """A thin horizontal line: `rule` between parts, `sum` above a total."""
    made = QFrame()
    made.setProperty("look", look)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFixedHeight(1)
    return made
