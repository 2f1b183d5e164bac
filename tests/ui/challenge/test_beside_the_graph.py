"""A question beside its graph, the keyboard on every form of answer, and what a screen reader is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.quiz import round as rounds
from graph_explorer.quiz.judge import judge
from graph_explorer.quiz.question import Question
from graph_explorer.ui.challenge import acts, keeping
from graph_explorer.ui.challenge.ground import BANDS, bands_of, ground_image
from graph_explorer.ui.challenge.question_page import parts_of
from graph_explorer.ui.challenge.view import ChallengeView
from graph_explorer.ui.session import Session


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "place", lambda: tmp_path / "progress.json")


@pytest.fixture
def session(session: Session) -> Session:
    session.show(parse("a = w*x\nL = (a - y)**2", {"x": 2.0, "y": 1.0}, {"w": 3.0}, title="Square"))
    return session


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> ChallengeView:
    made = ChallengeView(session)
    qtbot.addWidget(made)
    made.resize(420, 500)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is announced to a screen reader."""
    heard: list[str] = []

    def announced(event: object) -> None:
        if hasattr(event, "message"):
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", announced)
    return heard


def begin(session: Session, qtbot: QtBot, **choice: object) -> None:
    acts.choose(session, **choice)
    acts.new_round(session)
    qtbot.waitUntil(lambda: session.state.challenge.page == "question")


