"""Graph views for the tests of heat."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse


@pytest.fixture
def grouped() -> Document:
    """Two cells, each a group, with weights."""
    program = "def cell(h, x):\n    return tanh(w*h + x)\nh = cell(h0, x)\nh = cell(h, x)\nL = sum(h**2)"
    inputs = {"x": np.array([0.5, -0.2]), "h0": np.array([0.1, 0.3])}
    return parse(program, inputs, {"w": np.array([0.8, 2.0])})
