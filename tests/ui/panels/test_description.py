"""The description beside the graph."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.ui.panels.description import Description
from graph_explorer.ui.session import Session


def test_it_shows_what_the_document_says(qtbot: QtBot) -> None:
    session = Session()
    panel = Description(session)
    qtbot.addWidget(panel)
    assert panel.text.toPlainText() == ""
    session.show(parse("L = w*w", parameters={"w": 1.0}, title="Squares", description="Look at **w**."))
    assert panel.text.toPlainText().splitlines() == ["Squares", "Look at w."]
    session.show(parse("L = w*w", parameters={"w": 1.0}, title="Other"))
    assert "no description" in panel.text.toPlainText()
    session.close()


def test_it_begins_with_its_first_line(qtbot: QtBot) -> None:
    session = Session()
    panel = Description(session)
    qtbot.addWidget(panel)
    panel.resize(200, 120)
    panel.show()
    session.show(parse("L = w*w", parameters={"w": 1.0}, description="One line.\n\n" * 40))
    bar = panel.text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    panel.resize(180, 100)
    panel.text.ensureCursorVisible()
    assert bar.value() == 0
    session.close()
