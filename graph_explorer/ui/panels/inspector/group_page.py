"""The inspector's page of a group: what it holds, how its blocks compare, what goes in and comes out.

The one rule: a group has no numbers of its own; everything here leads to a node that has, and says how
far the run is through it at the present time.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import partial

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.graph import Graph
from graph_explorer.engine.hierarchy.contents import Compared, Contents, contents
from graph_explorer.engine.hierarchy.summary import Summary, seconds, summarize
from graph_explorer.engine.notation import number, raised
from graph_explorer.engine.program import Program
from graph_explorer.ui import groups
from graph_explorer.ui.panels.inspector.chart import BlockChart, Series
from graph_explorer.ui.panels.inspector.terms import short
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.rows import MOST, Row, Rows
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label

#: A summary that takes longer than this many seconds goes to a job.
SYNCHRONOUS = 0.02


class GroupPage(QWidget):
    """One group at the present time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("inspector_group")
        self.setAccessibleName("Group")
        self._contents: tuple[Graph, Contents] | None = None
        self._summary: Summary | None = None
        self._asked: tuple[object, str] = (None, "")
        self.about = Label("")
        self.about.setObjectName("inspector_group_about")
        self.caption = Label("", "muted")
        self.fold = _button("inspector_fold", "Collapse", lambda: self.session.toggle_group(self._path))
        self.into_it = _button("inspector_enter", "Enter", self._go_in_or_out)
        self.into_it.setToolTip("Show the inside of the group alone, or the whole graph again")
        self.inside_section, self.inside = _rows("inside", "Inside", "What is inside")
        self._make_blocks()
        self.into_section, self.into = _rows("into", "Goes in", "Values that go in")
        self.out_section, self.out = _rows("out", "Comes out", "Values that come out")
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.fold)
        buttons.addWidget(self.into_it)
        buttons.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.about)
        box.addWidget(self.caption)
        box.addLayout(buttons)
        for section in (self.inside_section, self.blocks_section, self.into_section, self.out_section):
            box.addWidget(section)

    def _make_blocks(self) -> None:
        """The blocks of a stack side by side."""
        self.blocks_section = Section("inspector_blocks", "Blocks compared")
        self.blocks_section.show_title("Blocks compared", remark="norms of what comes out")
        self.chart = BlockChart()
        self.chart.chosen.connect(self._choose)
        self.trend = Label("", "muted")
        self.trend.setObjectName("inspector_trend")
        self.blocks = Rows("inspector_block_rows", "Blocks")
        for widget in (self.chart, self.trend, self.blocks):
            self.blocks_section.add(widget)

    @property
    def _path(self) -> str:
        return self._contents[1].path if self._contents is not None else ""

    def show_group(self, now: State, path: str) -> None:
        """Shows a group of the present graph."""
        assert now.document is not None
        graph, program = now.document.graph, now.document.read
        if self._contents is None or self._contents[0] is not graph or self._path != path:
            self._contents = graph, contents(graph, path)
            self.about.show_text(_about(self._contents[1], program))
            self.caption.show_text(program.captions.get(path, ""))
        held = self._contents[1]
        self.fold.setText("Expand" if path in now.collapsed else "Collapse")
        shown = path == groups.inside(now)
        self.fold.setVisible(not shown)
        self.into_it.setText("Leave" if shown else "Enter")
        for section, rows, names in (
            (self.into_section, self.into, held.into), (self.out_section, self.out, held.out),
        ):  # fmt: skip
            rows.show_rows([self._row(now, graph, name) for name in names])
            section.setVisible(bool(names))
        self._ask(now, held, path in program.repeats)
        self._show_summary(now)

    def _row(self, now: State, graph: Graph, name: str) -> Row:
        value = now.value(name)
        told = short(value) if value is not None else "not computed yet"
        go = partial(self.session.select, graph.node(name).id)
        caption = graph.node(name).caption
        return Row(name, told, "", caption, "muted" if value is None else "value", f"Select {name}", go)

    # ── the summary ───────────────────────────────────────────────────────────────────────────

    def _ask(self, now: State, held: Contents, stack: bool) -> None:
        """Has the summary made, unless it is there or under way."""
        trace = now.trace
        if trace is None:
            self._summary, self._asked = None, (None, "")
            return
        if self._asked[0] is trace and self._asked[1] == held.path:
            return
        self._asked = trace, held.path
        if self._summary is not None and self._summary.contents is not held:
            self._summary = None
        if seconds(trace, held) <= SYNCHRONOUS:
            self._summary = summarize(trace, held, stack)
            return
        self.session.jobs.start(
            "summary", "Summing up the group",
            lambda checkpoint: summarize(trace, held, stack, checkpoint), self._deliver,
            lambda error: self.session.say(str(error)), after="layout",
        )  # fmt: skip

    def _deliver(self, found: Summary) -> None:
        if self._asked == (found.trace, found.contents.path):
            self._summary = found
            self._show_summary(self.session.state)

    def _show_summary(self, now: State) -> None:
        found = self._summary
        self.inside_section.setVisible(found is not None)
        compared = found.compared if found is not None else None
        self.blocks_section.setVisible(compared is not None and len(compared.blocks) > 1)
        if found is None:
            return
        self.inside.show_rows(_inside(found, now.time))
        if compared is not None:
            self._show_blocks(now, compared)

    def _show_blocks(self, now: State, compared: Compared) -> None:
        names = tuple(block.name.rpartition("/")[2] for block in compared.blocks)
        valued, pulled = compared.valued <= now.time, compared.pulled <= now.time
        series = [
            Series("value", "value", compared.values, valued),
            Series("gradient", "gradient", compared.gradients, pulled),
            Series("of parameters", "parameter", compared.parameters, pulled),
        ]
        self.chart.show_series(
            names, tuple(one for one in series if not np.isnan(one.numbers).all()), now.theme
        )
        self.trend.show_text(_trend(compared))
        few = len(names) <= MOST
        self.blocks.setVisible(few)
        if few:
            self.blocks.show_rows([self._block(compared, place) for place in range(len(names))])

    def _block(self, compared: Compared, place: int) -> Row:
        block = compared.blocks[place]
        value, gradient = float(compared.values[place]), float(compared.gradients[place])
        detail = "" if math.isnan(value) else f"value {number(value)}"
        told = "no gradient" if math.isnan(gradient) else f"∂ {number(gradient)}"
        role = "muted" if math.isnan(gradient) else "gradient"
        name = block.name.rpartition("/")[2]
        return Row(name, told, "", detail, role, f"Select {name}", partial(self._choose, place))

    def _go_in_or_out(self) -> None:
        if self._path == groups.inside(self.session.state):
            groups.leave(self.session)
        else:
            groups.enter(self.session, self._path)

    def _choose(self, place: int) -> None:
        assert self._summary is not None
        assert self._summary.compared is not None
        self.session.select(self._summary.compared.blocks[place].name)


