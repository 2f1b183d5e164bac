"""Graph views for the tests of finding."""

from __future__ import annotations

import pytest

from graph_explorer.document import Document, parse


@pytest.fixture
def chain() -> Document:
    """A graph large enough for a map."""
    lines = "\n".join(["h = x", *["h = tanh(h + w)"] * 60])
    return parse(f"{lines}\nL = h**2", {"x": 0.5}, {"w": 0.3})
