"""The challenge view with real clicks and keys: a round, the blank graph, progress, sheets and sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.quiz import round as rounds
from graph_explorer.quiz.question import Question
from graph_explorer.quiz.sets import Result
from graph_explorer.ui.challenge import acts, keeping
from graph_explorer.ui.challenge.question_page import spoken
from graph_explorer.ui.challenge.results import table_of
from graph_explorer.ui.challenge.sheet import save_sheet
from graph_explorer.ui.challenge.view import ChallengeView
from graph_explorer.ui.session import Session


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Progress is kept in a folder of the test's own."""
    path = tmp_path / "progress.json"
    monkeypatch.setattr(keeping, "place", lambda: path)
    return path


@pytest.fixture
def document() -> Document:
    return parse("a = w*x\nL = (a - y)**2", {"x": 2.0, "y": 1.0}, {"w": 3.0}, title="Square")


@pytest.fixture
def session(session: Session, document: Document) -> Session:
    session.show(document)
    return session


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> ChallengeView:
    made = ChallengeView(session)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def begin(session: Session, qtbot: QtBot, **choice: object) -> None:
    acts.choose(session, **choice)
    acts.new_round(session)
    qtbot.waitUntil(lambda: session.state.challenge.page == "question")


def press(view: ChallengeView, name: str, qtbot: QtBot) -> None:
    button = view.findChild(QPushButton, f"challenge_{name}")
    assert button is not None
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_number_is_typed_judged_and_explained(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="contribution", count=2)
    page, question = view.question, session.state.challenge.round.question
    assert question is not None
    page.answer.line.setFocus()
    qtbot.keyClicks(page.answer.line, "12345")
    qtbot.keyClick(page.answer.line, Qt.Key.Key_Return)
    assert not session.state.challenge.round.attempt.done
    assert page.said.isVisibleTo(page)
    page.answer.line.setText(repr(question.answer))
    qtbot.keyClick(page.answer.line, Qt.Key.Key_Return)
    assert session.state.challenge.round.attempt.done
    assert page.explanation.text() == question.explanation
    qtbot.keyClick(page.answer.line, Qt.Key.Key_Return)
    assert session.state.challenge.round.at == 1, "Return goes on once it is right"


