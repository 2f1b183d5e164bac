"""Changing the optimizer of a document's training.

The one rule: a text is checked by the table of methods before it becomes part of the document; what is
wrong is the table's own sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.hyperparameters import Value
from graph_explorer.lab.optimizers import METHODS, MethodSettings
from graph_explorer.lab.training import read_training
from graph_explorer.ui.race.edit import with_setting
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.table import with_optimizer


def change_optimizer(session: Session, change: Callable[[MethodSettings], str], merge: str = "") -> None:
    """Gives the document the optimizer whose text `change` makes of the present one."""
    table = session.latest.training
    try:
        text = change(read_training(table).optimizer)
    except InputError as error:
        session.say(str(error))
        return
    session.trainer.set_up(with_optimizer(table, text), "Change the optimizer", merge)


def set_rate(session: Session, value: Value, gesture: str) -> None:
    """Another learning rate; the moves of one gesture are undone together."""
    change_optimizer(session, lambda settings: with_setting(settings, "lr", value), f"rate {gesture}")


def choose_method(session: Session, name: str) -> None:
    """Another method with its own defaults; schedule and clipping stay."""
    change_optimizer(session, partial(_with_method, name))


def _with_method(name: str, settings: MethodSettings) -> str:
    method = METHODS[name]
    kept = {key: value for key, value in settings.given.items() if key in _SHARED and key in method.table}
    given = {"lr": method.table["lr"].default, **kept}
    return str(MethodSettings(method, given, settings.schedule))


_SHARED = ("clip_norm", "clip_value", "noise", "weight_decay")
