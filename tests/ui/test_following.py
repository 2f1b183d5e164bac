"""Panels that nobody sees are told of nothing, and of all at once when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.following import WhileSeen
from graph_explorer.ui.session import Session, Show, State
from graph_explorer.ui.window import Window


class Panel(QWidget):
    """Keeps what it is told of."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.told: list[tuple[State, State]] = []
        session.follow(self.show_state, seen=self)
        (self.following,) = self.findChildren(WhileSeen)

    def show_state(self, before: State, now: State) -> None:
        self.told.append((before, now))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    made = Session()
    yield made
    made.close()


@pytest.fixture
def line() -> Document:
    return parse("L = w*x", {"x": 2.0}, {"w": 3.0})


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> Panel:
    """A panel that has come to be behind another one."""
    made = Panel(session)
    qtbot.addWidget(made)
    made.following.see(False)
    return made


def test_what_is_seen_is_told_of_each_change(session: Session, panel: Panel) -> None:
    panel.following.see(True)
    session.say("one")
    session.say("two")
    assert [now.message for _, now in panel.told] == ["", "one", "two"]


def test_what_is_not_seen_is_told_of_all_at_once(session: Session, line: Document, panel: Panel) -> None:
    session.show(line)
    for at in range(3):
        session.seek(at)
    session.select("w")
    assert len(panel.told) == 1
    panel.following.see(True)
    ((before, now),) = panel.told[1:]
    assert (before.document, now.selection, now.time) == (None, "w", 2)
    assert now is session.state


def test_a_change_follows_from_the_last_that_was_told(session: Session, line: Document, panel: Panel) -> None:
    panel.following.see(True)
    session.show(line)
    known = panel.told[-1][1]
    panel.following.see(False)
    session.select("w")
    session.seek(1)
    panel.following.see(True)
    assert panel.told[-1] == (known, session.state)
    assert panel.told[-2][1] is known


def test_of_a_graph_that_has_gone_nothing_is_kept(session: Session, line: Document, panel: Panel) -> None:
    panel.following.see(True)
    session.show(line)
    known = panel.told[-1][1]
    panel.following.see(False)
    session.close_document()
    assert panel.told[-1][0] is known
    assert panel.told[-1][1].document is None
    session.show(line)
    panel.following.see(True)
    before, now = panel.told[-1]
    assert before.document is None
    assert now is session.state


def test_the_panels_behind_are_told_of_no_step(
    make_window: Callable[[], Window], neuron_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which panels stand in front costs; how many there are behind them does not."""
    told: list[str] = []

    def noted(real: Show, widget: QWidget) -> Show:
        def show(before: State, now: State) -> None:
            told.append(widget.objectName())
            real(before, now)

        return show

    real = WhileSeen.__init__
    monkeypatch.setattr(
        WhileSeen,
        "__init__",
        lambda self, session, widget, show: real(self, session, widget, noted(show, widget)),
    )
    window = make_window()
    assert window.files.open(neuron_file)
    docks = window.bench.docks
    docks["inspector"].raise_()
    QApplication.processEvents()
    told.clear()
    window.session.step()
    window.session.select("w")
    behind = {"outline", "table", "acts", "cost", "health", "race", "curves"}
    assert {"inspector", "timeline", "description"} <= set(told)
    assert not behind & set(told)
    docks["table"].raise_()
    qtbot.waitUntil(lambda: "table" in told)
    assert told.count("table") == 1
