"""An ONNX model in the window: opened by a job, with what a person should know of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.panels.inspector.node_page import NodePage
from graph_explorer.ui.panels.program import ProgramEditor
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.messages import Message
from graph_explorer.ui.window import Window
from tests.formats.onnx.models import model, node, open_value
from tests.formats.onnx.test_control import branching


@pytest.fixture
def neuron() -> Document:
    return parse("L = (w*x - 1)**2", {"x": 2.0}, {"w": 0.5})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A model of which one operator has no derivative rule."""
    nodes = [
        node("MatMul", "x w", "h", "layer/MatMul"),
        node("MatMulInteger", "n n", "opaque"),
        node("Cast", "opaque", "o", to=TensorProto.FLOAT),
        node("Add", "h o", "y"),
    ]
    made = model(
        nodes,
        [open_value("x", 2, 3), open_value("n", 1, 1, kind=TensorProto.INT8)],
        tensors={"w": np.ones((3, 4), np.float32)},
    )
    onnx.save(made, tmp_path / "small.onnx")
    return tmp_path / "small.onnx"


@pytest.fixture
def opened(session: Session, path: Path, qtbot: QtBot) -> Session:
    assert session.open(path)
    assert session.state.document is None, "it is opened by a job"
    qtbot.waitUntil(lambda: session.state.trace is not None)
    return session


def test_a_model_opens_by_a_job_and_says_what_was_made_up(opened: Session, qtbot: QtBot) -> None:
    message = Message(opened)
    qtbot.addWidget(message)
    assert "'x' (2×3, random numbers)" in message.sentence.text()
    assert message.property("look") == "notice"
    opened.say("Something is wrong.")
    assert message.sentence.text() == "Something is wrong."
    assert message.property("look") == "wrong"
    message.shut.click()
    assert message.isHidden()
    opened.set_value("x", np.ones((2, 3)))
    assert message.isHidden()


def test_a_model_that_cannot_be_opened_changes_nothing(opened: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before = opened.state.document
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    opened.open(tmp_path / "no.onnx")
    qtbot.waitUntil(lambda: "no ONNX model" in opened.state.message)
    assert opened.state.document is before


def test_what_is_remembered_is_what_was_opened(open_window: Window, path: Path, qtbot: QtBot) -> None:
    window, bad = open_window, path.with_name("bad.onnx")
    bad.write_bytes(b"nothing")
    window.files.open(bad)
    qtbot.waitUntil(lambda: "no ONNX model" in window.session.state.message)
    window.files.open(path)
    qtbot.waitUntil(lambda: getattr(window.session.state.document, "path", None) == path)
    assert path in window.settings.recent
    assert bad not in window.settings.recent


def test_a_document_that_changed_meanwhile_stays(
    neuron: Document, session: Session, path: Path, qtbot: QtBot
) -> None:
    session.show(neuron)
    session.open(path)
    session.set_value("w", 3.0)
    qtbot.waitUntil(lambda: "was not opened" in session.state.message)
    assert session.state.document is not None
    assert session.state.document.model is None


def test_an_operator_without_a_rule_says_that_the_gradient_stops(opened: Session, qtbot: QtBot) -> None:
    page = NodePage(opened)
    qtbot.addWidget(page)
    page.show_node(opened.state, "opaque")
    assert page.stops.text() == "The backward pass stops here: MatMulInteger has no derivative rule."
    assert not page.stops.isHidden()
    page.show_node(opened.state, "h")
    assert page.stops.isHidden()


def test_a_model_has_no_program_to_edit(opened: Session, neuron: Document, qtbot: QtBot) -> None:
    editor = ProgramEditor(opened)
    qtbot.addWidget(editor)
    assert editor.code.isReadOnly()
    assert "no program text" in editor.code.placeholderText()
    opened.show(neuron)
    assert not editor.code.isReadOnly()
    assert "no program" not in editor.code.placeholderText()


def test_the_gradient_of_an_input_can_be_switched_on(opened: Session, qtbot: QtBot) -> None:
    page = NodePage(opened)
    qtbot.addWidget(page)
    assert opened.state.trace is not None
    assert not opened.state.trace.takes_gradient("x")
    page.show_node(opened.state, "x")
    assert page.ask.text() == "Ask for its gradient"
    page.ask.click()
    qtbot.waitUntil(lambda: opened.state.asked == {"x"})
    np.testing.assert_array_equal(opened.state.trace.gradient("x"), np.full((2, 3), 4, np.float32))
    opened.set_value("w", np.zeros((3, 4)))
    qtbot.waitUntil(lambda: not opened.jobs.busy())
    assert not opened.state.trace.gradient("x").any()
    opened.ask_gradient("x")
    qtbot.waitUntil(lambda: not opened.state.asked)
    assert not opened.state.trace.takes_gradient("x")
    assert not opened.can_ask("n"), "whole numbers have no gradient"
    assert not opened.can_ask("w"), "a parameter has its gradient always"


def test_another_value_that_takes_another_branch_shows_another_graph(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    onnx.save(branching(), tmp_path / "branching.onnx")
    session.open(tmp_path / "branching.onnx")
    qtbot.waitUntil(lambda: session.state.trace is not None)
    for sign, taken in ((1.0, "choose/then"), (-1.0, "choose/else")):
        session.set_value("x", np.full(3, sign))
        assert session.latest.leaves["x"][0] == sign, "the edit is known at once"
        qtbot.waitUntil(lambda taken=taken: taken in session.state.trace.graph.groups)
    session.undo.undo()
    qtbot.waitUntil(lambda: "choose/then" in session.state.trace.graph.groups)
    session.set_value("x", np.zeros((2, 2)))
    assert "the model takes 'x' of the shape (3)" in session.state.message
