"""The page of gradient flow."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.ui.session import Session
from graph_explorer.ui.training.flow.page import FlowPage


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> FlowPage:
    made = FlowPage(session)
    qtbot.addWidget(made)
    made.resize(760, 480)
    made.show()
    return made
