"""Sweeping for a session: runs are made by processes beside the window, and come in one by one.

The one rule: a run that was made is not made again: after Cancel, or with more values, only what is
missing is computed.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.formats.variants import variant
from graph_explorer.lab.fingerprint import fingerprint
from graph_explorer.lab.places import Place, Processes
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.sweep import Trial, Tried, sweep
from graph_explorer.lab.training import read_training
from graph_explorer.lab.training_path import begun
from graph_explorer.lab.variation import combinations, read_varied
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.training.sweep.state import Sweep

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

#: The key of the job, and milliseconds between two looks at what has come in.
JOB, INTERVAL = "sweep", 100
#: More runs than these are for the command line, which keeps them in a file.
MOST = 2000

Run = Tried[Document]


class Sweeper:
    """Starts and cancels sweeps, and hands runs over to the training view."""

    def __init__(self, session: Session, place: Place | None = None) -> None:
        self.session = session
        self.place: Place = place or Processes()
        self._known: dict[str, Run] = {}
        self._come: deque[tuple[int, Run]] = deque()
        self._asked: tuple[tuple[str, Trial[Document]], ...] = ()
        self._clock = QTimer(session)
        self._clock.setInterval(INTERVAL)
        self._clock.timeout.connect(self._take_in)

    @property
    def state(self) -> Sweep:
        return self.session.state.sweep

    def _change(self, **parts: Any) -> None:
        self.session.change(sweep=dataclasses.replace(self.state, **parts))

    # ── what is varied ────────────────────────────────────────────────────────────────────────

    def vary(self, place: int, name: str, values: str) -> None:
        """Another name or other values in a line."""
        lines = list(self.state.varied)
        if (name, values) == lines[place]:
            return
        lines[place] = (name, values)
        self._change(varied=tuple(lines))

    def add_line(self) -> None:
        """Room for one more name."""
        self._change(varied=(*self.state.varied, ("", "")))

    def set_epochs(self, epochs: int | None) -> None:
        """How many epochs each run takes; None for as many as the document says."""
        if epochs != self.state.epochs:
            self._change(epochs=epochs)

    def trials(self) -> tuple[Trial[Document], ...]:
        """The runs that the lines ask for; `InputError` where they ask for what cannot be."""
        document = self.session.trainer.own_document()
        assert document is not None
        if not self.state.texts:
            raise InputError("nothing is varied yet; choose a name and give it values")
        if self.state.epochs is not None:
            document = document.with_training({**document.training, "epochs": self.state.epochs})
        read_training(document.training)
        settings = list(combinations([read_varied(text) for text in self.state.texts]))
        if len(settings) > MOST:
            raise InputError(
                f"that makes {len(settings):,} runs, and here go {MOST:,}; take fewer values, or sweep in a "
                "shell with --keep"
            )
        made = [(each, variant(document, each)) for each in settings]
        return tuple(Trial(each, changed, changed.training) for each, changed in made)

    # ── running ───────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Makes the runs that are missing."""
        if self.state.running:
            return
        try:
            trials = self.trials()
        except InputError as error:
            self.session.say(error.message)
            return
        document = self.session.latest
        self._asked = tuple((_key(trial), trial) for trial in trials)
        missing = [(place, trial) for place, (key, trial) in enumerate(self._asked) if key not in self._known]
        self._come.clear()
        self.session.change(message="")
        self._change(
            trials=trials, tried=self._there(), running=bool(missing), title=document.name, chosen=-1
        )
        if not missing:
            return
        come, place = self._come, self.place

        def work(checkpoint: Callable[[float], None]) -> None:
            places = [at for at, _ in missing]
            sweep(
                [trial for _, trial in missing], place=place, checkpoint=checkpoint,
                told=lambda number, run: come.append((places[number], run)),
            )  # fmt: skip

        self._clock.start()
        self.session.jobs.start(
            JOB, f"Sweeping {len(missing)} runs", work, lambda _: self._ended(), self._failed,
            stopped=self._ended,
        )  # fmt: skip

    def cancel(self) -> None:
        """Ends the sweep under way; the runs that are done stay."""
        self.session.jobs.cancel(JOB)
        self._ended()

    def clear(self) -> None:
        """Forgets everything: another document is there."""
        self.session.jobs.cancel(JOB)
        self._clock.stop()
        self._known, self._asked = {}, ()
        self._come.clear()

    def _take_in(self) -> None:
        if not self._come:
            return
        while self._come:
            place, run = self._come.popleft()
            self._known[self._asked[place][0]] = run
        chosen = self._chosen_run()
        there = self._there()
        at = next((k for k, each in enumerate(there) if each is chosen), -1)
        self._change(tried=there, chosen=at)

    def _there(self) -> tuple[Run, ...]:
        """The runs that are done, with the settings under which they were asked for."""
        found = []
        for key, trial in self._asked:
            known = self._known.get(key)
            if known is not None:
                same = known.trial.settings == trial.settings
                found.append(known if same else dataclasses.replace(known, trial=trial))
        return tuple(found)

    def _ended(self) -> None:
        self._clock.stop()
        self._take_in()
        if self.state.running:
            self._change(running=False)

    def _failed(self, error: InputError) -> None:
        self._ended()
        self.session.say(str(error))

    # ── one run ───────────────────────────────────────────────────────────────────────────────

    def choose(self, place: int) -> None:
        """Points at a run by its place among those that are done."""
        if place != self.state.chosen:
            self._change(chosen=place)

    def _chosen_run(self) -> Run | None:
        sweep = self.state
        return sweep.tried[sweep.chosen] if 0 <= sweep.chosen < len(sweep.tried) else None

    def take(self, place: int) -> None:
        """Puts a run among those of the training view, where its curves are seen and it can be replayed."""
        if not 0 <= place < len(self.state.tried):
            return
        tried, training = self.state.tried[place], self.session.state.training
        said = ", ".join(f"{name} {value}" for name, value in tried.trial.settings.items())
        there = next((run for run in training.runs if run.here is tried.standing), None)
        if there is None:
            document = tried.trial.network
            start = Standing(begun(document).points[0])
            here = tried.standing
            there = TrainingRun(
                training.free_number(), training.free_colour(), said, dict(tried.trial.table),
                read_training(tried.trial.table), document, (start, here), here, here.parameters, here.losses,
                tried.epochs, tried.epochs[-1].outcome, steps_of_epoch=tried.epochs[0].step,
            )  # fmt: skip
            training = training.with_parts(runs=(*training.runs, there))
        shown = training.shown | {there.number}
        self.session.change(
            training=training.with_parts(selected=there.number, at=None, shown=shown),
            notice=f"The run with {said} is among the runs now: see Curves.",
        )


def _key(trial: Trial[Document]) -> str:
    """What the result of a trial depends on."""
    network = trial.network
    values = {name: e.array for name, e in {**network.inputs, **network.parameters}.items()}
    return fingerprint(network.program, network.output, dict(trial.table), values, str(network.path))
