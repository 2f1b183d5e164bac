"""Challenges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Act, Action

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.window import Window


def _asks(name: str) -> Act:
    """An act of the challenge view, which comes to the front."""

    def act(window: Window) -> None:
        from graph_explorer.ui.challenge import commands  # loaded with the view

        getattr(commands, name)(window)

    return act


def _on_disk(session: Session) -> bool:
    """The document has a file, so that others can name it."""
    return (
        when.whole(session) and session.state.document is not None and session.state.document.path is not None
    )


def _in_round(session: Session) -> bool:
    return bool(session.state.challenge.round.questions)


CHALLENGE = (
    Action(id="challenge.start", text="New round", hint="Questions made from this document", menu="Challenge",
           keys=("Ctrl+Shift+F3",), enabled=when.whole, act=_asks("start")),
    Action(id="challenge.daily", text="Challenge of the day", hint="Five questions, for everyone the same",
           menu="Challenge", enabled=when.whole, act=_asks("daily")),
    Action(id="challenge.blank", text="Blank graph", hint="Fill in the whole backward pass yourself",
           menu="Challenge", enabled=when.whole, act=_asks("blank")),
    Action(id="challenge.open", text="Open a set …", hint="Questions that a teacher has chosen",
           menu="Challenge", section=1, act=_asks("open_set")),
    Action(id="challenge.save_set", text="Save as a set …", hint="A file that asks such questions again",
           menu="Challenge", section=1, enabled=_on_disk, act=_asks("save_set")),
    Action(id="challenge.print", text="Print questions …", hint="A PDF of this round with room for answers",
           menu="Challenge", section=1, enabled=_in_round, act=_asks("print_questions")),
    Action(id="challenge.answers", text="Print answers …", hint="A PDF of this round with its answers",
           menu="Challenge", section=1, enabled=_in_round, act=_asks("print_answers")),
    Action(id="challenge.result", text="Save result …", hint="What was answered in this round, for a teacher",
           menu="Challenge", section=2, enabled=_in_round, act=_asks("save_result")),
    Action(id="challenge.results", text="Results of a class …", hint="Many saved results as one table",
           menu="Challenge", section=2, act=_asks("read_results")),
    Action(id="challenge.export", text="Export progress …", hint="A copy of what you have practised",
           menu="Challenge", section=3, act=_asks("export_progress")),
    Action(id="challenge.reset", text="Forget all progress …", hint="Begin anew", menu="Challenge", section=3,
           act=_asks("reset_progress")),
)  # fmt: skip