def test_hints_come_one_by_one(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    question = session.state.challenge.round.question
    assert question is not None
    for count in range(1, len(question.hints) + 1):
        press(view, "hint", qtbot)
        shown = [said for said in view.question.hints if said.isVisibleTo(view.question)]
        assert [said.text.text() for said in shown] == list(question.hints[:count])
    assert not view.question.hint.isEnabled()


def test_giving_up_shows_the_answer(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="forward value", count=1)
    question = session.state.challenge.round.question
    assert question is not None
    press(view, "reveal", qtbot)
    assert spoken(question) in view.question.said.text.text()
    assert session.state.challenge.progress.answered == 1
    assert session.state.challenge.progress.right == 0


@pytest.mark.parametrize("kind", ["mode", "no gradient", "order", "concept", "shape"])
def test_every_form_can_be_answered_in_its_widgets(
    kind: str, view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    if kind == "shape":
        session.show(parse("L = sum(W @ x)", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0], [3.0, 4.0]]}))
    begin(session, qtbot, kind=kind, count=1)
    question = session.state.challenge.round.question
    assert question is not None
    area = view.question.answer
    if question.form == "order":
        assert isinstance(question.answer, tuple)
        for place, option in enumerate(question.answer):
            area.order.setCurrentRow(area.order.texts().index(option))
            while area.order.currentRow() > place:
                qtbot.keyClick(area.order, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    elif question.form == "shape":
        qtbot.keyClicks(area.line, str(question.answer))
    else:
        right = question.answer if isinstance(question.answer, tuple) else (question.answer,)
        for button in area.buttons:
            if button.property("answer") in right:
                button.click()
    press(view, "check", qtbot)
    assert session.state.challenge.round.attempt.first is True


def test_an_exam_says_nothing_until_it_is_over(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="contribution", count=2, exam=True)
    assert not view.question.hint.isVisibleTo(view.question)
    for _ in range(2):
        view.question.answer.line.setText("1000")
        qtbot.keyClick(view.question.answer.line, Qt.Key.Key_Return)
    assert session.state.challenge.round.ended
    assert session.state.challenge.page == "home"
    assert "0 of 2" in view.home.result.text()


def test_progress_is_kept_and_taken_up_again(
    view: ChallengeView, session: Session, qtbot: QtBot, kept: Path, document: Document
) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    question = session.state.challenge.round.question
    assert question is not None
    acts.give_answer(session, repr(question.answer))
    assert json.loads(kept.read_text())["concepts"]["chain rule"]["right"] == 1
    other = Session()
    other.show(document)
    acts.load_progress(other)
    assert other.state.challenge.progress == session.state.challenge.progress
    other.close()
    acts.reset_progress(session)
    assert json.loads(kept.read_text())["concepts"] == {}


def test_a_damaged_progress_is_set_aside_and_said(session: Session, kept: Path) -> None:
    kept.write_text("{not json")
    acts.load_progress(session)
    assert "kept aside" in session.state.message
    assert kept.with_suffix(".damaged.json").read_text() == "{not json"


def test_the_blank_graph_is_filled_in_and_appears(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    acts.begin_blank(session)
    filled = session.state.challenge.filled
    trace = session.state.trace
    assert filled is not None
    assert trace is not None
    assert session.state.time == trace.forward_length, "no gradient is shown yet"
    for field in filled.blank.fields:
        edit = view.blank.lines[field].edit
        edit.setText(repr(filled.blank.answer(field)))
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    now = session.state.challenge.filled
    assert now is not None
    assert now.present is None
    assert session.state.time == trace.length
    assert "whole backward pass" in view.blank.count.text()


def test_a_wrong_field_is_marked_and_nothing_appears(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    acts.begin_blank(session)
    filled, trace = session.state.challenge.filled, session.state.trace
    assert filled is not None
    assert trace is not None
    edit = view.blank.lines[filled.blank.fields[0]].edit
    qtbot.keyClicks(edit, "17")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.property("wrong")
    assert session.state.time == trace.forward_length


def test_changing_the_document_ends_the_blank_graph(view: ChallengeView, session: Session) -> None:
    acts.begin_blank(session)
    session.set_value("w", 5.0)
    assert "changed" in view.blank.count.text()


def test_the_clock_runs_only_where_it_was_asked_for(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    assert not view.clock.isVisibleTo(view)
    begin(session, qtbot, kind="contribution", count=1, minutes=5.0)
    qtbot.waitUntil(lambda: view.clock.isVisibleTo(view))
    assert view.clock.text().startswith(("5:00", "4:5"))


def test_questions_and_answers_are_printed(tmp_path: Path, session: Session, qapp: QApplication) -> None:
    from graph_explorer.quiz.asking import ask
    from graph_explorer.quiz.source import Source

    assert session.state.document is not None
    assert session.state.trace is not None
    questions = ask(Source(session.state.document, session.state.trace), 0, 12)
    for answers in (False, True):
        path = tmp_path / f"{answers}.pdf"
        save_sheet(questions, "Week 1", path, answers=answers)
        assert path.read_bytes().startswith(b"%PDF")
    assert (tmp_path / "True.pdf").stat().st_size != (tmp_path / "False.pdf").stat().st_size


def test_a_set_is_opened_and_a_broken_one_said(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.challenge"
    path.write_text('title = "Week 1"\n[[part]]\ndocument = "neuron"\ncount = 2\n')
    acts.open_set(session, path)
    qtbot.waitUntil(lambda: len(session.state.challenge.round.questions) == 2)
    assert session.state.challenge.round.title == "Week 1"
    path.write_text("[[part]]\n")
    acts.open_set(session, path)
    assert "names no document" in session.state.message
    assert len(session.state.challenge.round.questions) == 2, "what was there stays"


def test_results_of_a_class_are_one_table() -> None:
    rows = table_of(
        [Result("Bo", "A", (("k", "1", True),)), Result("Al", "A", (("k", "2", False), ("k", "3", True)))]
    )
    assert rows == [
        ("Learner", "Set", "Right", "1", "2"),
        ("Al", "A", "1 of 2", "✗ 2", "✓ 3"),
        ("Bo", "A", "1 of 1", "✓ 1", ""),
    ]


def test_the_link_opens_the_example_but_not_over_changes(session: Session, qtbot: QtBot) -> None:
    question = Question(
        kind="concept", level="beginner", concept="chain rule", text="?", answer="a", form="choice",
        options=("a", "b"), explanation="", hints=(), link="neuron",
    )  # fmt: skip
    session.change(
        challenge=acts.dataclasses.replace(session.state.challenge, round=rounds.begin((question,)))
    )
    session.set_value("w", 1.0)
    acts.open_example(session, question)
    assert "has changes" in session.state.message
    session.undo.undo()
    acts.open_example(session, question)
    qtbot.waitUntil(
        lambda: session.state.document is not None and session.state.document.name == "One neuron"
    )
    assert session.state.challenge.round.question is question, "the round stays"
