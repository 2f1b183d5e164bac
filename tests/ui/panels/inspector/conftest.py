"""The inspector, with a neuron."""

from __future__ import annotations

import pytest

from graph_explorer.document import Document
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.session import Session
from tests.ui.panels.inspector.reading import Show


@pytest.fixture
def inspector(show: Show, session: Session, neuron: Document) -> Inspector:
    made = show(Inspector)
    session.show(neuron)
    return made
