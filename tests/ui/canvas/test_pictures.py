"""Pictures without a window: PNG and SVG files of a document or of what a window shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.ui import pictures
from graph_explorer.ui.session import State

pytestmark = pytest.mark.usefixtures("qapp")


def pixels(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    flat = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(flat.constBits(), np.uint8).reshape(flat.height(), flat.width(), 4)
    return rows[..., :3].astype(np.int64)


def test_a_png_has_the_size_that_was_asked_for(neuron: Document, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pictures.save_png(neuron, path, step=2, theme="dark", size=(640, 300))
    assert QImage(str(path)).size() == QSize(640, 300)


def test_without_a_size_the_graph_is_shown_whole_and_fine(neuron: Document) -> None:
    shown = pictures.view(neuron)
    found = pictures.picture(neuron)
    assert shown.camera.scale == 1.0
    assert found.size() == QSize(round(2 * shown.width), round(2 * shown.height))


def test_an_svg_looks_like_the_image(grouped: Document, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    pictures.save_svg(grouped, path, step=3, size=(900, 700))
    root = ET.fromstring(path.read_bytes())
    assert (root.get("width"), root.get("height")) == ("900", "700")
    texts = [element.text for element in root if element.tag.endswith(("title", "desc"))]
    assert texts[0] == "Graph"
    assert texts[1] is not None
    assert texts[1].startswith("Step 3: backward through")
    drawn = QImage(900, 700, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    expected = pixels(pictures.picture(grouped, step=3, size=(900, 700)))
    assert (np.abs(pixels(drawn) - expected).max(axis=2) > 100).mean() < 0.01


def test_an_svg_needs_no_font(neuron: Document) -> None:
    text = pictures.svg(pictures.view(neuron)).decode()
    assert "<text" not in text
    assert len(re.findall("<path", text)) > 50


def test_the_step_chooses_the_moment(neuron: Document) -> None:
    trace = run(neuron)
    last = trace.length - trace.forward_length - 1
    assert pictures.time_of_step(trace, 0) == trace.forward_length + 1
    assert pictures.time_of_step(trace, last) == pictures.time_of_step(trace, None) == trace.length
    for step in (-1, last + 1):
        with pytest.raises(InputError, match=rf"no step {step}: there are 0 to {last}"):
            pictures.time_of_step(trace, step)
    assert pictures.view(neuron, step=0).marks.present is not None
    assert pictures.view(neuron).marks.present is None, "all is done: no step is going on"


def test_a_run_that_fails_has_a_picture_but_no_steps() -> None:
    document = parse("h = x + b\nL = sum(h)", {"x": [1.0, 2.0]}, {"b": [1.0, 2.0, 3.0]})
    assert not pictures.picture(document, size=(300, 200)).isNull()
    with pytest.raises(InputError, match="the run stopped before the backward pass"):
        pictures.picture(document, step=0)


def test_of_a_state_the_picture_is_what_the_window_shows(grouped: Document) -> None:
    trace = run(grouped)
    state = State(grouped, trace, trace.forward_length, collapsed=frozenset({"h:cell"}), theme="dark")
    shown = pictures.view(state)
    assert shown.stage.scene.place("h:cell") >= 0
    assert shown.stage.moment.time == trace.forward_length
    assert shown.theme == "dark"
    assert pictures.view(state, step=1, collapsed=frozenset()).stage.moment.time == trace.forward_length + 2


def test_a_file_that_cannot_be_written_is_said(neuron: Document, tmp_path: Path) -> None:
    for save, name in ((pictures.save_png, "a.png"), (pictures.save_svg, "a.svg")):
        with pytest.raises(InputError, match="cannot write"):
            save(neuron, tmp_path / "missing" / name)
