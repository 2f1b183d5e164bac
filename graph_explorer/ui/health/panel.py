"""The panel of health: what is ill in this run, and how large everything in it is.

The one rule: it is about the whole run, whatever the present time; it asks for an examination only
while it is open.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.health import Finding, Health
from graph_explorer.engine.notation import number
from graph_explorer.ui.health.bars import BarDelegate
from graph_explorer.ui.health.findings import Findings
from graph_explorer.ui.health.rows import SizeModel, sheet_of
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets.read_only import read_by_rows, show_chosen
from graph_explorer.ui.widgets.scrolled import scrolled
from graph_explorer.ui.widgets.text import Elided, Label

_EMPTY = "Open an example to see whether its gradients are well."
_KEY = "sizes"
#: The rows of graphs of more nodes than this are made by a job.
_MANY = 2_000
#: Letters that a column has room for at first.
_WIDTHS = (13, 10, 9, 9, 9, 12)
#: The findings take at most this share of the height at first.
_MOST = 0.45


class HealthPanel(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("health")
        self.setAccessibleName("Health of the run")
        self.conclusion = Label("", "name_small")
        self.conclusion.setObjectName("health_conclusion")
        self.compared = Label("", "small")
        self.compared.setObjectName("health_compared")
        self.heat = self._button("health_heat", "Gradients on the graph", self._swap_heat)
        self.heat.setCheckable(True)
        self.heat.setToolTip("Colours every node by the norm of its gradient")
        self.keep = self._button("health_keep", "Keep this run", self._keep)
        self.keep.setToolTip("Keeps this run: what differs from it is shown from now on")
        self.findings = Findings()
        self.findings.chosen.connect(self._choose)
        self.findings.asked.connect(self._offer)
        self.model = SizeModel()
        self.bars = BarDelegate()
        self._columns = 0  # how many have been given a width
        self._found: tuple[tuple[Finding, ...], str] = (), ""
        self._shown: tuple[Health | None, Difference | None, str] = None, None, ""
        self.view = self._make_view()
        self.filter = QLineEdit()
        self.filter.setObjectName("health_filter")
        self.filter.setAccessibleName("Filter nodes and groups")
        self.filter.setPlaceholderText("Filter by name, operation or caption")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.rate = Elided("", "small")
        self.rate.setObjectName("health_rate")
        self._lay_out()
        session.follow(self.show_state, seen=self)

    def _button(self, name: str, text: str, act: object) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setProperty("look", "small")
        made.clicked.connect(act)
        return made

    def _lay_out(self) -> None:
        inside = QWidget()
        found = QVBoxLayout(inside)
        found.setContentsMargins(10, 4, 10, 6)
        found.addWidget(self.findings)
        found.addStretch(1)
        self.area = scrolled("health_scroll", inside, Qt.FocusPolicy.StrongFocus)
        self.sizes = QWidget()
        sizes = QVBoxLayout(self.sizes)
        sizes.setContentsMargins(0, 4, 0, 0)
        sizes.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(10, 0, 10, 0)
        top.addWidget(self.filter, 3)
        top.addWidget(self.rate, 2)
        sizes.addLayout(top)
        sizes.addWidget(self.view, 1)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setObjectName("health_parts")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.area)
        self.parts.addWidget(self.sizes)
        self.parts.setStretchFactor(1, 1)
        head = QVBoxLayout()
        head.setContentsMargins(10, 8, 10, 4)
        head.addWidget(self.conclusion)
        head.addWidget(self.compared)
        head.setSpacing(5)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.heat)
        buttons.addWidget(self.keep)
        buttons.addStretch(1)
        head.addLayout(buttons)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self.parts, 1)

    def _make_view(self) -> QTableView:
        view = QTableView()
        view.setObjectName("health_sizes")
        view.setAccessibleName("Norms of values and gradients")
        view.setModel(self.model)
        view.setSortingEnabled(True)
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        read_by_rows(view, 10)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.horizontalHeader().setMinimumSectionSize(60)
        view.selectionModel().currentRowChanged.connect(self._select)
        self.model.modelReset.connect(self._settle)
        return view

    def _settle(self) -> None:
        """After the rows were made anew: widths and bars for new columns, the selected row."""
        header, letter = self.view.horizontalHeader(), self.view.fontMetrics().averageCharWidth()
        if not self._columns and self.model.columnCount():
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(self._columns, self.model.columnCount()):
            header.resizeSection(column, _WIDTHS[column] * letter + 12)
            if column:
                self.view.setItemDelegateForColumn(column, self.bars)
        self._columns = max(self._columns, self.model.columnCount())
        self._show_selected(self.session.state.selection)

    # ── being looked at ───────────────────────────────────────────────────────────────────────

    def see(self, seen: bool) -> None:
        """The panel has come to the front, or has gone behind another one or away."""
        self.session.change(examining=seen)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        self.keep.setText("Keep this run" if now.kept is None else "Stop comparing")
        blocked = self.heat.blockSignals(True)
        self.heat.setChecked(now.heat == "gradient")
        self.heat.blockSignals(blocked)
        cared = ("health", "difference", "theme", "document", "trace", "examining")
        told = any(getattr(before, part) is not getattr(now, part) for part in cared)
        if not self.conclusion.text() or (told and (now.examining or now.trace is None)):
            self._show_health(now)
        if before.selection != now.selection:
            self._show_selected(now.selection)

    def _show_health(self, now: State) -> None:
        health, open_ = now.health, now.trace is not None
        waiting = _EMPTY if now.document is None else "Examining the run …" if open_ else NOT_RUN
        self.conclusion.setText(health.conclusion if health is not None else waiting)
        apart = now.difference
        self.compared.show_text(f"Against the kept run: {apart.conclusion}" if apart is not None else "")
        for part in (self.parts, self.heat, self.keep):
            part.setVisible(open_)
        self._show_findings(health.findings if health is not None else (), now)
        rate = number(health.rate) if health is not None else ""
        self.rate.show_text(f"learning rate {rate}" if rate else "")
        shown = (health, apart, now.theme)
        if any(a is not b for a, b in zip(shown, self._shown, strict=True)):
            self._shown = shown
            self.bars.theme_name = now.theme
            self._show_sizes(health, apart, now.theme)

    def _show_sizes(self, health: Health | None, apart: Difference | None, theme_name: str) -> None:
        """The rows of a large graph are made by a job."""
        self.session.jobs.cancel(_KEY)
        if health is None:
            self.model.show(None, None, theme_name)
        elif len(health.trace.graph) <= _MANY:
            self.model.show(health, sheet_of(health, apart), theme_name)
        else:
            self.session.jobs.start(
                _KEY, "Sizes", lambda checkpoint: sheet_of(health, apart),
                lambda sheet: self.model.show(health, sheet, theme_name), self.session.fail, quiet=True,
            )  # fmt: skip

    def _show_findings(self, findings: tuple[Finding, ...], now: State) -> None:
        if (findings, now.theme) != self._found:
            self._found = findings, now.theme
            self.findings.show_findings(findings, now.theme)
            self.findings.mark(now.selection)
            QTimer.singleShot(0, self, self._share)  # when the sentences know their heights
        self.area.setVisible(bool(findings))

    def _share(self) -> None:
        """Gives the findings the room that they need, up to a share of it, and the sizes the rest."""
        height = self.parts.height()
        wanted = self.findings.heightForWidth(self.area.viewport().width() - 20) + 28
        found = min(wanted, round(_MOST * height))
        self.parts.setSizes([found, height - found])

    def _filter(self, typed: str) -> None:
        self.model.filter(typed)

    def _show_selected(self, name: str) -> None:
        """Shows what the session has selected."""
        self.findings.mark(name)
        row = self.model.row_of(name)
        show_chosen(self.view, row if row >= 0 else None, follow=True)

    # ── acts ──────────────────────────────────────────────────────────────────────────────────

    def _select(self, index: QModelIndex) -> None:
        """Tells the session what is selected here."""
        if index.isValid():
            name = self.model.name(index.row())
            if name != self.session.state.selection:
                self.session.select(name)

    def _choose(self, finding: Finding) -> None:
        trace = self.session.state.trace
        if trace is not None and finding.node in trace.graph:
            self.session.select(trace.graph.node(finding.node).id)

    def _offer(self, kind: str) -> None:
        """Shows the remedies against a kind of finding below it."""
        from graph_explorer.ui.remedies.offers import Offers  # loaded once they are asked for

        def make() -> Offers:
            offers = Offers(self.session, f"health_offers_{kind.replace(' ', '_')}")
            offers.show_for(kind, self.session.latest)
            return offers

        self.findings.swap_below(kind, make)

    def _swap_heat(self) -> None:
        self.session.comparing.set_heat("" if self.session.state.heat == "gradient" else "gradient")

    def _keep(self) -> None:
        if self.session.state.kept is None:
            self.session.comparing.keep()
        else:
            self.session.comparing.forget()
