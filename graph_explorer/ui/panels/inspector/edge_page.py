"""The inspector's page of an edge: one multiplication of the chain rule, written out like sums at school.

The one rule: upstream × local derivative = contribution, then what was there + contribution = the
gradient so far; each line names what it is and leads there.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.arithmetic import Arithmetic, arithmetic, form, forward, local, output_gradient
from graph_explorer.engine.explain import named_within
from graph_explorer.engine.graph import Node, Use
from graph_explorer.engine.modes import local_jacobian
from graph_explorer.engine.notation import derivative
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.ui.panels.inspector.subject import pull_along, term_positions
from graph_explorer.ui.panels.inspector.terms import NOT_YET, select, short, term_rows
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.rows import Row, Rows
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label
from graph_explorer.ui.widgets.value import ArrayView

#: A dense local derivative or mask of more entries is not shown.
_MOST_SHOWN = 1_000_000
#: A linear map of no more entries is also written out as a matrix: a row an output entry.
_WRITTEN_OUT = 1_024


class EdgePage(QWidget):
    """One edge at the present time, followed backward."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("inspector_edge")
        self.setAccessibleName("Edge")
        self._use: Use | None = None
        self.about = Label("")
        self.about.setObjectName("inspector_edge_about")
        self.reason = Label("", "muted")
        self.reason.setObjectName("inspector_edge_reason")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.about)
        box.addWidget(self.reason)
        self._make_rule(box)
        self._make_sum(box)
        self._make_arrays(box)
        self._make_buttons(box)

    def _make_rule(self, box: QVBoxLayout) -> None:
        self.rule_section = Section("inspector_rule_section", "The chain rule along this edge")
        self.rule = FormulaView("inspector_rule")
        self.forward = FormulaView("inspector_edge_forward", 1.15)
        self.local = FormulaView("inspector_edge_local", 1.15)
        self.local_numbers = FormulaView("inspector_edge_local_numbers", 1.1)
        self.rule_section.add(self.rule)
        self.local_section = Section("inspector_local_section", "The local derivative")
        for view in (self.forward, self.local, self.local_numbers):
            self.local_section.add(view)

    def _make_sum(self, box: QVBoxLayout) -> None:
        self.product = Rows("inspector_product", "Upstream times local derivative")
        self.note = Label("", "small")
        self.note.setObjectName("inspector_note")
        self.rule_section.add(self.product)
        self.rule_section.add(self.note)
        box.addWidget(self.rule_section)
        box.addWidget(self.local_section)
        self.total_section = Section("inspector_total_section", "Gradient")
        self.terms = Rows("inspector_edge_terms", "The gradient as a sum of its terms")
        self.total_section.add(self.terms)
        box.addWidget(self.total_section)

    def _make_arrays(self, box: QVBoxLayout) -> None:
        self.arrays: dict[str, tuple[Section, ArrayView]] = {}
        for key, title in (
            ("upstream", "Upstream gradient"),
            ("local", "Local derivative"),
            ("jacobian", "The local derivative, written out as a matrix"),
            ("contribution", "Contribution"),
            ("accumulated", "Gradient so far"),
        ):
            section = Section(f"inspector_{key}_section", title)
            view = ArrayView(
                f"inspector_{key}", title, "value" if key in ("local", "jacobian") else "gradient"
            )
            section.add(view)
            box.addWidget(section)
            self.arrays[key] = section, view

    def _make_buttons(self, box: QVBoxLayout) -> None:
        self.go = QPushButton("Go to this step")
        self.go.setObjectName("inspector_go")
        self.cut = QPushButton("Cut this edge")
        self.cut.setObjectName("inspector_cut")
        line = QHBoxLayout()
        line.setContentsMargins(0, 8, 0, 0)
        for button in (self.go, self.cut):
            button.setProperty("look", "small")
            line.addWidget(button)
        line.addStretch(1)
        box.addLayout(line)
        self.go.clicked.connect(self._go)
        self.cut.clicked.connect(self._cut)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_edge(self, now: State, use: Use) -> None:
        """Shows the edge into input `use.input_index` of the node `use.node`."""
        assert now.document is not None
        trace, self._use = now.trace, use
        node = now.document.graph.node(use.node)
        if trace is None:
            self._show_unrun(now, node, use)
            return
        name = node.inputs[use.input_index]
        pulled = pull_along(trace, use)
        has_come = pulled is not None and trace.time_of(pulled) < now.time
        self.about.show_text(self._about(node, name, pulled))
        self._show_rule(now, trace, node, use, pulled, has_come)
        self._show_total(now, trace, name, pulled)
        self._show_arrays(now, pulled if has_come else None)
        self.go.setVisible(pulled is not None and not has_come)
        detached = use in trace.plan.detached
        here = use in now.detached or not detached  # a cut in the program is mended in the program
        self.cut.setText("Join this edge again" if detached else "Cut this edge")
        self.cut.setToolTip("A cut edge passes no gradient back, as if detached")
        self.cut.setVisible(here and self._can_pass(node, use))

    def _show_unrun(self, now: State, node: Node, use: Use) -> None:
        """While nothing was run: what the edge is, and whether it is cut."""
        self.about.show_text(self._about(node, node.inputs[use.input_index], None))
        self.reason.show_text(NOT_RUN)
        sections = (section for section, _ in self.arrays.values())
        for widget in (self.rule_section, self.local_section, self.total_section, *sections, self.go):
            widget.hide()
        self.cut.setText("Join this edge again" if use in now.detached else "Cut this edge")
        self.cut.setVisible(self._can_pass(node, use))

    def _can_pass(self, node: Node, use: Use) -> bool:
        return not node.is_leaf and operation_of(node).differentiable(use.input_index)

    def _about(self, node: Node, name: str, pulled: Pulled | None) -> str:
        said = f"{node.op}: {operation_of(node).summary}"
        if pulled is None:
            return said
        here = f" in {node.group}" if node.group else ""
        through, into = named_within(node.id, node), named_within(name, node)
        steps = len(pulled.trace.plan.pulls)
        return f"Step {pulled.step} of {steps}{here}, through {through} back to {into}. {said}"

    def _show_rule(
        self, now: State, trace: Trace, node: Node, use: Use, pulled: Pulled | None, has_come: bool
    ) -> None:
        found = arithmetic(pulled) if pulled is not None and has_come else None
        known = trace.has_value(node.id, now.time)
        self.reason.show_text("" if pulled is not None else self._why_none(trace, node, use))
        self.rule_section.setVisible(pulled is not None)
        self.rule.show_latex(found.rule.latex if found else "", now.theme)
        lines = local(trace, node, use.input_index) if pulled is not None else ()
        self.local_section.setVisible(bool(lines))
        made = forward(trace, node)
        self.forward.show_latex(made[0].latex if made and lines else "", now.theme)
        self.local.show_latex(lines[0].latex if lines else "", now.theme)
        self.local_numbers.show_latex(lines[1].latex if len(lines) > 1 and known else "", now.theme)
        self.product.show_rows(self._product_rows(trace, node, pulled, found, known) if pulled else [])
        self.note.show_text(found.note if found else "")

    def _why_none(self, trace: Trace, node: Node, use: Use) -> str:
        if use in trace.plan.detached:
            return "No gradient passes here: the edge is cut."
        if not self._can_pass(node, use):
            return f"No gradient passes here: {node.op} is flat or discrete in this input."
        if not any(trace.takes_gradient(name) for name in node.outputs if name):
            return f"No gradient passes here: none arrives at {node.id}."
        name = node.inputs[use.input_index]
        return f"No gradient passes here: {trace.why_no_gradient(name)}."

    def _product_rows(
        self, trace: Trace, node: Node, pulled: Pulled, found: Arithmetic | None, known: bool
    ) -> list[Row]:
        output, into = trace.output, pulled.into
        names = named_within(node.id, node), named_within(into, node)
        above, here, below = derivative(output, names[0]), derivative(*names), derivative(output, names[1])
        factor = self._factor(pulled) if known else NOT_YET
        count = len(term_positions(trace, into))
        becomes = "contribution: all of it" if count == 1 else f"contribution: 1 of {count}"
        if found is None:
            return [
                Row(
                    above,
                    NOT_YET,
                    "",
                    "upstream",
                    "muted",
                    f"Select {node.id}",
                    select(self.session, node.id),
                ),
                Row(here, factor, "×", "local derivative", "value" if known else "muted"),
                Row(below, NOT_YET, "=", becomes, "muted", total=True),
            ]
        upstream = short(output_gradient(pulled.upstream))
        hint = f"Select {node.id}, whose gradient this is"
        return [
            Row(above, upstream, "", "upstream", "gradient", hint, select(self.session, node.id)),
            Row(here, factor, "×", "local derivative", "value"),
            Row(
                below, short(pulled.contribution), "=", becomes, "gradient",
                f"Select {into}, whose gradient it becomes part of", select(self.session, into), total=True,
            ),
        ]  # fmt: skip

    def _factor(self, pulled: Pulled) -> str:
        kind = form(pulled)
        if kind == "scalar":
            return short(pulled.local.value)
        if pulled.node.op in ("ReduceSum", "ReduceMean"):
            count = np.size(pulled.contribution) // max(np.size(output_gradient(pulled.upstream)), 1)
            return "1" if pulled.node.op == "ReduceSum" else f"1/{count}"
        return {"elementwise": "entry by entry", "linear": "a linear map", "selection": "a choice"}[kind]

    def _show_total(self, now: State, trace: Trace, name: str, pulled: Pulled | None) -> None:
        count = len(term_positions(trace, name)) if pulled is not None else 0
        self.total_section.setVisible(count > 1)
        title = f"Gradient {derivative(trace.output, name)}"
        self.total_section.show_title(title, remark=f"a sum of {count} terms")
        self.terms.show_rows(term_rows(self.session, trace, name, now.time) if count > 1 else [])

    def _show_arrays(self, now: State, pulled: Pulled | None) -> None:
        shown: dict[str, object] = {}
        if pulled is not None:
            kind = form(pulled)
            shown["upstream"] = output_gradient(pulled.upstream)
            small = np.size(pulled.contribution) <= _MOST_SHOWN
            shown["local"] = pulled.local.value if kind in ("elementwise", "selection") and small else None
            shown["jacobian"] = (
                local_jacobian(pulled, _WRITTEN_OUT) if kind in ("linear", "selection") else None
            )
            shown["contribution"] = pulled.contribution
            if len(term_positions(pulled.trace, pulled.into)) > 1:
                shown["accumulated"] = pulled.trace.gradient(pulled.into, now.time)
        for key, (section, view) in self.arrays.items():
            array = shown.get(key)
            section.setVisible(array is not None and np.ndim(array) > 0)  # type: ignore[arg-type]
            if array is not None and np.ndim(array) > 0:  # type: ignore[arg-type]
                view.show_array(np.asarray(array), now.theme)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _go(self) -> None:
        trace = self.session.state.trace
        pulled = pull_along(trace, self._use) if trace is not None and self._use is not None else None
        if trace is not None and pulled is not None:
            self.session.seek(trace.time_of(pulled) + 1)

    def _cut(self) -> None:
        if self._use is not None:
            self.session.detach(self._use)
