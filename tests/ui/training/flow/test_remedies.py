"""Remedies on the page of gradient flow and in the panel of health: offered, tried, applied."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.ui.health.panel import HealthPanel
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.flow.page import FlowPage
from tests.ui.training.flow.showing import STUCK, settled, shown, weighed
from tests.ui.training.lessons import lesson


def test_what_helps_is_offered_tried_and_sorted(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK), qtbot, epochs=1)
    assert page.helps.isVisible()
    qtbot.mouseClick(page.helps, Qt.MouseButton.LeftButton)
    assert page.part == "remedies"
    weighed(page, qtbot)
    assert page.kinds.currentData() == "vanishing"
    verdicts = [box.offer.verdict for box in page.offers.boxes]
    order = ["gone", "better", "same", "worse", "impossible"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert verdicts[0] == "gone"
    for box in page.offers.boxes:
        buttons = box.findChildren(QPushButton)
        assert len(buttons) == (0 if box.offer.verdict == "impossible" else 2)
        assert box.offer.sentence in box.accessibleName()
    assert not page.grab().isNull()


def test_apply_is_an_edit_that_can_be_undone(page: FlowPage, qtbot: QtBot) -> None:
    document = lesson(STUCK)
    shown(page, document, qtbot)
    weighed(page, qtbot)
    session = page.session
    before = session.state.document
    box = page.offers.boxes[0]
    apply = box.findChild(QPushButton, f"remedy_{box.offer.remedy.name}_apply")
    assert apply is not None
    qtbot.mouseClick(apply, Qt.MouseButton.LeftButton)
    assert session.state.document is not None
    assert session.state.document.program == box.offer.document.program  # type: ignore[union-attr]
    assert session.undo.undoText() == f"Remedy: {box.offer.remedy.title}"
    history = settled(page, qtbot)
    qtbot.waitUntil(lambda: "gets through" in page.finding.text())
    assert history is not None
    session.undo.undo()
    assert session.state.document.program == before.program  # type: ignore[union-attr]
    assert session.state.document.parameters == before.parameters  # type: ignore[union-attr]


def test_try_trains_both_and_shows_them_beside_each_other(page: FlowPage, qtbot: QtBot) -> None:
    document = lesson(STUCK, epochs=3)
    shown(page, document, qtbot)
    weighed(page, qtbot)
    session, own = page.session, page.session.state.document
    box = page.offers.boxes[0]
    attempt = box.findChild(QPushButton, f"remedy_{box.offer.remedy.name}_try")
    assert attempt is not None
    qtbot.mouseClick(attempt, Qt.MouseButton.LeftButton)
    assert page.part == "map"

    def both() -> bool:
        runs = session.state.training.runs
        return len(runs) == 2 and all(run.outcome == "done" for run in runs)

    qtbot.waitUntil(both, timeout=30000)
    before, after = session.state.training.runs
    assert (before.title, after.title) == ("As it was", box.offer.remedy.title)
    assert before.training.seed == after.training.seed
    assert session.state.document is own
    settled(page, qtbot)
    qtbot.waitUntil(lambda: len(page.histories) == 2 and page.histories[0].epoch == 3, timeout=20000)
    assert page.maps[1].isVisible()
    assert page.maps[1].pos().x() < page.maps[0].pos().x()
    assert page.maps[1].title == "As it was"
    assert page.maps[1].note.startswith("first to last layer: ")
    assert page.histories[0].now.ratio > 100 * page.histories[1].now.ratio
    assert page.maps[0].scale == page.maps[1].scale
    shapes = [each.parameters.keys() & document.parameters.keys() for each in (before.start, after.start)]
    for name in shapes[0] & shapes[1]:
        np.testing.assert_array_equal(before.start.parameters[name], after.start.parameters[name])


def test_a_run_that_is_there_is_not_trained_again(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK, epochs=2), qtbot, epochs=2)
    weighed(page, qtbot)
    page.offers.boxes[0].try_out()
    session = page.session
    qtbot.waitUntil(
        lambda: len(session.state.training.runs) == 2 and not session.jobs.busy("training"), timeout=20000
    )
    assert session.state.training.runs[1].title == page.offers.boxes[0].offer.remedy.title


def test_the_panel_of_health_offers_remedies_too(session: Session, qtbot: QtBot) -> None:
    panel = HealthPanel(session)
    qtbot.addWidget(panel)
    panel.resize(380, 700)
    panel.show()
    session.show(open_document(resolve("dead_relu")))
    panel.see(True)
    qtbot.waitUntil(lambda: session.state.health is not None)
    button = panel.findChild(QPushButton, "health_remedies")
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: panel.findChild(QPushButton, "remedy_leaky_relu_apply") is not None)
    assert panel.findChild(QPushButton, "remedy_leaky_relu_try") is None  # it has no data to train on
    panel.findChild(QPushButton, "remedy_leaky_relu_apply").click()
    assert session.state.document is not None
    assert "leaky_relu(z)" in session.state.document.program
    qtbot.waitUntil(lambda: session.state.health is not None and not session.state.health.problems)


def test_remedies_of_the_panel_are_taken_away_again(session: Session, qtbot: QtBot) -> None:
    panel = HealthPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    session.show(open_document(resolve("saturated")))
    panel.see(True)
    qtbot.waitUntil(lambda: session.state.health is not None)
    button = panel.findChild(QPushButton, "health_remedies")
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: panel.findChild(QPushButton, "remedy_initialise_apply") is not None)
    button.click()
    qtbot.waitUntil(lambda: panel.findChild(QPushButton, "remedy_initialise_apply") is None)
