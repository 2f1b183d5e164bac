"""The page of predictions."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.ui.session import Session
from graph_explorer.ui.training.predictions.page import PredictionsPage


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> PredictionsPage:
    made = PredictionsPage(session)
    qtbot.addWidget(made)
    made.resize(700, 480)
    made.show()
    return made
