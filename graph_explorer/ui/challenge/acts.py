"""What a learner can do in the challenge view.

The one rule: each act replaces the challenge in the session's state once; an answer at the first try goes
into the progress, and the progress into its file.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.trace import Trace
from graph_explorer.quiz import round as rounds
from graph_explorer.quiz.asking import ask, ask_for
from graph_explorer.quiz.blank import Blank, Field
from graph_explorer.quiz.entered import number
from graph_explorer.quiz.moments import Moments, moments
from graph_explorer.quiz.progress import Progress, answered, daily_seed, to_record
from graph_explorer.quiz.question import Question
from graph_explorer.quiz.round import Round
from graph_explorer.quiz.sets import ChallengeSet, Result, read_set, result_record
from graph_explorer.quiz.source import Source
from graph_explorer.ui.challenge import keeping
from graph_explorer.ui.challenge.state import Choice, Filled
from graph_explorer.ui.session import Session

_MAKING = "Making questions"


def _put(session: Session, **parts: object) -> None:
    session.change(challenge=dataclasses.replace(session.state.challenge, **parts))  # type: ignore[arg-type]


def today() -> datetime.date:
    return datetime.date.today()


# ── rounds ────────────────────────────────────────────────────────────────────────────────────


def choose(session: Session, **parts: object) -> None:
    """Changes how the next round is made."""
    choice = dataclasses.replace(session.state.challenge.choice, **parts)  # type: ignore[arg-type]
    _put(session, choice=choice)


def new_round(session: Session) -> None:
    """Questions on the document as it stands; another round each time."""
    challenge, state = session.state.challenge, session.state
    if state.document is None or state.trace is None:
        return
    work = partial(_made, state.document, state.trace, challenge.choice, challenge.progress, challenge.seed)
    _put(session, seed=challenge.seed + 1)
    _begin_when_made(session, work, challenge.choice, "", asked_of=state.trace)


def daily(session: Session) -> None:
    """The challenge of the day on this document: the same for everyone who opens it."""
    state = session.state
    if state.document is None or state.trace is None:
        return
    choice = Choice(count=5)
    source = Source(state.document, state.trace, link_of(state.document))
    seed = daily_seed(today())
    _begin_when_made(
        session,
        lambda: ask(source, seed, choice.count),
        choice,
        f"Challenge of {today():%d %B %Y}",
        asked_of=state.trace,
    )


def open_set(session: Session, path: Path) -> None:
    """A teacher's challenge set; what is wrong with it is said in the message bar."""
    try:
        found = read_set(path)
    except InputError as error:
        session.say(str(error))
        return
    _begin_when_made(
        session, found.questions, Choice(exam=found.exam, minutes=found.minutes), found.title, _title(found)
    )


def _title(found: ChallengeSet) -> str:
    return found.title or "Challenge"


def _made(
    document: Document, trace: Trace, choice: Choice, progress: Progress, seed: int
) -> tuple[Question, ...]:
    source = Source(document, trace, link_of(document))
    kinds = (choice.kind,) if choice.kind else ()
    if choice.level:
        return ask(source, seed, choice.count, choice.level, kinds)
    return ask_for(source, progress, today(), seed, choice.count, kinds)


def link_of(document: Document) -> str:
    """The name of the example that the document is, "" for one of a person's own."""
    from graph_explorer.formats.examples import examples  # reads the folder: not before it is needed

    return next((each.name for each in examples() if each.path == document.path), "")


def _begin_when_made(
    session: Session,
    work: Callable[[], tuple[Question, ...]],
    choice: Choice,
    title: str,
    from_set: str = "",
    asked_of: Trace | None = None,
) -> None:
    def done(questions: tuple[Question, ...]) -> None:
        if not questions:
            session.say("This document offers no question of that kind and level; choose others.")
            return
        begun = rounds.begin(questions, exam=choice.exam, minutes=choice.minutes, title=title)
        _put(
            session,
            round=begun,
            filled=None,
            started=time.monotonic(),
            from_set=from_set,
            asked_of=asked_of,
            page="question",
        )
        _look(session)

    session.jobs.start(
        "challenge", _MAKING, lambda checkpoint: work(), done, lambda error: session.say(str(error))
    )


def _change_round(session: Session, change: Callable[[Round], Round]) -> None:
    before = session.state.challenge.round
    now = change(before)
    if now is not before:
        _put(session, round=now)


def give_answer(session: Session, typed: str) -> None:
    """Judges what was typed; the first try counts for the progress."""
    before = session.state.challenge.round
    now = rounds.answer(before, typed)
    if now is before:
        return
    _put(session, round=now)
    question = now.question
    if question is not None and now.attempt.tries == 1 and before.attempt.tries == 0:
        _learnt(session, question, now.attempt.first is True)


def show_hint(session: Session) -> None:
    """One hint more."""
    _change_round(session, rounds.hint)


def show_answer(session: Session) -> None:
    """Gives up: the answer is shown, and counts as not known."""
    now = session.state.challenge.round
    if now.question is not None and now.open and not now.exam and now.attempt.tries == 0:
        _learnt(session, now.question, False)
    _change_round(session, rounds.give_up)


def go_to(session: Session, at: int) -> None:
    """Another question; beyond the last one the round ends."""
    now = session.state.challenge.round
    if at >= len(now.questions):
        end(session)
    else:
        _put(session, round=rounds.go_to(now, at), page="question")
        _look(session)


def end(session: Session) -> None:
    """The round is over; its result is shown."""
    _put(session, round=rounds.end(session.state.challenge.round), page="home")


