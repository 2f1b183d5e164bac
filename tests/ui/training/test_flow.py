"""The page of gradient flow: layers over time, what is the matter, and remedies tried beside what was."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.lab.flow import Probe
from graph_explorer.ui.health.panel import HealthPanel
from graph_explorer.ui.remedies.offers import JOB as REMEDIES_JOB
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.flow.heat_map import scale_of, shares
from graph_explorer.ui.training.flow.history import QUANTITIES, History, Measuring, Rows
from graph_explorer.ui.training.flow.lines import MOST, drawn
from graph_explorer.ui.training.flow.page import JOB, FlowPage

STUCK = "deep_and_stuck"


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> FlowPage:
    made = FlowPage(session)
    qtbot.addWidget(made)
    made.resize(760, 480)
    made.show()
    return made


def lesson(name: str, **training: Any) -> Document:
    document = open_document(resolve(name))
    return document.with_training({**document.training, **training}) if training else document


def shown(page: FlowPage, document: Document, qtbot: QtBot, epochs: int = 0) -> History:
    """The history that the page shows of a document, after some epochs."""
    page.session.show(document)
    for _ in range(epochs):
        page.session.trainer.epoch()
        qtbot.waitUntil(lambda: not page.session.jobs.busy("training"), timeout=20000)
    return settled(page, qtbot)


def settled(page: FlowPage, qtbot: QtBot) -> History:
    """What is shown once everything that was asked for is there."""
    training = page.session.state.training

    def done() -> bool:
        busy = page.session.jobs.busy(JOB) or page._later.isActive()
        known = bool(page.histories) and page.histories[0].run is training.run
        return not busy and known

    qtbot.waitUntil(done, timeout=20000)
    return page.histories[0]


def weighed(page: FlowPage, qtbot: QtBot) -> None:
    page.go_to("remedies")
    qtbot.waitUntil(
        lambda: bool(page.offers.boxes) and not page.session.jobs.busy(REMEDIES_JOB), timeout=20000
    )


# ── what is measured ──────────────────────────────────────────────────────────────────────────


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


def test_a_document_without_parameters_says_so(page: FlowPage, qtbot: QtBot) -> None:
    page.session.show(parse("L = x**2", {"x": 2.0}))
    assert "with parameters" in page.frame.empty.text()
    assert page.frame.inside.isHidden()


def test_a_finding_without_a_cure_offers_none(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("spirals"), qtbot, epochs=1)
    assert "gets through" in page.finding.text()
    assert page.helps.isHidden()
    page.go_to("remedies")
    assert page.offers.boxes == []
    assert "Nothing has to be mended" in page.offers.said.text()


# ── showing ───────────────────────────────────────────────────────────────────────────────────


def test_every_quantity_is_shown_in_every_part(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson("digits", epochs=2), qtbot, epochs=2)
    for part, (place, name) in itertools.product(("map", "lines"), enumerate(QUANTITIES)):
        page.go_to(part)
        page.choice.setCurrentIndex(place)
        page.choice.activated.emit(place)
        assert page.quantity == name
        assert not page.grab().isNull()
        assert QUANTITIES[name].hint == page.status.full
    page.go_to("table")
    model = page.table.layers
    assert model.rowCount() == len(history.layers) == 2
    assert model.text(0, 0) == "W1, b1"
    assert model.text(0, 7) == f"{history.now.dead[0]:.0%}"
    assert model.text(1, 7) == "–"
    run = page.session.state.training.run
    assert run is not None
    ratios, sizes = run.epochs[-1].update_ratios, {k: np.linalg.norm(v) for k, v in run.parameters.items()}
    moved = np.hypot(ratios["W1"] * sizes["W1"], ratios["b1"] * sizes["b1"])
    assert history.update(0) == pytest.approx(moved / np.hypot(sizes["W1"], sizes["b1"]))
    assert all(model.text(k, column) for k in range(2) for column in range(9))
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "Gradient"


def test_a_cell_selects_the_layer_and_goes_to_the_epoch(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson(STUCK), qtbot, epochs=3)
    heat, session = page.maps[0], page.session
    box = heat.box
    at = QPoint(round(box.left() + box.width() * 0.3), round(box.top() + box.height() * 2.5 / 9))
    assert heat.cell_at(at.toPointF()) == (2, 1)
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=at)
    assert session.state.selection == history.layers[2].place
    assert session.state.training.at == 1
    settled(page, qtbot)
    heat.setFocus()
    qtbot.keyClick(heat, Qt.Key.Key_Down)
    assert "W4, b4, epoch 1" in page.status.full
    qtbot.keyClick(heat, Qt.Key.Key_Right)
    qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert session.state.selection == history.layers[3].place
    assert session.state.training.at == 2
    assert session.state.selection in session.state.document.graph  # type: ignore[union-attr]


def test_lines_follow_the_epoch(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK), qtbot, epochs=3)
    page.go_to("lines")
    assert len(page.lines.plot.curves) == MOST
    assert len(page.lines.legend.entries) == MOST
    assert page.lines.plot.at == 3
    page.lines.plot.setFocus()
    qtbot.keyClick(page.lines.plot, Qt.Key.Key_Left)
    assert page.session.state.training.at == 2
    settled(page, qtbot)
    qtbot.waitUntil(lambda: page.lines.plot.at == 2)
    page.follow("update")
    usual = page.lines.plot.curves[-1]
    np.testing.assert_allclose(usual.y, -3)


def rows(values: Any) -> Rows:
    array = np.array(values, dtype=float)
    names = tuple(map(str, range(len(array))))
    return Rows(names, names, tuple(range(array.shape[1])), array)


def test_of_many_layers_some_are_drawn_and_the_selected_one() -> None:
    many = rows(np.ones((40, 2)))
    assert len(drawn(many, "")) == MOST
    assert {0, 39} <= set(drawn(many, ""))
    for name in ("0", "17", "38", "39"):
        found = drawn(many, name)
        assert int(name) in found
        assert len(set(found)) == MOST
        assert {0, 39} <= set(found)
    assert drawn(rows(np.ones((3, 2))), "1") == [0, 1, 2]


def test_maps_beside_one_another_have_one_scale() -> None:
    quantity = QUANTITIES["gradient"]
    scale = scale_of([rows([[1e-3, 1.0]]), rows([[10.0, 0.0]])], quantity)
    assert scale == (-3.0, 1.0)
    np.testing.assert_allclose(shares(np.array([1e-3, 0.1, 10.0, 0.0, 1e9]), scale, True), [0, 0.5, 1, 0, 1])
    assert np.isnan(shares(np.array([np.nan]), scale, True)).all()
    low, high = scale_of([rows([[1e-300, 1.0]])], quantity)
    assert (low, high) == (-12.0, 0.0)
    assert scale_of([rows([[np.nan]])], quantity) == (-1.0, 0.0)
    assert scale_of([rows([[2.0]])], quantity)[0] < np.log10(2) < scale_of([rows([[2.0]])], quantity)[1]
    assert scale_of([rows([[0.2]])], QUANTITIES["dead"]) == (0.0, 1.0)


def test_another_theme_paints_everything_anew(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK), qtbot, epochs=1)
    for part in ("map", "histograms"):
        page.go_to(part)
        page.session.change(theme="light")
        light = page.grab().toImage()
        page.session.change(theme="dark")
        assert page.grab().toImage() != light


def test_measuring_forgets_runs_that_are_gone(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot, epochs=1)
    run = page.session.state.training.run
    assert run is not None
    measuring = Measuring()
    measuring.history(run, run.parameters, run.reached, lambda share: None)
    assert set(measuring._flows) == {run.number}
    measuring.forget(frozenset())
    assert measuring._flows == {}


# ── remedies ──────────────────────────────────────────────────────────────────────────────────


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


def test_the_table_is_copied_as_it_is_read(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot, epochs=1)
    page.go_to("table")
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:2] == ["Layer", "Gradient"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["W1, b1", "w2, b2"]
    assert lines[1].split("\t")[7] == "–"


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200, 1e308, 0.0])
def test_a_training_that_diverged_is_shown(value: float, page: FlowPage, qtbot: QtBot) -> None:
    document = lesson("spirals")
    signs = itertools.cycle((1, -1))
    broken = {key: np.full(e.array.shape, value * next(signs)) for key, e in document.parameters.items()}
    shown(page, document.with_values(broken), qtbot)
    for part in ("map", "lines", "histograms", "table"):
        page.go_to(part)
        for quantity in QUANTITIES:
            page.follow(quantity)
            assert not page.grab().isNull()
    assert page.finding.text()
