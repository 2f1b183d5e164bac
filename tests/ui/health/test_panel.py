"""The panel of health: what it finds, how its list behaves, and that it works only while it is open."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.difference import Difference
from graph_explorer.engine.health import Health
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.ui.health import panel as module
from graph_explorer.ui.health.panel import HealthPanel
from graph_explorer.ui.health.rows import BAR, Sheet, bars
from graph_explorer.ui.session import Session

GROUPS = "def layer(h, k):\n    z = k*h\n    return tanh(z)\nh = layer(x, u)\nh = layer(h, v)\nL = h**2"


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> HealthPanel:
    made = HealthPanel(session)
    qtbot.addWidget(made)
    made.resize(380, 800)
    made.show()
    made.see(True)
    return made


def show(session: Session, name: str) -> None:
    session.show(open_document(Path(resolve(name))))


def names(panel: HealthPanel) -> list[str]:
    return [panel.model.name(row) for row in range(panel.model.rowCount())]


def cell(panel: HealthPanel, name: str, column: int) -> str:
    index = panel.model.index(panel.model.row_of(name), column)
    return str(panel.model.data(index, Qt.ItemDataRole.DisplayRole))


def test_before_a_document_it_says_what_to_do(panel: HealthPanel) -> None:
    assert "Open an example" in panel.conclusion.text()
    assert not panel.parts.isVisible()


def test_nothing_is_examined_while_it_is_closed(session: Session, panel: HealthPanel) -> None:
    show(session, "neuron")
    assert session.state.health is not None
    panel.see(False)
    assert session.state.health is None
    show(session, "deep_sigmoid")
    assert session.state.health is None
    panel.see(True)
    assert session.state.health is not None
    assert session.state.health.trace is session.state.trace


def test_a_healthy_run_says_so(session: Session, panel: HealthPanel) -> None:
    show(session, "two_layer")
    assert panel.conclusion.text() == "Nothing ill was found in this run."
    assert not panel.area.isVisible()


def test_a_finding_leads_to_its_node(session: Session, panel: HealthPanel) -> None:
    show(session, "deep_sigmoid")
    (sentence,) = panel.findings.sentences
    assert sentence.text().startswith("Back through 20 layers the gradient shrinks")
    assert "What helps" in sentence.accessibleDescription()
    QTest.mouseClick(sentence, Qt.MouseButton.LeftButton)
    assert session.state.selection == "k=0/z"
    assert sentence.property("chosen") is True
    session.select("x")
    assert sentence.property("chosen") is False
    QTest.keyClick(sentence, Qt.Key.Key_Return)
    assert session.state.selection == "k=0/z"


def test_findings_follow_the_numbers(session: Session, panel: HealthPanel) -> None:
    show(session, "dead_relu")
    assert len(panel.findings.sentences) == 1
    session.set_value("b", [0.15, 0.2, 0.0, 0.0])
    assert panel.findings.sentences == []
    session.undo.undo()
    assert "2 of 4 units" in panel.findings.sentences[0].text()


def test_groups_come_first_and_stay_first(session: Session, panel: HealthPanel) -> None:
    session.show(parse(GROUPS, {"x": 0.5}, {"u": 1.0, "v": 2.0}))
    groups = list(session.state.trace.graph.groups)  # type: ignore[union-attr]
    assert names(panel)[:2] == groups
    for column in range(panel.model.columnCount()):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            panel.model.sort(column, order)
            assert set(names(panel)[:2]) == set(groups)


def test_sorting_by_a_column_is_sorting_by_its_numbers(session: Session, panel: HealthPanel) -> None:
    show(session, "two_layer")
    panel.model.sort(1, Qt.SortOrder.DescendingOrder)
    trace = session.state.trace
    assert trace is not None
    norms = [
        np.linalg.norm(trace.gradient(name)) if trace.has_gradient(name) else None for name in names(panel)
    ]
    known = [norm for norm in norms if norm is not None]
    assert known == sorted(known, reverse=True)
    assert norms[len(known) :] == [None] * (len(norms) - len(known))


def test_what_is_no_number_is_the_largest(session: Session, panel: HealthPanel) -> None:
    show(session, "log_of_zero")
    session.set_value("z", [800.0, 1.0, -2.0])
    panel.model.sort(2, Qt.SortOrder.DescendingOrder)
    assert {cell(panel, name, 2) for name in names(panel)[:3]} == {"nan", "∞"}


def test_filter(session: Session, panel: HealthPanel) -> None:
    show(session, "two_layer")
    panel.filter.setText("sigmoid")
    assert set(names(panel)) == {"h", "p"}
    panel.filter.setText("nothing like it")
    assert names(panel) == []
    panel.filter.clear()
    assert len(names(panel)) > 8


def test_cells_are_numbers_with_bars_and_words(session: Session, panel: HealthPanel) -> None:
    show(session, "squared_error")  # w = 1, ∂L/∂w = −8
    index = panel.model.index(panel.model.row_of("w"), 1)
    assert cell(panel, "w", 1) == "8"
    assert cell(panel, "w", 3) == "0.8"
    assert 0 < panel.model.data(index, BAR) <= 1
    assert panel.model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "Gradient of w: 8"
    assert "gradient: norm 8" in panel.model.data(index, Qt.ItemDataRole.ToolTipRole)
    session.change(rate=0.01)
    assert cell(panel, "w", 3) == "0.08"
    assert panel.rate.full == "learning rate 0.01"


def test_bars_are_logarithmic() -> None:
    lengths = bars(np.array([1e-6, 1e-3, 1.0, 0.0, np.nan, np.inf]))
    assert lengths[1] == pytest.approx((lengths[0] + lengths[2]) / 2)
    assert lengths[2] == lengths[5] == 1.0
    assert np.isnan(lengths[3:5]).all()


def test_selecting_goes_both_ways(session: Session, panel: HealthPanel) -> None:
    show(session, "two_layer")
    panel.view.setCurrentIndex(panel.model.index(panel.model.row_of("h"), 0))
    assert session.state.selection == "h"
    session.select("z2")
    assert panel.model.name(panel.view.currentIndex().row()) == "z2"


def test_buttons_for_heat_and_comparison(session: Session, panel: HealthPanel) -> None:
    show(session, "neuron")
    panel.heat.click()
    assert session.state.heat == "gradient"
    assert panel.heat.isChecked()
    panel.heat.click()
    assert session.state.heat == ""
    panel.keep.click()
    assert session.state.kept is session.state.trace
    session.set_value("b", 0.3)
    assert "first 'z' by up to 0.5" in panel.compared.text()
    assert panel.model.columnCount() == 6
    assert cell(panel, "z", 4) == "0.556"
    panel.keep.click()
    assert session.state.kept is None
    assert panel.model.columnCount() == 4


def test_a_slow_examination_is_a_job(
    session: Session, panel: HealthPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_explorer.ui.health.examiner.SYNCHRONOUS", 0.0)
    show(session, "deep_sigmoid")
    assert session.state.health is None
    assert panel.conclusion.text() == "Examining the run …"
    qtbot.waitUntil(lambda: session.state.health is not None)
    old = session.state.health
    session.set_value("x", 0.5)
    assert session.state.health is old  # the graph is the same: it stands in until the new one is there
    qtbot.waitUntil(lambda: session.state.health is not old)
    assert session.state.health is not None
    assert session.state.health.trace is session.state.trace
    show(session, "neuron")
    assert session.state.health is None


def test_a_run_that_failed(session: Session, panel: HealthPanel) -> None:
    session.show(parse("h = x @ W\nL = sum(h @ x)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 3))}))
    assert panel.findings.sentences[0].finding.kind == "failed"
    assert cell(panel, "h", 1) == ""


def test_the_sizes_of_a_large_graph_are_listed_by_a_job(
    panel: HealthPanel, session: Session, grouped: Document, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    real = module.sheet_of

    def noted(health: Health, apart: Difference | None) -> Sheet:
        threads.append(threading.current_thread().name)
        return real(health, apart)

    monkeypatch.setattr(module, "_MANY", 5)
    monkeypatch.setattr(module, "sheet_of", noted)
    session.show(grouped)
    panel.see(True)
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0)
    assert [name.startswith("job") for name in threads] == [True]
    assert panel.model.name(panel.model.row_of("w")) == "w"
    session.close_document()
    assert panel.model.rowCount() == 0
