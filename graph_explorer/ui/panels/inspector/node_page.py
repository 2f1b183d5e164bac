"""The inspector's page of a node: what it is, its value, its gradient, and what it passes on.

The one rule: every number stands next to where it comes from, and that is one click away.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.arithmetic import Line, forward, local
from graph_explorer.engine.explain import is_preactivation, named_within
from graph_explorer.engine.graph import Graph, Node, Use
from graph_explorer.engine.notation import derivative, shape
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.run import RunError
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.ui.panels.inspector.check_line import CheckLine
from graph_explorer.ui.panels.inspector.subject import pull_along
from graph_explorer.ui.panels.inspector.terms import input_rows, passed_on_rows, term_rows
from graph_explorer.ui.race.next_update import NextUpdate
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.rows import Made, Row, Rows
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label
from graph_explorer.ui.widgets.value import ValueView

_LEAVES = {
    "input": "an input: data, it is given",
    "parameter": "a parameter: it is learnt, so its gradient is asked for",
    "constant": "a constant, written in the program",
}
#: Local derivatives of more inputs than this are left to the page of each edge.
_LOCALS = 4


def describe(now: State, node: Node) -> str:
    """Shape, type, and where it stands: a number · float64 · line 3 · in group t=0."""
    parts = []
    trace = now.trace
    made = trace.value(node.id) if trace is not None and trace.has_value(node.id) else None
    value = now.value(node.id) if trace is None else made
    if value is not None:
        parts += [shape(np.shape(value)), str(value.dtype)]
    if node.place is not None:
        parts.append(f"line {node.place.line}")
    if node.group:
        parts.append(f"in group {node.group}")
    if now.document is not None and now.document.output == node.id:
        parts.append("the output")
    return " · ".join(parts)


class _PassedOn:
    """The local derivative by one input, and what is passed on to it."""

    def __init__(self, place: int, section: Section) -> None:
        self.rule = FormulaView(f"inspector_local_{place}", 1.15)
        self.numbers = FormulaView(f"inspector_local_numbers_{place}", 1.1)
        self.rows = Rows(f"inspector_passed_on_{place}", "Contribution to the gradient of an input")
        for widget in (self.rule, self.numbers, self.rows):
            section.add(widget)

    def show(self, lines: tuple[Line, ...], rows: list[Row], theme_name: str) -> None:
        self.rule.show_latex(lines[0].latex if lines else "", theme_name)
        self.numbers.show_latex(lines[1].latex if len(lines) > 1 else "", theme_name)
        self.rows.show_rows(rows)


class NodePage(QWidget):
    """One node at the present time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("inspector_node")
        self.setAccessibleName("Node")
        self._node: Node | None = None
        self.operation = Label("")
        self.operation.setObjectName("inspector_operation")
        self.caption = Label("", "muted")
        self.caption.setObjectName("inspector_caption")
        self.about = Label("", "small")
        self.about.setObjectName("inspector_about")
        self.stops = Label("")
        self.stops.setObjectName("inspector_stops")
        self.failure = Label("", role="error")
        self.failure.setObjectName("inspector_failure")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for label in (self.operation, self.caption, self.about, self.stops, self.failure):
            box.addWidget(label)
        self._make_value(box)
        self._make_gradient(box)
        self.update_section = NextUpdate()
        box.addWidget(self.update_section)
        self._make_passed_on(box)
        self.used = Section("inspector_used", "Used by")
        self.users = Rows("inspector_users", "Used by")
        self.used.add(self.users)
        box.addWidget(self.used)

    def _make_value(self, box: QVBoxLayout) -> None:
        self.value_section = Section("inspector_forward", "Value")
        self.formula = FormulaView("inspector_formula")
        self.numbers = FormulaView("inspector_numbers", 1.15)
        self.value = ValueView("inspector_value", "Value", "value")
        self.inputs = Rows("inspector_inputs", "Inputs")
        for widget in (self.formula, self.numbers, self.value, self.inputs):
            self.value_section.add(widget)
        self.value.changed.connect(self._changed)
        self.value.entered.connect(self._entered)
        box.addWidget(self.value_section)

    def _make_gradient(self, box: QVBoxLayout) -> None:
        self.gradient_section = Section("inspector_backward", "Gradient")
        self.gradient = ValueView("inspector_gradient", "Gradient", "gradient")
        self.terms = Rows("inspector_terms", "The gradient as a sum of its terms")
        self.run_to = QPushButton("Go to where it is complete")
        self.run_to.setObjectName("inspector_run_to")
        self.run_to.setProperty("look", "small")
        self.run_to.clicked.connect(self._run_to)
        self.ask = QPushButton("")
        self.ask.setObjectName("inspector_ask")
        self.ask.setProperty("look", "small")
        self.ask.clicked.connect(self._ask)
        self.check = CheckLine(self.session)
        for widget in (self.gradient, self.terms, self.run_to, self.ask, self.check):
            self.gradient_section.add(widget)
        box.addWidget(self.gradient_section)

    def _make_passed_on(self, box: QVBoxLayout) -> None:
        self.passed_section = Section("inspector_passes_on", "Passes on to its inputs")
        self.blocks = [_PassedOn(k, self.passed_section) for k in range(_LOCALS)]
        self.passed_on = Rows("inspector_passed_on", "Contributions to the gradients of the inputs")
        self.passed_section.add(self.passed_on)
        box.addWidget(self.passed_section)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_node(self, now: State, name: str) -> None:
        """Shows the node that makes the value `name`, as it stands at the present time."""
        assert now.document is not None
        graph, trace = now.document.graph, now.trace
        node = self._node = graph.node(name)
        self._show_head(now, node)
        self._show_value(now, trace, node)
        self.inputs.show_rows(input_rows(self.session, now, graph, node))
        if trace is not None:
            self._show_gradient(now, trace, node)
            self._show_passed_on(now, trace, node)
        else:
            self._show_no_gradient(now, node)
        self.update_section.show_node(now, node.id)
        users = list(dict.fromkeys(use.node for use in graph.uses(node.id)))
        self.users.show_rows(Made(users, lambda user: self._user(graph, node, user)))
        self.used.setVisible(bool(users))

    def _show_head(self, now: State, node: Node) -> None:
        if node.is_leaf:
            self.operation.show_text(_LEAVES[node.op].capitalize())
        else:
            self.operation.show_text(f"{node.op}: {operation_of(node).summary}")
        self.caption.show_text(f"“{node.caption}”" if node.caption else "")
        self.about.show_text(describe(now, node))
        why = node.rule.flat if node.rule is not None and not node.rule.has_gradient else ""
        self.stops.show_text(f"The backward pass stops here: {why}." if why else "")
        failure = now.trace.failure if now.trace is not None else None
        failed = isinstance(failure, RunError) and failure.node is node
        self.failure.show_text(str(failure) if failed else "")

    def _show_value(self, now: State, trace: Trace | None, node: Node) -> None:
        lines = forward(trace, node) if trace is not None else ()
        self.formula.show_latex(lines[0].latex if lines else "", now.theme)
        value = now.value(node.id)
        known = value is not None
        self.numbers.show_latex(lines[1].latex if len(lines) > 1 and known else "", now.theme)
        if value is not None:
            self.value.show_value(value, now.theme, node.op in ("input", "parameter"))
        elif trace is None:
            self.value.show_reason(NOT_RUN)
        elif trace.has_value(node.id):
            self.value.show_reason("Not computed yet: the forward pass has not come this far.")
        else:
            self.value.show_reason("Not computed: the run stopped before it.")
        how = ""
        if value is not None and node.op in ("input", "parameter"):
            array = np.ndim(value) > 0
            how = "double-click a number to change it" if array else "type, drag or turn the wheel"
        self.value_section.show_title("Value", remark=how)

    def _show_gradient(self, now: State, trace: Trace, node: Node) -> None:
        name = derivative(trace.output, node.id)
        delta = "δ" if is_preactivation(trace.graph, node.id) else ""
        self.gradient_section.show_title(f"Gradient {name}", delta)
        self.gradient_section.badge.setToolTip("δ: the gradient just before an activation function")
        reached = trace.has_gradient(node.id, now.time)
        complete = reached and trace.is_complete(node.id, now.time)
        if reached:
            self.gradient.show_value(trace.gradient(node.id, now.time), now.theme)
        else:
            reason = trace.why_no_gradient(node.id, now.time)
            self.gradient.show_reason(f"{'Not yet' if trace.takes_gradient(node.id) else 'None'}: {reason}.")
        self.terms.show_rows(self._terms(now, trace, node))
        self.run_to.setVisible(trace.takes_gradient(node.id) and not complete)
        self._show_ask(now, node)
        leaf = node.is_leaf and trace.takes_gradient(node.id)
        self.check.setVisible(leaf)
        self.check.show_leaf(now, node.id if leaf else "")

    def _show_no_gradient(self, now: State, node: Node) -> None:
        """While nothing was run: what may be asked for, and nothing else."""
        output = now.document.output if now.document is not None else ""
        self.gradient_section.show_title(f"Gradient {derivative(output, node.id)}", "")
        self.gradient.show_reason(NOT_RUN)
        self.terms.show_rows([])
        for widget in (self.run_to, self.check, self.passed_section):
            widget.hide()
        self._show_ask(now, node)

    def _show_ask(self, now: State, node: Node) -> None:
        self.ask.setText("Leave its gradient out" if node.id in now.asked else "Ask for its gradient")
        self.ask.setVisible(self.session.can_ask(node.id))

    def _terms(self, now: State, trace: Trace, node: Node) -> list[Row]:
        if node.id == trace.output and trace.takes_gradient(node.id):
            here = now.time > trace.forward_length
            return [Row("the start: the output by itself", role="muted")] if here else []
        if not trace.takes_gradient(node.id):
            return []
        return term_rows(self.session, trace, node.id, now.time)

    def _show_passed_on(self, now: State, trace: Trace, node: Node) -> None:
        taken = any(trace.takes_gradient(name) for name in node.outputs if name)
        pulls = self._pulls(trace, node) if taken and not node.is_leaf else {}
        rows = passed_on_rows(self.session, trace, node, pulls, now.time) if pulls else []
        self.passed_section.setVisible(bool(rows))
        separately = len(pulls) <= _LOCALS
        slots = list(pulls) if separately and trace.has_value(node.id, now.time) else []
        for place, block in enumerate(self.blocks):
            lines = local(trace, node, slots[place]) if place < len(slots) else ()
            block.show(lines, [rows[place]] if separately and place < len(rows) else [], now.theme)
        self.passed_on.show_rows([] if separately else rows)

    def _pulls(self, trace: Trace, node: Node) -> dict[int, Pulled]:
        """The steps through this node, by input."""
        found: dict[int, Pulled] = {}
        for slot, name in enumerate(node.inputs):
            pulled = pull_along(trace, Use(node.id, slot)) if name else None
            if pulled is not None:
                found[slot] = pulled
        return found

    def _user(self, graph: Graph, node: Node, name: str) -> Row:
        user = graph.node(name)
        go = partial(self.session.select, name)
        return Row(named_within(name, node), detail=user.caption or user.op, hint=f"Select {name}", go=go)

    # ── changing ──────────────────────────────────────────────────────────────────────────────

    def _changed(self, value: float, gesture: str) -> None:
        if self._node is not None:
            self.session.set_value(self._node.id, value, merge=gesture)

    def _entered(self, index: tuple[int, ...], value: float) -> None:
        document = self.session.state.document
        if self._node is None or document is None:
            return
        array = document.entry(self._node.id).array.copy()
        array[index] = value
        self.session.set_value(self._node.id, array)

    def _ask(self) -> None:
        if self._node is not None:
            self.session.ask_gradient(self._node.id)

    def _run_to(self) -> None:
        if self._node is not None:
            self.session.run_to(self._node.id)
