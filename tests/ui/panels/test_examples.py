"""Every bundled example, stepped through with all panels open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from graph_explorer.document import run
from graph_explorer.engine.arithmetic import arithmetic, forward
from graph_explorer.engine.cost import conclusion, cost
from graph_explorer.engine.explain import sentence
from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Pulled
from graph_explorer.formats import open_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui.panels.acts import Acts
from graph_explorer.ui.panels.cost import CostPanel
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.program import ProgramEditor
from graph_explorer.ui.panels.table import NodeTable
from graph_explorer.ui.panels.timeline import Timeline
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.boxes import Look, parse
from graph_explorer.ui.widgets.formula import FormulaView

LOOK = Look(16.0, "#000000", (("value", "#000000"), ("gradient", "#000000")))
FILES = sorted(EXAMPLES.rglob("*.toml"))
LESSONS = sorted(EXAMPLES.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_step_is_said_and_typeset(path: Path, session: Session) -> None:
    trace = run(open_document(path))
    for event in trace.events:
        said = sentence(event)
        assert said.endswith(".")
        assert "\\" not in said
        if isinstance(event, Pulled):
            found = arithmetic(event)
            lines = [found.rule, found.local, found.numbers, found.product, found.total]
        else:
            lines = list(forward(trace, event.node))
        for line in lines:
            if line is not None:
                assert parse(line.latex, LOOK), line.latex
                assert "\\" not in line.text
    assert conclusion(cost(trace)).endswith(".")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_panels_show_every_example_at_several_times(
    path: Path, session: Session, show: Callable[..., QWidget]
) -> None:
    panels = [show(panel) for panel in (Inspector, Timeline, ProgramEditor, Acts, CostPanel, NodeTable)]
    session.show(open_document(path))
    trace = session.state.trace
    assert trace is not None
    for share in (0, 3, 6, 9, 12):
        session.seek(trace.length * share // 12)
        QApplication.processEvents()
    inspector = panels[0]
    for node in trace.graph.nodes[:: max(1, len(trace.graph) // 12)]:
        session.select(node.id)
        if node.inputs:
            session.select(node.id, Use(node.id, 0))
        QApplication.processEvents()
        for view in inspector.findChildren(FormulaView):
            assert view.isHidden() or view.accessibleName()
    for path_of_group in trace.graph.groups[:3]:
        session.select(path_of_group)
    for panel in panels:
        assert panel.minimumSizeHint().width() <= 300, panel.objectName()
        assert not panel.grab().isNull()
    session.by_hand.backward()
    session.by_hand.update(0.01)
    session.by_hand.zero()