def _button(name: str, text: str, act: object) -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setProperty("look", "small")
    made.clicked.connect(act)
    return made


def _about(held: Contents, program: Program) -> str:
    """What a group is, in a sentence."""
    nodes = held.operations
    count = program.repeats.get(held.path, 0)
    if count:
        nodes = nodes[: max(len(nodes) // count, 1)]
    kinds = Counter(node.op for node in nodes).most_common(4)
    named = ", ".join(f"{times} {op}" if times > 1 else op for op, times in kinds)
    more = " and others" if len({node.op for node in nodes}) > len(kinds) else ""
    operations = f"{len(nodes)} operation{'s' * (len(nodes) != 1)}: {named}{more}"
    if not count:
        return f"A group of {operations}."
    if held.path in program.varied:
        return f"{count} blocks that are equal but for their sizes, the first of {operations}."
    return f"{count} equal blocks, each of {operations}."


def _inside(found: Summary, time: int) -> list[Row]:
    values, gradients = len(found.computed), len(found.complete)
    rows = [Row("Values", f"{found.values_at(time):,} of {values:,}".replace(",", "\u2009"))]
    complete = f"{found.gradients_at(time):,} of {gradients:,} complete".replace(",", "\u2009")
    rows.append(Row("Gradients", complete if gradients else "none", role="gradient"))
    if found.parameters:
        entries = f"{found.numbers:,}".replace(",", "\u2009")
        arrays = f"{found.parameters} array{'s' * (found.parameters != 1)} of parameters"
        rows.append(Row(arrays, entries, role="parameter"))
        rows.append(Row("Their norm", number(found.size), role="parameter"))
    if not math.isnan(found.pull):
        rows.append(Row("Norm of their gradient", number(found.pull), role="gradient"))
    return rows


def _trend(compared: Compared) -> str:
    """What becomes of the gradient on its way back through the blocks, in a sentence."""
    sizes = compared.gradients[np.isfinite(compared.gradients)]
    if sizes.size < 2:
        return ""
    if not sizes.any():
        return "The gradient is 0 at every block."
    first, last = float(sizes[0]), float(sizes[-1])
    way = f"from {number(last)} at the last block to {number(first)} at the first"
    if last > 0 and first == 0:
        return f"On its way back the gradient dies: {way}."
    if not last > 0 or max(first / last, last / first) < 10:
        return f"On its way back the gradient keeps its size: {way}."
    power = round(abs(math.log10(first / last)))
    verb = "grows" if first > last else "shrinks"
    return f"On its way back the gradient {verb} by a factor of about {_power(power)}: {way}."


def _power(exponent: int) -> str:
    return str(10**exponent) if exponent < 4 else f"10{raised(exponent)}"


def _rows(name: str, title: str, spoken: str) -> tuple[Section, Rows]:
    """A section with rows in it."""
    section, rows = Section(f"inspector_{name}", title), Rows(f"inspector_{name}_rows", spoken)
    section.add(rows)
    return section, rows
