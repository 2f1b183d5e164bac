"""A document that has not been run is shown with nothing known; its values come without another layout."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui import tracing
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.progress import BLANK
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


@pytest.mark.parametrize("name", ["neuron", "grouped"])
def test_values_come_without_another_layout(
    qtbot: QtBot, make_view: Make, name: str, session: Session,
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(tracing, "_MANY", 0)  # every first run is a job
    document: Document = request.getfixturevalue(name)
    view = make_view(document)
    assert session.state.trace is None
    scene, stage = view.scene, view.shown.stage
    assert scene is not None
    assert stage is not None
    assert (stage.moment.stages == BLANK).all()
    assert view.describe("w") == "w: parameter. Not run yet: its value is not known."
    before = view.grab().toImage()
    assert isinstance(before, QImage)
    session.select("w")
    view.zoom_to("w")
    view.fit()
    qtbot.waitUntil(lambda: session.state.trace is not None, timeout=10_000)
    assert view.scene is not None
    np.testing.assert_array_equal(view.scene.boxes, scene.boxes)
    assert view.shown.stage is not None
    assert (view.shown.stage.moment.stages > BLANK).all()
    session.select("")
    assert view.grab().toImage() != before
    groups = document.graph.groups
    if groups:  # what is opened and closed later has the sizes of the first layout
        session.toggle_group(groups[0])
        session.toggle_group(groups[0])
        assert sorted(map(tuple, view.scene.boxes[:, 2:])) == sorted(map(tuple, scene.boxes[:, 2:]))
