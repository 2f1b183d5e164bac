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
    session.jobs.close()
