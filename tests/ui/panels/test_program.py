from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.formats import open_document
from graph_explorer.ui.panels.program import DEBOUNCE, ProgramEditor, node_at, program_place
from graph_explorer.ui.session import Session
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.code import CodeEdit
from graph_explorer.ui.widgets.highlight import role_of

Show = Callable[..., ProgramEditor]


@pytest.fixture
def editor(show: Show, session: Session, neuron: Document) -> ProgramEditor:
    made = show(ProgramEditor, 520, 200)
    session.show(neuron)
    return made


def type_at(editor: ProgramEditor, line: int, column: int, text: str) -> None:
    editor.code.setFocus()
    editor.code.go_to(line, column)
    for letter in text:
        if letter == "\n":
            QTest.keyClick(editor.code, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(editor.code, letter)


def kinds(editor: ProgramEditor) -> dict[str, tuple[int, int, int]]:
    return {mark.kind: (mark.line, mark.column, mark.end_column) for mark in editor.code.marks}


# ── typing ────────────────────────────────────────────────────────────────────────────────────


def test_typing_re_traces_a_moment_later(editor: ProgramEditor, session: Session, qtbot: QtBot) -> None:
    type_at(editor, 1, 12, " + 1")
    assert session.state.document is not None
    assert session.state.document.program == editor.session.latest.program
    assert "+ 1" not in session.state.document.program
    qtbot.waitUntil(lambda: "z = w*x + b + 1" in session.state.document.program, timeout=20 * DEBOUNCE)
    assert session.state.trace is not None
    assert session.state.trace.value("z") == pytest.approx(1.4)


def test_a_mistake_is_underlined_and_said_and_the_graph_stays(
    editor: ProgramEditor, session: Session, qtbot: QtBot
) -> None:
    before = session.state.trace
    type_at(editor, 2, 6, "u")
    qtbot.waitUntil(lambda: session.state.problem is not None)
    assert editor.problem.text() == "line 2: unknown function 'suigmoid'; did you mean 'sigmoid'?"
    assert editor.foot.isVisible()
    assert kinds(editor)["error"] == (2, 5, 13)
    assert session.state.trace is before
    QTest.keyClick(editor.code, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: session.state.problem is None)
    assert not editor.foot.isVisible()
    assert "error" not in kinds(editor)


def test_the_place_of_a_mistake_is_counted_in_the_text_not_in_the_file(
    show: Show, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "neuron.toml"
    path.write_text(
        'title = "N"\nprogram = """\nz = w*x\nL = z**2\n"""\n[inputs]\nx = 1.0\n[parameters]\nw = 2.0\n'
    )
    editor = show(ProgramEditor)
    session.show(open_document(path))
    type_at(editor, 2, 5, "q")
    qtbot.waitUntil(lambda: session.state.problem is not None)
    assert session.state.problem is not None
    assert session.state.problem.line == 4
    assert program_place(session.state.problem, session.state.document) == (2, 5)
    assert editor.problem.text().startswith("line 2: unknown name 'qz'")
    editor.code.go_to(1, 1)
    QTest.mouseClick(editor.go, Qt.MouseButton.LeftButton)
    cursor = editor.code.textCursor()
    assert (cursor.blockNumber() + 1, cursor.positionInBlock() + 1) == (2, 5)


def test_a_run_that_failed_is_underlined_too(show: Show, session: Session) -> None:
    editor = show(ProgramEditor)
    session.show(parse("y = x @ w\nL = sum(y)", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    assert "inner sizes differ" in editor.problem.text()
    assert kinds(editor)["error"][0] == 1


# ── no echoes ─────────────────────────────────────────────────────────────────────────────────


def test_undo_brings_the_older_text_and_redo_the_newer(
    editor: ProgramEditor, session: Session, qtbot: QtBot
) -> None:
    older = editor.code.toPlainText()
    type_at(editor, 1, 12, "*2")
    QTest.keyClick(editor.code, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.state.document is not None
    assert session.undo.canRedo()
    assert editor.code.toPlainText() == older == session.state.document.program
    QTest.keyClick(
        editor.code, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert "z = w*x + b*2" in editor.code.toPlainText()
    qtbot.wait(2 * DEBOUNCE)
    assert session.undo.count() == 1


def test_a_change_elsewhere_leaves_what_is_being_typed(editor: ProgramEditor, session: Session) -> None:
    type_at(editor, 1, 12, " +")
    session.set_value("w", 3.0)
    session.seek(2)
    assert "z = w*x + b +\n" in editor.code.toPlainText()
    editor.hand_over()
    assert session.state.problem is not None
    session.set_value("w", 4.0)
    assert "z = w*x + b +\n" in editor.code.toPlainText()


def test_another_document_replaces_the_text_even_while_typing(
    editor: ProgramEditor, session: Session, fan: Document, qtbot: QtBot
) -> None:
    type_at(editor, 1, 12, " +")
    session.show(fan)
    assert editor.code.toPlainText() == fan.program
    qtbot.wait(2 * DEBOUNCE)
    assert session.state.problem is None


def test_opening_the_same_document_again_drops_the_draft(
    editor: ProgramEditor, session: Session, neuron: Document
) -> None:
    type_at(editor, 1, 12, " +")
    editor.hand_over()
    assert session.state.draft is not None
    session.show(dataclasses.replace(neuron))
    assert editor.code.toPlainText() == neuron.program


def test_undo_out_of_a_mistake_clears_it(editor: ProgramEditor, session: Session, qtbot: QtBot) -> None:
    type_at(editor, 1, 12, "*2")
    editor.hand_over()
    QTest.keyClicks(editor.code, " +")
    editor.hand_over()
    assert session.state.problem is not None
    session.undo.undo()
    qtbot.waitUntil(lambda: session.state.problem is None)
    assert session.state.document is not None
    assert editor.code.toPlainText() == session.state.document.program


def test_bursts_of_typing_are_undone_apart(
    editor: ProgramEditor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_explorer.ui.panels.program._PAUSE", 0.0)
    type_at(editor, 1, 12, "*2")
    editor.hand_over()
    QTest.keyClicks(editor.code, "*3")
    editor.hand_over()
    assert session.undo.count() == 2


# ── marks and pointing ────────────────────────────────────────────────────────────────────────


def test_the_present_node_is_marked(editor: ProgramEditor, session: Session) -> None:
    session.seek(3)
    assert kinds(editor) == {"line": (2, 1, 1), "expression": (2, 5, 15)}
    session.select("z")
    assert kinds(editor)["selected"] == (1, 5, 12)
    session.seek(0)
    assert "expression" not in kinds(editor)


@pytest.mark.parametrize(
    ("column", "node"), [(5, "w"), (6, "z.mul"), (7, "x"), (9, "z"), (1, "z"), (3, "z"), (11, "b")]
)
def test_pointing_at_the_text_selects_the_node(
    editor: ProgramEditor, session: Session, column: int, node: str
) -> None:
    left = editor.code.cursorRect(editor.code.cursor_at(1, column))
    letter = editor.code.fontMetrics().horizontalAdvance("w")
    for share in (0.25, 0.75):
        session.select("")
        at = QPoint(left.center().x() + round(share * letter), left.center().y())
        QTest.mouseClick(editor.code.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert session.state.selection == node


def test_a_click_on_a_line_without_a_node_selects_nothing(editor: ProgramEditor) -> None:
    trace = editor.session.state.trace
    assert trace is not None
    assert node_at(trace.graph, "\n\n\n\n\n", 5, 1) == ""


# ── the field ─────────────────────────────────────────────────────────────────────────────────


def test_completion_offers_names_and_words(editor: ProgramEditor, session: Session) -> None:
    type_at(editor, 3, 19, "\nq = sig")
    popup = editor.code.completer.popup()
    assert popup is not None
    assert popup.isVisible()
    assert editor.code.completer.currentCompletion() == "sigmoid"
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.code.toPlainText().endswith("q = sigmoid")
    assert not popup.isVisible()
    QTest.keyClicks(editor.code, "(z")
    assert not popup.isVisible()


def test_no_completion_within_comments(editor: ProgramEditor) -> None:
    type_at(editor, 2, 42, " sig")
    popup = editor.code.completer.popup()
    assert popup is not None
    assert not popup.isVisible()


def test_control_and_space_offer_everything(editor: ProgramEditor) -> None:
    type_at(editor, 3, 19, "\n")
    QTest.keyClick(editor.code, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    popup = editor.code.completer.popup()
    assert popup is not None
    assert popup.isVisible()
    assert editor.code.completer.completionCount() > 100
    popup.hide()


def test_a_new_line_is_as_far_in_and_further_after_a_colon(qtbot: QtBot) -> None:
    code = CodeEdit("code", "Code")
    qtbot.addWidget(code)
    code.show()
    QTest.keyClicks(code, "for t in range(3):")
    QTest.keyClick(code, Qt.Key.Key_Return)
    QTest.keyClicks(code, "a = b")
    QTest.keyClick(code, Qt.Key.Key_Return)
    QTest.keyClicks(code, "c")
    assert code.toPlainText() == "for t in range(3):\n    a = b\n    c"


def test_the_tab_key_is_no_trap(editor: ProgramEditor, session: Session) -> None:
    type_at(editor, 1, 12, " +")
    editor.hand_over()
    assert editor.go.isVisible()
    QTest.keyClick(editor.code, Qt.Key.Key_Tab)
    assert "\t" not in editor.code.toPlainText()
    assert editor.go.hasFocus()
    type_at(editor, 1, 1, "    ")
    QTest.keyClick(editor.code, Qt.Key.Key_Tab)
    assert editor.code.toPlainText().startswith("        z")


def test_line_numbers_have_room_for_all_lines(qtbot: QtBot) -> None:
    code = CodeEdit("code", "Code")
    qtbot.addWidget(code)
    narrow = code.numbers_width()
    code.setPlainText("\n" * 2000)
    assert code.numbers_width() > narrow
    code.show()
    assert not code.grab().isNull()


@pytest.mark.parametrize(
    ("kind", "text", "called", "role"),
    [
        ("name", "for", False, "code_keyword"), ("name", "sigmoid", True, "code_function"),
        ("name", "sigmoid", False, ""), ("name", "w", False, ""), ("number", "0.5", False, "code_number"),
        ("comment", "# note", False, "code_comment"),
    ],
)  # fmt: skip
def test_words_have_the_colours_of_their_roles(kind: str, text: str, called: bool, role: str) -> None:
    assert role_of(kind, text, called) == role
    if role:
        assert theme("dark").color(role).isValid()