def leave(session: Session) -> None:
    """Back to where a round is chosen; a round that is over keeps its result."""
    now = session.state.challenge.round
    _put(session, round=now if now.ended else Round(), filled=None, page="home")


# ── the graph beside a question ───────────────────────────────────────────────────────────────


def moments_now(session: Session) -> Moments | None:
    """Where the present question stands in the run that is shown; None where it is about another one."""
    challenge, trace = session.state.challenge, session.state.trace
    question = challenge.round.question
    if question is None or trace is None or trace is not challenge.asked_of:
        return None
    return moments(trace, question)


def _look(session: Session) -> None:
    """The graph beside the question goes to its node, at a time that does not tell the answer."""
    found, shown = moments_now(session), session.state.challenge.round
    if found is None or "graph" not in session.state.views:
        return
    _go(session, found, shown)


def _go(session: Session, found: Moments, now: Round) -> None:
    """To the node before the answer is known, while it may not be seen; then to the step that answers."""
    hidden = now.open or not now.shows_verdict
    session.seek(found.open if hidden else found.answered)
    session.select(found.node if hidden else "")


def show_graph(session: Session) -> None:
    """Puts the graph beside the question: at its node while it is open, at its step when it is answered."""
    found, now = moments_now(session), session.state.challenge.round
    if found is None:
        return
    session.change(views=("graph", "challenge"))
    _go(session, found, now)


# ── the blank graph ───────────────────────────────────────────────────────────────────────────


def begin_blank(session: Session) -> None:
    """The backward pass of the document as a form; the graph shows what has been filled in rightly."""
    state = session.state
    if state.trace is None or state.trace.failure is not None:
        session.say("The backward pass did not run, so there is nothing to be filled in.")
        return
    blank = Blank(state.trace)
    if not blank.fields:
        session.say("There is no gradient here that could be filled in by hand; take a smaller document.")
        return
    _put(session, filled=Filled(blank), round=Round(), from_set="", page="blank")
    session.seek(state.trace.forward_length)
    session.select(state.trace.graph.node(blank.fields[0].name).id)


def fill(session: Session, field: Field, typed: str) -> None:
    """Judges one field, and shows on the graph what is known by then."""
    filled = session.state.challenge.filled
    if filled is None:
        return
    try:
        given = number(typed)
    except InputError as error:
        session.say(error.message)
        return
    verdict = filled.blank.judge(field, given, filled.own)
    now = dataclasses.replace(
        filled,
        typed=MappingProxyType({**filled.typed, field: typed}),
        own=MappingProxyType({**filled.own, field: given}),
        verdicts=MappingProxyType({**filled.verdicts, field: verdict}),
    )
    _put(session, filled=now)
    _reveal(session, now)


def hint_field(session: Session, field: Field) -> None:
    """One hint more for a field."""
    filled = session.state.challenge.filled
    if filled is None:
        return
    count = min(filled.hints.get(field, 0) + 1, len(filled.blank.hints(field)))
    _put(session, filled=dataclasses.replace(filled, hints=MappingProxyType({**filled.hints, field: count})))


def _reveal(session: Session, filled: Filled) -> None:
    """The graph goes on to the time at which all gradients before the first open field are complete."""
    trace, present = filled.trace, filled.present
    if session.state.trace is not trace:
        return
    if present is None:
        session.seek(trace.length)
        return
    terms = trace.terms(present.name)
    done = filled.blank.fields.index(present) > 0
    if terms:
        session.seek(trace.time_of(terms[0]))
    elif done:
        session.seek(trace.forward_length + 1)
    session.select(trace.graph.node(present.name).id)


# ── progress ──────────────────────────────────────────────────────────────────────────────────


def _learnt(session: Session, question: Question, right: bool) -> None:
    progress = answered(session.state.challenge.progress, question, right, today())
    _put(session, progress=progress)
    _keep(session, progress)


def _keep(session: Session, progress: Progress) -> None:
    try:
        keeping.save(progress, keeping.place())
    except InputError as error:
        session.say(str(error))


def load_progress(session: Session) -> None:
    """Takes up what was practised before on this machine."""
    progress, said = keeping.load_or_set_aside(keeping.place())
    _put(session, progress=progress)
    if said:
        session.say(said)


def reset_progress(session: Session) -> None:
    """Forgets all practice."""
    _put(session, progress=Progress())
    _keep(session, Progress())


def export_progress(session: Session, path: Path) -> None:
    """Writes the progress to a file of one's own."""
    _write(session, path, json.dumps(to_record(session.state.challenge.progress), indent=1))


def export_result(session: Session, path: Path, learner: str) -> None:
    """Writes what was answered in this round, for a teacher."""
    now = session.state.challenge.round
    answers = tuple(
        (question.kind, attempt.typed, attempt.first is True)
        for question, attempt in zip(now.questions, now.attempts, strict=True)
    )
    result = Result(learner, session.state.challenge.from_set or now.title, answers)
    _write(session, path, json.dumps(result_record(result), indent=1, ensure_ascii=False))


def _write(session: Session, path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        session.say(f"{path}: the file cannot be written: {error.strerror}")


def open_example(session: Session, question: Question) -> None:
    """Opens the example in which the question's answer can be seen, at its node if it has one."""
    from graph_explorer.formats.examples import resolve

    document = session.state.document
    if document is None or link_of(document) != question.link:
        if document is not None and session.state.modified:
            session.say("This document has changes; save or undo them, then open the example.")
            return
        if not session.open(resolve(question.link)):
            return
    session.change(views=("graph", "challenge"))
    state = session.state
    if state.document is not None and question.node and question.node in state.document.graph:
        session.select(state.document.graph.node(question.node).id)
