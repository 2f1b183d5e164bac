"""The commands of the menu *Challenge*: what they ask a person before they act.

The one rule: a command brings the view to the front, asks for files and names, and leaves the rest to
`acts`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.sets import SUFFIX, ChallengeSet, Part, Result, result_from, write_set
from graph_explorer.ui.challenge import acts
from graph_explorer.ui.challenge.results import ClassResults
from graph_explorer.ui.challenge.sheet import save_sheet
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.ask import Sure, WhatName, WhereTo, WhichFile, WhichFiles

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window

_SETS, _PDF, _JSON = f"Challenge sets (*{SUFFIX})", "PDF (*.pdf)", "JSON (*.json)"


def _in_front(act: Callable[[Session], None]) -> Callable[[Window], None]:
    def command(window: Window) -> None:
        if "challenge" not in window.session.state.views:
            window.session.change(views=("challenge",))
        act(window.session)

    return command


start, daily = _in_front(acts.new_round), _in_front(acts.daily)


def blank(window: Window) -> None:
    """The form beside the graph that it is about."""
    window.session.change(views=("graph", "challenge"))
    acts.begin_blank(window.session)


def open_set(window: Window) -> None:
    path = WhichFile.ask(window, window.settings.folder, (_SETS,))
    if path is not None:
        window.session.change(views=("challenge",))
        acts.open_set(window.session, path)


def save_set(window: Window) -> None:
    """A set with the document's name, the chosen kind and level, and the seed of the present round."""
    session = window.session
    document, challenge = session.state.document, session.state.challenge
    assert document is not None
    assert document.path is not None
    name = acts.link_of(document) or document.path.name
    path = WhereTo.ask(window, "Save as a set", window.settings.folder / f"challenge{SUFFIX}", (_SETS,))
    if path is None:
        return
    choice = challenge.choice
    kinds = (choice.kind,) if choice.kind else ()
    part = Part(name, kinds, choice.level, max(challenge.seed - 1, 0), choice.count)
    made = ChallengeSet(document.name, (part,), choice.minutes, choice.exam)
    try:
        path.write_text(write_set(made), encoding="utf-8")
    except OSError as error:
        session.say(f"{path}: the file cannot be written: {error.strerror}")


def print_questions(window: Window) -> None:
    _print(window, answers=False)


def print_answers(window: Window) -> None:
    _print(window, answers=True)


def _print(window: Window, *, answers: bool) -> None:
    shown, document = window.session.state.challenge.round, window.session.state.document
    title = shown.title or (document.name if document is not None else "Challenge")
    name = "answers.pdf" if answers else "questions.pdf"
    path = WhereTo.ask(window, "Print", window.settings.folder / name, (_PDF,))
    if path is None:
        return
    try:
        save_sheet(shown.questions, title, path, answers=answers)
    except InputError as error:
        window.session.say(str(error))


def save_result(window: Window) -> None:
    learner = WhatName.ask(window, "Save result", "Your name:")
    if not learner:
        return
    path = WhereTo.ask(window, "Save result", window.settings.folder / "result.json", (_JSON,))
    if path is not None:
        acts.export_result(window.session, path, learner)


def read_results(window: Window) -> None:
    """Many results as one table; a file that is none is named, and the others are shown."""
    results: list[Result] = []
    for path in WhichFiles.ask(window, "Results of a class", window.settings.folder, (_JSON,)):
        try:
            results.append(result_from(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, InputError) as error:
            window.session.say(f"{path}: {error.message if isinstance(error, InputError) else error}")
    if results:
        ClassResults(results, window).open()


def export_progress(window: Window) -> None:
    path = WhereTo.ask(window, "Export progress", window.settings.folder / "progress.json", (_JSON,))
    if path is not None:
        acts.export_progress(window.session, path)


def reset_progress(window: Window) -> None:
    if Sure.ask(window, "Forget all progress", "Everything that you have practised is forgotten. Go on?"):
        acts.reset_progress(window.session)
