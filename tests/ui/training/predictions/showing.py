"""What the page of predictions shows once all is there."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.training.predictions.page import JOB, PredictionsPage
from graph_explorer.ui.training.predictions.subject import Moment
from tests.ui.training.lessons import train


def shown(page: PredictionsPage, document: Document, qtbot: QtBot, epochs: int = 0) -> Moment:
    """The moment that the page shows of a document, after some epochs."""
    train(page.session, document, epochs, qtbot)
    return settled(page, qtbot)


def settled(page: PredictionsPage, qtbot: QtBot) -> Moment:
    """What is shown once everything that was asked for is there."""

    def done() -> bool:
        busy = page.session.jobs.busy(JOB) or page._later.isActive()
        known = page.moment is not None and page.moment.asked.parameters is newest(page)
        return not busy and known

    qtbot.waitUntil(done, timeout=20000)
    assert page.moment is not None
    return page.moment


def newest(page: PredictionsPage) -> Any:
    training = page.session.state.training
    assert page.moment is not None
    return training.parameters if training.run is not None else page.moment.asked.parameters
