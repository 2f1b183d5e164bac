"""Opening, saving and leaving: nothing is lost without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.formats import open_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui.panels.program import ProgramEditor
from graph_explorer.ui.widgets.ask import Unsaved, WhereTo, WhichFile
from graph_explorer.ui.window import Window


class Asked:
    """Stands in for a question and counts how often it is asked."""

    def __init__(self, answer: object) -> None:
        self.answer, self.times = answer, 0

    def __call__(self, *_: object) -> object:
        self.times += 1
        return self.answer


def test_open_asks_which(window: Window, neuron_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WhichFile, "ask", Asked(neuron_file))
    window.menus.actions["file.open"].trigger()
    assert window.session.state.document is not None
    assert window.session.state.document.path == neuron_file
    assert window.settings.recent == (neuron_file,)


def test_a_broken_file_says_why_and_changes_nothing(open_window: Window, tmp_path: Path) -> None:
    before = open_window.session.state.document
    broken = tmp_path / "broken.toml"
    broken.write_text('program = "y = sigmod(x)"\n[inputs]\nx = 1\n', encoding="utf-8")
    assert not open_window.files.open(broken)
    assert open_window.session.state.document is before
    assert "did you mean 'sigmoid'?" in open_window.session.state.message
    assert broken not in open_window.settings.recent


def test_save_keeps_comments(open_window: Window, neuron_file: Path) -> None:
    open_window.session.set_value("w", 0.75)
    assert open_window.isWindowModified()
    open_window.menus.actions["file.save"].trigger()
    assert not open_window.isWindowModified()
    text = neuron_file.read_text(encoding="utf-8")
    assert "w = 0.75" in text
    assert "# the data" in text
    assert float(open_document(neuron_file).entry("w").array) == 0.75


def test_save_as_is_the_new_file(
    open_window: Window, neuron_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.toml"
    monkeypatch.setattr(WhereTo, "ask", Asked(other))
    open_window.session.set_value("w", 0.75)
    open_window.menus.actions["file.save_as"].trigger()
    assert open_window.session.state.document.path == other
    assert float(open_document(other).entry("w").array) == 0.75
    assert float(open_document(neuron_file).entry("w").array) == 0.4
    assert open_window.settings.recent[0] == other


def test_undo_after_save_as_stays_in_the_new_file(
    open_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.toml"
    monkeypatch.setattr(WhereTo, "ask", Asked(other))
    open_window.session.set_value("w", 0.75)
    open_window.files.ask_save()
    open_window.session.undo.undo()
    assert open_window.session.state.document.path == other
    assert open_window.isWindowModified()
    open_window.session.undo.redo()
    assert not open_window.isWindowModified(), "this is what was saved"


def test_examples_are_never_written_to(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = EXAMPLES / "neuron.toml"
    before = example.read_bytes()
    asked = Asked(tmp_path / "mine.toml")
    monkeypatch.setattr(WhereTo, "ask", asked)
    window.files.open(example)
    assert window.settings.recent == (), "an example is no recent file"
    window.session.set_value("w", 9.0)
    assert window.files.save()
    assert asked.times == 1
    monkeypatch.setattr(WhereTo, "ask", Asked(example))
    assert not window.files.ask_save()
    assert "stay as they are" in window.session.state.message
    assert example.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "leaves", "writes"),
    [("save", True, True), ("discard", True, False), ("cancel", False, False)],
)
def test_leaving_with_changes(
    open_window: Window,
    neuron_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    leaves: bool,
    writes: bool,
) -> None:
    open_window.session.set_value("w", 0.75)
    asked = Asked(answer)
    monkeypatch.setattr(Unsaved, "ask", asked)
    open_window.menus.actions["file.close"].trigger()
    assert asked.times == 1
    assert (open_window.session.state.document is None) == leaves
    assert (float(open_document(neuron_file).entry("w").array) == 0.75) == writes


def test_leaving_unchanged_asks_nothing(open_window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked("cancel")
    monkeypatch.setattr(Unsaved, "ask", asked)
    open_window.session.set_value("w", 0.75)
    open_window.session.undo.undo()
    assert open_window.files.close()
    assert asked.times == 0


def test_a_text_with_a_mistake_is_not_lost(open_window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = open_window.bench.docks["program"].widget()
    assert isinstance(editor, ProgramEditor)
    editor.code.setPlainText("z = w*")
    asked = Asked("cancel")
    monkeypatch.setattr(Unsaved, "ask", asked)
    assert not open_window.files.close()
    assert asked.times == 1
    open_window.files.save()
    assert "mistake" in open_window.session.state.message
    assert open_window.session.state.draft == "z = w*"


def test_closing_the_window_asks(open_window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    open_window.session.set_value("w", 0.75)
    monkeypatch.setattr(Unsaved, "ask", Asked("cancel"))
    open_window.menus.actions["file.quit"].trigger()
    assert open_window.isVisible()


def test_new_document_runs(window: Window) -> None:
    window.menus.actions["file.new"].trigger()
    state = window.session.state
    assert state.document is not None
    assert state.document.path is None
    assert not state.modified
    assert state.trace is not None
    assert float(state.trace.gradient("w")) == pytest.approx(2 * (0.5 * 2 + 0.1 - 1) * 2)


def drop(window: QWidget, path: Path) -> bool:
    """Drags a file onto a widget and drops it; whether the drag was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, buttons, modifiers)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(
            window, QDropEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, buttons, modifiers)
        )
    QApplication.processEvents()
    return enter.isAccepted()


