"""The bar for finding, under a person's hands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRectF, Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.finding import bar as bars
from graph_explorer.ui.finding.acts import influences
from graph_explorer.ui.finding.found import Found
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]
KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def looked_for(qtbot: QtBot, view: GraphView, text: str) -> None:
    view.finder.open()
    view.finder.field.clear()
    qtbot.keyClicks(view.finder.field, text)


def lit(view: GraphView) -> set[str]:
    assert view.shown.stage is not None
    bright = view.shown.stage.moment.lit
    return {card.id for k, card in enumerate(view.shown.stage.scene.cards) if bright is None or bright[k]}


def test_what_is_found_stays_bright_and_is_listed(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    assert view.finder.isHidden()
    looked_for(qtbot, view, "parameter")
    assert session.state.found == Found("parameter", ("w", "b"))
    assert lit(view) == {"w", "b"}
    assert view.finder.count.text() == "2 nodes"
    model = view.finder.list.model()
    assert [model.index(k, 0).data() for k in range(model.rowCount())] == [
        "w: parameter = 0.4", "b: parameter = -0.2".replace("-", "\u2212"),
    ]  # fmt: skip


def test_return_goes_round_and_shift_goes_back(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "parameter")
    visited = []
    for modifier in (Qt.KeyboardModifier.NoModifier,) * 3 + (SHIFT,):
        qtbot.keyClick(view.finder.field, KEY.Key_Return, modifier)
        visited.append(session.state.selection)
    assert visited == ["w", "b", "w", "b"]
    assert view.finder.list.currentIndex().row() == 1


def test_the_list_selects(qtbot: QtBot, make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "parameter")
    qtbot.keyClick(view.finder.field, KEY.Key_Down)
    assert session.state.selection == "w"
    qtbot.keyClick(view.finder.list, KEY.Key_Down)
    assert session.state.selection == "b"


def test_escape_shows_everything(qtbot: QtBot, make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    everything = lit(view)
    for escaped in (view.finder.field, view):
        looked_for(qtbot, view, "parameter")
        qtbot.keyClick(escaped, KEY.Key_Escape)
        assert session.state.found is None
        assert view.finder.isHidden()
        assert lit(view) == everything


def test_kept_filter_outlives_the_bar(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "parameter")
    view.finder.keep.click()
    assert not session.state.finding
    assert lit(view) == {"w", "b"}
    assert view.finder.field.isHidden()
    assert view.finder.count.text() == "parameter: 2 nodes"
    session.set_value("w", 0.7)
    assert lit(view) == {"w", "b"}, "another run of the same graph"
    session.set_program("q = w*x + b\nL = q**2")
    qtbot.waitUntil(lambda: view.scene is not None and view.scene.place("q") >= 0)
    assert lit(view) == {"w", "b"}, "another graph that has these nodes too"
    view.finder.close_button.click()
    assert session.state.found is None


def test_errors_and_nothing_are_said(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "op:Sigmiod")
    assert view.finder.count.text() == "No node here is a 'Sigmiod'; did you mean 'Sigmoid'?"
    assert session.state.message == ""
    assert session.state.found is None, "nothing is dimmed"
    looked_for(qtbot, view, "unheard of")
    assert view.finder.count.text() == "No node fits."
    assert lit(view) == set()
    view.finder.field.clear()
    assert session.state.found is None
    assert view.finder.count.text() == ""


def test_numbers_are_looked_for_anew_in_another_run(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "parameter value max > 0.5")
    assert session.state.found == Found("parameter value max > 0.5", ())
    session.set_value("w", 0.9)
    assert view.finder.names.index(0, 0).data() == "w: parameter, value max 0.9"
    assert session.state.found is not None
    assert session.state.found.names == ("w",)


def test_a_large_search_is_a_job(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "_MOST_NODES", 3)
    view = make_view(neuron)
    looked_for(qtbot, view, "parameter")
    assert session.jobs.busy("search")
    qtbot.waitUntil(lambda: session.state.found == Found("parameter", ("w", "b")))
    looked_for(qtbot, view, "op:Sigmiod")
    qtbot.waitUntil(lambda: "did you mean 'Sigmoid'?" in view.finder.count.text())


def test_what_is_selected_does_not_hide_under_the_bar(
    qtbot: QtBot, make_view: Make, chain: Document, session: Session
) -> None:
    view = make_view(chain)
    looked_for(qtbot, view, "op:Tanh")
    for _ in range(4):
        qtbot.keyClick(view.finder.field, KEY.Key_Return)
        assert view.scene is not None
        box = view.scene.box_of(session.state.selection)
        assert box is not None
        bar = QRectF(view.finder.geometry())
        under = bar.center() - QRectF(*view.camera.seen_box(box)).center()
        view.pan(under.x(), under.y())
        assert bar.intersects(QRectF(*view.camera.seen_box(box)))
        view.reveal(session.state.selection)
        card = QRectF(*view.camera.seen_box(box))
        assert QRectF(view.rect()).contains(card)
        assert not card.intersects(bar)


def test_it_also_shows_what_was_not_searched(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    session.select("z")
    influences(session)
    assert view.finder.isVisible()
    assert view.finder.count.text().startswith("What 'z' influences: ")
    assert view.finder.field.text() == ""


def test_another_document_begins_without_a_filter(
    qtbot: QtBot, make_view: Make, neuron: Document, grouped: Document, session: Session
) -> None:
    view = make_view(neuron)
    looked_for(qtbot, view, "w")
    session.show(grouped)
    assert session.state.found is None
    assert view.finder.isHidden()
    assert view.finder.field.text() == ""


def test_in_a_low_window_the_list_is_short(
    qtbot: QtBot, make_view: Make, chain: Document, session: Session
) -> None:
    view = make_view(chain)
    heights = []
    for height in (900, 300):
        view.resize(800, height)
        looked_for(qtbot, view, "op:Tanh")
        heights.append(view.finder.list.height())
        view.finder.end()
    row = view.finder.list.sizeHintForRow(0)
    frame = 2 * view.finder.list.frameWidth()
    assert [(height - frame) // row for height in heights] == [8, max(3, round(0.3 * 300 / row))]
