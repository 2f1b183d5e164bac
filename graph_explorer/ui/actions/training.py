"""Training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions.action import Act, Action

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.window import Window


def _trains(name: str) -> Act:
    """An act of the training view."""

    def act(window: Window) -> None:
        from graph_explorer.ui.training import commands  # loaded with the view

        getattr(commands, name)(window)

    return act


def _trainable(session: Session) -> bool:
    document = session.state.document
    return document is not None and "data" in document.training


def _has_run(session: Session) -> bool:
    return session.state.training.run is not None


def _resting(session: Session) -> bool:
    """There is a run, and none is under way."""
    return _has_run(session) and not session.state.training.running


def _step_open(session: Session) -> bool:
    return session.state.own is not session.state.document


TRAINING = (
    Action(id="training.run", text="Run", hint="Go on training from what is looked at, or pause",
           menu="Training", icon="play", keys=("Ctrl+F5",), enabled=_trainable,
           checked=lambda w: w.session.state.training.running, act=_trains("toggle")),
    Action(id="training.step", text="Step", hint="One update, on the next mini-batch", menu="Training",
           icon="step", keys=("Ctrl+F6",), enabled=_trainable, act=_trains("step")),
    Action(id="training.epoch", text="Epoch", hint="Train as far as the end of the epoch", menu="Training",
           icon="last", keys=("Ctrl+Shift+F6",), enabled=_trainable, act=_trains("epoch")),
    Action(id="training.rewind", text="Rewind", hint="Back to where the selected run began", menu="Training",
           icon="first", keys=("Ctrl+Shift+F5",), enabled=_has_run, act=_trains("rewind")),
    Action(id="training.begin", text="New run", hint="Begin with the parameters that the document has",
           menu="Training", enabled=_trainable, act=_trains("begin")),
    Action(id="training.open_step", text="Open the next step", menu="Training", section=1,
           hint="The graph shows the run of the step that comes next, on its mini-batch", keys=("Ctrl+F9",),
           enabled=_resting, act=_trains("open_step")),
    Action(id="training.close_step", text="Back to the document", menu="Training", section=1,
           hint="The document's own examples and parameters again", keys=("Ctrl+Shift+F9",),
           enabled=_step_open, act=_trains("close_step")),
    Action(id="training.take_over", text="Take over what was learnt", menu="Training", section=1,
           hint="The parameters that are looked at become those of the document", enabled=_has_run,
           act=_trains("take_over")),
    Action(id="training.show", text="Show the selected run", hint="Draw the curves of the run, or hide them",
           menu="Training", section=2, enabled=_has_run,
           checked=lambda w: w.session.state.training.selected in w.session.state.training.shown,
           act=_trains("show")),
    Action(id="training.remove", text="Remove the selected run", hint="Forget the run with its checkpoints",
           menu="Training", section=2, icon="close", enabled=_has_run, act=_trains("remove")),
    Action(id="training.export", text="Export runs …", hint="Every epoch of every run, as CSV or JSON",
           menu="Training", section=3, enabled=_has_run, act=_trains("export")),
    Action(id="training.save_checkpoint", text="Save checkpoint …", menu="Training", section=3,
           hint="Where the run stands, complete, to go on from there another day", enabled=_resting,
           act=_trains("save_checkpoint")),
    Action(id="training.load_checkpoint", text="Load checkpoint …", menu="Training", section=3,
           hint="A run that goes on where a saved one stood", enabled=_trainable,
           act=_trains("load_checkpoint")),
)  # fmt: skip
