"""The check of one gradient against central differences, on demand.

The one rule: the check is a job of its own; what it says belongs to the trace it was made for, and goes
with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import derivative, number
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Label

if TYPE_CHECKING:
    from graph_explorer.engine.check import Compared

_KEY = "check of one gradient"


def verdict(found: Sequence[Compared]) -> tuple[str, str]:
    """What a check says, and the role of its colour."""
    if not found:
        return "There is no number to compare.", "muted"
    wrong = [one for one in found if not one.agrees]
    if len(found) == 1:
        one = found[0]
        pair = f"backpropagation {number(one.gradient, 8)}, differences {number(one.difference, 8)}"
        if one.agrees:
            return f"They agree: {pair}.", "success"
        if one.kink:
            return f"A kink: the slopes left and right differ ({pair}).", "warning"
        if one.cut:
            return f"Detaching cuts off a part of it: {pair}.", "warning"
        return f"They differ: {pair}.", "error"
    if not wrong:
        worst = max(one.error for one in found)
        return (
            f"All {len(found)} compared entries agree; the largest relative error is {number(worst, 2)}.",
            "success",
        )
    explained = all(one.kink or one.cut for one in wrong)
    first = wrong[0]
    place = ", ".join(map(str, first.index))
    said = (
        f"{len(wrong)} of {len(found)} entries differ, first [{place}]: "
        f"backpropagation {number(first.gradient)}, differences {number(first.difference)}."
    )
    if all(one.cut for one in wrong):
        said += " Detaching cuts the rest off."
    return said, "warning" if explained else "error"


class CheckLine(QWidget):
    """A button that checks, and what the check found."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("check")
        self.setAccessibleName("Check against differences")
        self._name = ""
        self._trace: Trace | None = None
        self.button = QPushButton("Check against differences")
        self.button.setObjectName("check_button")
        self.button.setProperty("look", "small")
        self.button.setToolTip("Runs forward a little to the left and to the right, and compares the slope")
        self.result = Label("")
        self.result.setObjectName("check_result")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 2, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.result)
        self.result.hide()
        self.button.clicked.connect(self.start)

    def show_leaf(self, now: State, name: str) -> None:
        """Offers the check for a leaf; an older result of another trace is taken away."""
        if name != self._name or now.trace is not self._trace:
            self.session.jobs.cancel(_KEY)
            self._say("", "muted")
        self._name, self._trace = name, now.trace

    def start(self) -> None:
        """Checks the gradient of the leaf in the background."""
        trace, document = self.session.state.trace, self.session.state.document
        if trace is None or document is None or trace is not self._trace:
            return
        from graph_explorer.engine.check import check  # only who checks waits for it

        work = partial(check, trace, document.leaves, [self._name])
        self._say("Comparing …", "muted")
        title = f"Checking {derivative(trace.output, self._name)}"
        self.session.jobs.start(
            _KEY, title, lambda checkpoint: work(checkpoint=checkpoint), self._done, self._failed
        )

    def _done(self, found: Sequence[Compared]) -> None:
        self._say(*verdict(found))

    def _failed(self, error: InputError) -> None:
        self._say(error.message, "error")

    def _say(self, text: str, role: str) -> None:
        if self.result.property("role") != role:
            self.result.setProperty("role", role)
            self.result.style().unpolish(self.result)
            self.result.style().polish(self.result)
        self.result.show_text(text)
