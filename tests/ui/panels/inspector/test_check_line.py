"""The check against differences, and what its verdict says."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from graph_explorer.engine.check import Compared
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.inspector.check_line import verdict
from graph_explorer.ui.session import Session
from tests.ui.panels.inspector.reading import end, press


def test_the_check_agrees_and_goes_with_its_trace(
    inspector: Inspector, session: Session, qtbot: QtBot
) -> None:
    end(session)
    session.select("w")
    check = inspector.node.check
    press(inspector, "check_button")
    qtbot.waitUntil(lambda: check.result.text().startswith("They agree: backpropagation −0.144629"))
    assert check.result.property("role") == "success"
    session.set_value("w", 0.5)
    assert not check.result.isVisible()
    session.select("z")
    assert not check.isVisible()


def compared(agrees: bool, kink: bool = False, index: tuple[int, ...] = ()) -> Compared:
    return Compared("w", index, 1.0, 1.0 if agrees else 2.0, 0.0 if agrees else 0.5, agrees, kink)


def test_verdicts_say_what_was_found() -> None:
    assert verdict([]) == ("There is no number to compare.", "muted")
    assert verdict([compared(False)]) == ("They differ: backpropagation 1, differences 2.", "error")
    assert verdict([compared(False, True)])[1] == "warning"
    assert verdict([compared(True), compared(True)])[0].startswith("All 2 compared entries agree")
    text, role = verdict([compared(True), compared(False, index=(0, 3))])
    assert text == "1 of 2 entries differ, first [0, 3]: backpropagation 1, differences 2."
    assert role == "error"