def test_dropping_a_file_opens_it(window: Window, neuron_file: Path) -> None:
    assert drop(window, neuron_file)
    assert window.session.state.document.title == "One neuron"


def test_a_file_dropped_on_the_program_opens(open_window: Window) -> None:
    editor = open_window.bench.docks["program"].widget()
    assert isinstance(editor, ProgramEditor)
    before = editor.code.toPlainText()
    assert drop(editor.code.viewport(), EXAMPLES / "squared_error.toml")
    assert open_window.session.state.document.path == EXAMPLES / "squared_error.toml"
    assert not open_window.session.state.modified
    assert editor.code.toPlainText() != before


def test_dropping_something_else_says_what_is_known(window: Window, tmp_path: Path) -> None:
    other = tmp_path / "photo.jpg"
    other.write_bytes(b"")
    assert drop(window, other)
    assert ".toml" in window.session.state.message


def test_recent_files_in_the_menu(open_window: Window, neuron_file: Path, qtbot: QtBot) -> None:
    open_window.files.close()
    menus = open_window.menus
    menus.list_recent()
    entries = [entry for entry in menus.entries() if entry.place == "Open recent"]
    assert [entry.text for entry in entries] == ["neuron.toml"]
    entries[0].act()
    assert open_window.session.state.document.path == neuron_file


def test_export_code(open_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, word in (("a.py", "import numpy"), ("a.torch.py", "import torch")):
        monkeypatch.setattr(WhereTo, "ask", Asked(tmp_path / name))
        open_window.menus.actions["file.code"].trigger()
        assert word in (tmp_path / name).read_text()
        assert f"python {name}" in open_window.session.state.message
    assert open_window.session.state.document.path.suffix == ".toml", "the document stays what it is"
    monkeypatch.setattr(WhereTo, "ask", Asked(tmp_path / "a.txt"))
    assert not open_window.files.ask_code()
    assert ".torch.py" in open_window.session.state.message


def test_save_as_a_model_and_back(
    open_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_window.session.set_value("w", 0.75)
    for name in ("a.onnx", "b.toml"):
        monkeypatch.setattr(WhereTo, "ask", Asked(tmp_path / name))
        open_window.menus.actions["file.save_as"].trigger()
        assert open_window.session.state.document.path == tmp_path / name
        assert not open_window.session.state.modified
        assert float(open_document(tmp_path / name).entry("w").array) == 0.75


def test_a_model_saved_as_a_document_gets_a_program(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnx

    from graph_explorer.formats.onnx.write import model_of

    model = model_of(open_document(EXAMPLES / "neuron.toml"))
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "a.onnx")
    window.session.show(open_document(tmp_path / "a.onnx"))
    assert window.session.state.document.program == ""
    monkeypatch.setattr(WhereTo, "ask", Asked(tmp_path / "a.toml"))
    assert window.files.ask_save()
    assert "a = sigmoid(z)" in window.session.state.document.program
    assert window.session.state.document.path == tmp_path / "a.toml"
