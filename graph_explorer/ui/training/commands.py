"""The commands of the menu *Training*: what they ask a person before they act.

The one rule: a command brings the view to the front where it shows what happens, asks for files, and
leaves the rest to the runner.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.standing import load_standing, save_standing
from graph_explorer.ui.training.export import TITLES, save_runs
from graph_explorer.ui.widgets.ask import WhereTo, WhichFile

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.training.runner import TrainingRunner
    from graph_explorer.ui.window import Window

_CHECKPOINTS = ("Checkpoints (*.npz)",)


def _in_front(act: Callable[[TrainingRunner], None]) -> Callable[[Window], None]:
    """A command of the runner with the view in sight; the graph stays beside it."""

    def command(window: Window) -> None:
        shown = window.session.state.views
        if "training" not in shown:
            window.session.change(views=("graph", "training") if len(shown) > 1 else ("training",))
        act(window.session.trainer)

    return command


toggle = _in_front(lambda trainer: trainer.toggle())
step = _in_front(lambda trainer: trainer.step())
epoch = _in_front(lambda trainer: trainer.epoch())
rewind = _in_front(lambda trainer: trainer.rewind())
begin = _in_front(lambda trainer: trainer.begin())


def remove(window: Window) -> None:
    window.session.trainer.remove(window.session.state.training.selected)


def show(window: Window) -> None:
    """The selected run is drawn, or no longer."""
    training = window.session.state.training
    window.session.trainer.show(training.selected, training.selected not in training.shown)


def open_step(window: Window) -> None:
    """The next step of the selected run as the document, beside the training."""
    shown = window.session.state.views
    if "graph" not in shown:
        window.session.change(views=("graph", *shown[:1]))
    window.session.trainer.open_step()


def take_over(window: Window) -> None:
    window.session.trainer.take_over()


def close_step(window: Window) -> None:
    window.session.trainer.close_step()


# ── files ─────────────────────────────────────────────────────────────────────────────────────


def _ask(window: Window, title: str, name: str, filters: tuple[str, ...]) -> Path | None:
    return WhereTo.ask(window, title, window.settings.folder / name, filters)


def export(window: Window) -> None:
    """Every epoch of every run into a file."""
    filters = tuple(f"{title} (*{suffix})" for suffix, title in TITLES.items())
    path = _ask(window, "Export runs", "runs.csv", filters)
    if path is not None:
        _said(window.session, lambda: save_runs(path, window.session.state.training.runs))


def save_checkpoint(window: Window) -> None:
    """Where the selected run stands, or stood after the epoch that is looked at."""
    training = window.session.state.training
    run = training.run
    path = None if run is None else _ask(window, "Save checkpoint", "checkpoint.npz", _CHECKPOINTS)
    if run is None or path is None:
        return
    kept = run.standing(training.at) if training.at is not None else run.here
    _said(window.session, lambda: save_standing(kept or run.here, path))


def load_checkpoint(window: Window) -> None:
    """A run that begins where a file stands."""
    path = WhichFile.ask(window, window.settings.folder, _CHECKPOINTS)
    if path is None:
        return
    session = window.session

    def begin_there() -> None:
        session.trainer.begin_from(load_standing(path), path.name)

    _said(session, begin_there)


def _said(session: Session, act: Callable[[], None]) -> None:
    """Does it; what is wrong is said in the message bar."""
    try:
        act()
    except InputError as error:
        session.say(str(error))
