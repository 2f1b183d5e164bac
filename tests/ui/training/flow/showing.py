"""What the page of gradient flow shows once all is there."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.remedies.offers import JOB as REMEDIES_JOB
from graph_explorer.ui.training.flow.history import History
from graph_explorer.ui.training.flow.page import JOB, FlowPage
from tests.ui.training.lessons import train

#: The lesson whose gradient vanishes.
STUCK = "deep_and_stuck"


def shown(page: FlowPage, document: Document, qtbot: QtBot, epochs: int = 0) -> History:
    """The history that the page shows of a document, after some epochs."""
    train(page.session, document, epochs, qtbot)
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