def test_the_graph_beside_tells_nothing_and_then_the_step(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    question, trace = session.state.challenge.round.question, session.state.trace
    assert question is not None
    assert trace is not None
    page = view.question
    assert page.graph.text() == "Look at the &graph"
    qtbot.mouseClick(page.graph, Qt.MouseButton.LeftButton)
    assert session.state.views == ("graph", "challenge")
    assert session.state.selection == question.node
    assert not trace.has_value(question.node, session.state.time), "its value is what is asked about"
    acts.give_answer(session, repr(question.answer))
    assert page.graph.text() == "Show the &step"
    qtbot.mouseClick(page.graph, Qt.MouseButton.LeftButton)
    event = session.state.event
    assert event is not None
    assert event.node.id == question.node
    assert session.state.time > trace.forward_length
    assert session.state.selection == "", "everything follows the step"


def test_beside_the_graph_every_question_moves_it(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    session.change(views=("graph", "challenge"))
    begin(session, qtbot, kind="local derivative", count=3)
    for at, question in enumerate(session.state.challenge.round.questions):
        acts.go_to(session, at)
        assert session.state.selection == question.node


def test_an_exam_shows_no_step_before_its_end(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="contribution", count=2, exam=True)
    acts.give_answer(session, "1")
    acts.show_graph(session)
    trace = session.state.trace
    assert trace is not None
    assert session.state.time <= trace.forward_length


def test_another_run_has_no_step_of_an_old_question(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    session.set_value("w", 5.0)
    acts.give_answer(session, "1")
    assert not view.question.graph.isVisibleTo(view.question)


def test_return_answers_and_goes_on_in_options_too(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    begin(session, qtbot, kind="concept", count=2)
    question = session.state.challenge.round.question
    assert question is not None
    area = view.question.answer
    right = next(button for button in area.buttons if button.property("answer") == question.answer)
    right.setFocus()
    qtbot.keyClick(right, Qt.Key.Key_Space)
    qtbot.keyClick(right, Qt.Key.Key_Return)
    assert session.state.challenge.round.attempt.first is True
    assert QApplication.focusWidget() is view.question.next, "the options are closed: the keyboard goes on"
    qtbot.keyClick(view.question.next, Qt.Key.Key_Return)
    assert session.state.challenge.round.at == 1


def test_what_was_answered_stands_there_again(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="contribution", count=2)
    acts.give_answer(session, "12345")
    acts.go_to(session, 1)
    assert view.question.answer.line.text() == ""
    acts.go_to(session, 0)
    assert view.question.answer.line.text() == "12345"


def test_every_verdict_is_announced_once(
    view: ChallengeView, session: Session, qtbot: QtBot, told: list[str]
) -> None:
    begin(session, qtbot, kind="contribution", count=1)
    question = session.state.challenge.round.question
    assert question is not None
    told.clear()
    acts.give_answer(session, "12345")
    assert told == [judge(question, 12345.0).says]
    acts.show_hint(session)
    assert told[-1] == question.hints[0]
    acts.give_answer(session, repr(question.answer))
    assert told[-1] == "Right."


def test_nothing_is_cut_where_the_view_is_narrow(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    view.resize(340, 500)
    begin(session, qtbot, kind="contribution", count=1)
    acts.give_answer(session, "12345")
    QApplication.processEvents()
    page = view.question
    shown = page.area.viewport().width()
    for widget in (page.check, page.hint, page.reveal, page.next, page.said, page.asked):
        right = widget.mapTo(page.area.viewport(), widget.rect().topRight()).x()
        assert right <= shown, widget.objectName()


def test_long_options_wrap(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    view.resize(340, 600)
    long = "It is a small constant times as much, whatever the number of parameters & whatever else"
    question = Question(
        kind="concept", level="beginner", concept="chain rule", text="How much?", answer=long, form="choice",
        options=(long, "1"), explanation="So.", hints=("Think.",),
    )  # fmt: skip
    shown = dataclasses.replace(session.state.challenge, round=rounds.begin((question,)), page="question")
    session.change(challenge=shown)
    QApplication.processEvents()
    first, second = view.question.answer.buttons
    assert first.height() > 1.5 * second.height()
    assert first.text().replace("\n", " ") == long.replace("&", "&&")
    assert first.mapTo(view, first.rect().topRight()).x() <= view.width()
    first.click()
    acts.give_answer(session, view.question.answer.text)
    assert session.state.challenge.round.attempt.first is True


def test_what_is_asked_is_the_last_line(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    begin(session, qtbot, kind="what it prints", count=1)
    question = session.state.challenge.round.question
    assert question is not None
    given, asked = parts_of(question)
    assert asked.endswith("?")
    assert question.program not in given + asked
    assert (view.question.given.text(), view.question.asked.text()) == (given, asked)


# ── the blank graph ───────────────────────────────────────────────────────────────────────────


def test_a_node_or_a_group_on_the_graph_leads_to_its_field(
    view: ChallengeView, session: Session, qtbot: QtBot
) -> None:
    session.show(open_document(resolve("rnn")))
    acts.begin_blank(session)
    filled = session.state.challenge.filled
    assert filled is not None
    name = filled.blank.fields[2].name
    session.select(name)
    assert QApplication.focusWidget() is view.blank.lines[filled.blank.fields[2]].edit
    session.select("t=1")
    focused = next(field for field, line in view.blank.lines.items() if line.edit.hasFocus())
    assert focused.name.startswith("t=1/")


def test_a_large_network_asks_only_for_what_can_be_worked_out(view: ChallengeView, session: Session) -> None:
    session.show(open_document(resolve("cnn")))
    acts.begin_blank(session)
    filled = session.state.challenge.filled
    assert filled is not None
    trace = filled.trace
    assert filled.blank.fields
    assert all(trace.gradient(field.name).size <= 16 for field in filled.blank.fields)
    for field in filled.blank.fields:
        acts.fill(session, field, repr(filled.blank.answer(field)))
    assert session.state.time == trace.length


def test_numbers_that_are_none_can_be_filled_in(view: ChallengeView, session: Session) -> None:
    session.show(parse("a = 1/x\nL = a*w", {"x": 0.0}, {"w": 2.0}))
    acts.begin_blank(session)
    filled = session.state.challenge.filled
    assert filled is not None
    for field in filled.blank.fields:
        acts.fill(session, field, repr(filled.blank.answer(field)))
    now = session.state.challenge.filled
    assert now is not None
    assert now.present is None


def test_where_there_is_nothing_to_fill_in_it_is_said(view: ChallengeView, session: Session) -> None:
    session.show(parse("y = 3.0"))
    acts.begin_blank(session)
    assert session.state.challenge.page == "home"
    assert "no gradient" in session.state.message


# ── the ground below paths ────────────────────────────────────────────────────────────────────


def test_the_surface_is_drawn_below_the_paths(view: ChallengeView, session: Session, qtbot: QtBot) -> None:
    session.show(open_document(resolve("rosenbrock")))
    begin(session, qtbot, kind="which optimizer", count=1)
    qtbot.waitUntil(lambda: view.question.figure.ground is not None)


def test_bands_follow_the_values() -> None:
    values = np.add.outer(np.arange(5.0), np.zeros(7))
    bands = bands_of(values, 70, 50)
    assert bands.shape == (50, 70)
    assert bands[0, 0] == 0
    assert bands[-1, 0] == BANDS - 1
    assert (np.diff(bands[:, 0]) >= 0).all()
    image = ground_image(values, 70, 50, QColor("white"), QColor("black"))
    assert image.pixelColor(35, 49).lightness() > image.pixelColor(35, 0).lightness(), "low is at the bottom"


def test_a_surface_with_holes_and_a_flat_one_have_bands() -> None:
    holes = np.array([[1.0, np.nan], [np.inf, 2.0]])
    assert bands_of(holes, 8, 8).shape == (8, 8)
    assert (bands_of(np.ones((3, 3)), 8, 8) == bands_of(np.ones((3, 3)), 8, 8)[0, 0]).all()
