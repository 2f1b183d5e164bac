"""What this backward pass costs, beside the other ways to the same gradients.

The one rule: it is counted anew only for another graph, and only while somebody looks; numbers do not
change what is counted.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.engine.cost import Cost, conclusion, cost, count_text, passes_text
from graph_explorer.engine.errors import InputError, NotComputed
from graph_explorer.engine.plan import Plan
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets.bars import Bar, Bars
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label

_KEY = "cost"
#: A backward pass over more edges than this is counted by a job.
_MANY = 1_000
_EMPTY = "Open an example to see how much work its backward pass is."


class CostPanel(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._counted_for: Plan | None = None
        self._theme = ""
        self.setObjectName("cost")
        self.setAccessibleName("Cost of the backward pass")
        self.conclusion = Label("")
        self.conclusion.setObjectName("cost_conclusion")
        self.pass_section = Section("cost_pass", "This backward pass")
        self.passed = Label("")
        self.passed.setObjectName("cost_this_pass")
        self.pass_section.add(self.passed)
        self.methods_section = Section("cost_methods", "All gradients, by four methods")
        self.methods = Bars("cost_bars", "Arithmetic by four methods")
        self.methods_note = Label("", "small")
        for widget in (self.methods, self.methods_note):
            self.methods_section.add(widget)
        self.modes_section = Section("cost_modes", "Forward mode or reverse mode")
        self.modes = Bars("cost_mode_bars", "Passes by forward and by reverse mode")
        self.modes_note = Label("", "small")
        for widget in (self.modes, self.modes_note):
            self.modes_section.add(widget)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        for part in (self.conclusion, self.pass_section, self.methods_section, self.modes_section):
            column.addWidget(part)
        column.addStretch(1)
        fill(self, scrolled("cost_scroll", content, Qt.FocusPolicy.StrongFocus))
        session.follow(self.show_state, seen=self)

    def show_state(self, before: State, now: State) -> None:
        plan = now.trace.plan if now.trace is not None else None
        unrun = plan is None and before.document is not now.document
        other = plan is not self._counted_for or unrun
        if other or now.theme != self._theme:
            self._count(now)

    def _count(self, now: State) -> None:
        """Counts for the present run; a long one is counted by a job."""
        trace = now.trace
        self._counted_for, self._theme = (trace.plan if trace is not None else None), now.theme
        self.session.jobs.cancel(_KEY)
        if trace is None:
            self._conclude(_EMPTY if now.document is None else NOT_RUN)
        elif len(trace.plan.pulls) > _MANY:
            self._conclude("Counting …")
            self.session.jobs.start(
                _KEY, "Counting", lambda checkpoint: cost(trace, checkpoint), self._counted, self._fail,
                after="layout", quiet=True,
            )  # fmt: skip
        else:
            try:
                self._counted(cost(trace))
            except NotComputed as error:
                self._fail(error)

    def _counted(self, found: Cost) -> None:
        self._conclude(conclusion(found), found)

    def _fail(self, error: InputError) -> None:
        self._conclude(f"Nothing to count: {error.message}.")

    def _conclude(self, said: str, found: Cost | None = None) -> None:
        self.conclusion.setText(said)
        for section in (self.pass_section, self.methods_section, self.modes_section):
            section.setVisible(found is not None and found.inputs > 0)
        if found is not None:
            self._show(found)

    def _show(self, found: Cost) -> None:
        self.passed.setText(
            f"{_many(found.edges, 'local derivative')}, {_many(found.backward.products, 'product')} and "
            f"{_many(found.backward.additions, 'addition')} of single numbers. One run forward takes "
            f"{_many(found.forward.total, 'operation')}."
        )
        forward = found.forward.total  # every method but differences needs one run forward as well
        counts = (
            ("Backpropagation, once", found.backward.total + forward, "gradient"),
            ("Chain rule, path by path", found.chains.total + forward, "muted"),
            ("Central differences", found.differences.total, "muted"),
            ("Forward mode", found.forward_mode.total + forward, "value"),
        )
        bars = [Bar(label, count, count_text(count), role) for label, count, role in counts]
        self.methods.show_bars(bars, self._theme)
        scale = " The bars are logarithmic." if self.methods.logarithmic else ""
        self.methods_note.setText(
            f"Counted: products and additions of single numbers, the run forward among them. "
            f"{_many(found.paths, 'path')} lead from the parameters to the output, with "
            f"{_many(found.path_edges, 'local derivative')} on them; differences need "
            f"{_many(found.runs, 'run')} forward, two for each number of a parameter.{scale}"
        )
        self.modes.show_bars(
            [
                Bar("Forward mode", found.inputs, passes_text(found.inputs), "value"),
                Bar("Reverse mode", found.outputs, passes_text(found.outputs), "gradient"),
            ],
            self._theme,
        )
        self.modes_note.setText(
            "In one pass, forward mode carries one number of a parameter up to all outputs; reverse mode "
            "carries one number of the output down to all parameters."
        )


def _many(count: int, what: str) -> str:
    """1 product, 12 products."""
    return f"{count_text(count)} {what}{'s' * (count != 1)}"
