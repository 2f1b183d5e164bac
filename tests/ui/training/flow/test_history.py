"""What is measured of the layers, at every checkpoint of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph_explorer.lab.flow import Probe
from graph_explorer.ui.training.flow.history import History, Measuring
from graph_explorer.ui.training.flow.page import FlowPage
from tests.ui.training.flow.showing import STUCK, settled, shown
from tests.ui.training.lessons import lesson


def test_every_checkpoint_is_measured_on_the_same_examples(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson(STUCK), qtbot, epochs=3)
    run = page.session.state.training.run
    assert run is not None
    rows = history.rows("gradient")
    assert rows.epochs == (0, 1, 2, 3)
    assert rows.labels[0] == "W1, b1"
    assert rows.values.shape == (9, 4)
    probe = Probe(run.document, run.training)
    for column, standing in enumerate(run.standings):
        np.testing.assert_array_equal(rows.values[:, column], probe.at(standing.parameters).gradients)


def test_updates_and_norms_of_parameters_are_those_of_the_epochs(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson(STUCK), qtbot, epochs=3)
    run = page.session.state.training.run
    assert run is not None
    for quantity, name in (("weights", "gradient_norms"), ("update", "update_ratios")):
        rows = history.rows(quantity)
        assert rows.epochs == (1, 2, 3)
        assert rows.labels[:2] == ("W1", "b1")
        wanted = [[getattr(epoch, name)[label] for epoch in run.epochs] for label in rows.labels]
        np.testing.assert_array_equal(rows.values, wanted)


def test_what_was_measured_is_kept(monkeypatch: pytest.MonkeyPatch, page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot, epochs=2)
    measured: list[int] = []
    original = Probe.at

    def at(self: Probe, *given: Any, **more: Any) -> Any:
        measured.append(1)
        return original(self, *given, **more)

    monkeypatch.setattr(Probe, "at", at)
    page.session.trainer.epoch()
    qtbot.waitUntil(lambda: not page.session.jobs.busy("training"), timeout=20000)
    settled(page, qtbot)
    looks = len(measured)
    page.session.trainer.look(1)
    settled(page, qtbot)
    qtbot.waitUntil(lambda: page.histories[0].epoch == 1)
    assert len(measured) == looks + 1  # what is looked at, and no checkpoint


def test_histograms_count_every_number(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson("xor"), qtbot, epochs=1)
    assert len(history.spreads) == 2
    weights, gradients, activations = history.spreads[0]
    assert weights.counts.sum() == gradients.counts.sum() == 2 * 4 + 4
    assert activations.counts.sum() == 4 * 4
    page.go_to("histograms")
    page.histograms.setFocus()
    qtbot.keyClick(page.histograms, Qt.Key.Key_Down)
    assert page.histograms.at == 1
    assert "w2, b2" in page.histograms.accessibleDescription()
    qtbot.keyClick(page.histograms, Qt.Key.Key_Return)
    assert page.session.state.selection == history.layers[1].place


def test_a_document_without_data_is_measured_on_its_own_inputs(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson("deep_sigmoid"), qtbot)
    assert history.run is None
    assert len(history.layers) == 20
    assert "gradient shrinks" in page.finding.text()
    assert history.rows("update").values.size == 0
    assert history.rows("gradient").labels[0] == "k=0: w"


def test_measuring_forgets_runs_that_are_gone(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot, epochs=1)
    run = page.session.state.training.run
    assert run is not None
    measuring = Measuring()
    measuring.history(run, run.parameters, run.reached, lambda share: None)
    assert set(measuring._flows) == {run.number}
    measuring.forget(frozenset())
    assert measuring._flows == {}


def test_a_document_that_does_not_change_is_measured_once(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot)
    made: list[int] = []
    before = page._deliver

    def deliver(found: tuple[History, ...]) -> None:
        made.append(1)
        before(found)

    page._deliver = deliver  # type: ignore[method-assign]
    page.session.select("h")
    page.session.change(theme="dark")
    qtbot.wait(400)
    assert made == []
