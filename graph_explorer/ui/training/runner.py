"""Running: what the buttons of the training view do to the runs of one session.

The one rule: Run goes on from what is looked at, with the settings that the document shows. Where that
is a run just as it was, the run goes on; with other settings it becomes a run of its own beside it, which
begins anew where nothing can follow: all epochs are done, or it diverged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QTimer

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.course import Course
from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.standing import Standing, check_standing
from graph_explorer.lab.training import Training, read_training
from graph_explorer.ui.training.checkpoints import thinned
from graph_explorer.ui.training.courtesy import Courtesy
from graph_explorer.ui.training.opening import close_step, open_step
from graph_explorer.ui.training.state import NO_TRAINING, Parent, TrainingRun, TrainingState
from graph_explorer.ui.training.wording import run_title
from graph_explorer.ui.training.work import Board, Order, Reached, Until, train

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

#: The key of the job.
JOB = "training"
#: Milliseconds between two looks at what a training has done.
INTERVAL = 40
_OVER = {
    "done": "All {epochs} epochs of this run are done; ask for more, go back, or change a setting.",
    "stopped early": "This run stopped early; go back, or change a setting, to go on from there.",
    "diverged": "This run diverged; go back to an epoch before that and lower the learning rate.",
}


class TrainingRunner:
    """Starts, pauses, rewinds and replays the runs of a session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._board = Board()
        self._running = 0  # the number of the run that the job is for
        self._then: Callable[[], None] | None = None
        self._course: tuple[Document, Training, Course] | None = None
        self._courtesy = Courtesy()
        self._clock = QTimer(session)
        self._clock.setInterval(INTERVAL)
        self._clock.timeout.connect(self._take_in)

    # ── orders ────────────────────────────────────────────────────────────────────────────────

    @property
    def state(self) -> TrainingState:
        return self.session.state.training

    def toggle(self) -> None:
        """Run, or pause."""
        if self.state.running:
            self.pause()
        else:
            self.run()

    def run(self, until: Until = "end") -> None:
        """Goes on from what is looked at: to the end, one epoch or one step."""
        if self.session.jobs.busy(JOB):  # it is being paused, or takes a single step
            self._then = lambda: self.run(until)
            return
        document = self.own_document()
        if document is None:
            return
        try:
            training = read_training(document.training)
        except InputError as error:
            self.session.say(str(document.placed(error)))
            return
        run = self._continued(document, training) or self._begun(document, training)
        if run is not None:
            self._start(run, until)

    def begin(self) -> None:
        """A new run from the document's own parameters, whatever is looked at."""
        self._when_free(self._begin)

    def _begin(self) -> None:
        self.session.change(training=self.state.with_parts(selected=0, at=None))
        self.run()

    def compare(self, *documents: tuple[Document, str]) -> None:
        """Trains documents from their own parameters, one after the other: each is a run under its title."""
        if documents:
            self._when_free(lambda: self._compare(*documents))

    def _compare(self, first: tuple[Document, str], *others: tuple[Document, str]) -> None:
        document, title = first
        try:
            training = read_training(document.training)
        except InputError as error:
            self.session.say(str(document.placed(error)))
            return
        run = self._begun(document, training)
        if run is not None:
            self._start(run.with_parts(title=title), "end")
            self._then = (lambda: self.compare(*others)) if others else None

    def begin_from(self, standing: Standing, title: str) -> None:
        """A run that stands where a checkpoint of this document stood; `InputError` where it does not fit."""
        document = self.own_document()
        if document is None:
            return
        training = read_training(document.training)
        check_standing(standing, {name: each.array for name, each in document.parameters.items()})
        run = self._made(document, training, standing, None, 0)
        run = run.with_parts(title=f"{run.title}, from {title}")
        state = self.state
        self.session.change(
            training=state.with_parts(
                runs=(*state.runs, run), selected=run.number, at=None, shown=state.shown | {run.number}
            )
        )

    def step(self) -> None:
        """One update."""
        self.run("step")

    def epoch(self) -> None:
        """As far as the end of the epoch."""
        self.run("epoch")

    def pause(self) -> None:
        """Ends after the step under way; it goes on from there as if nothing had been."""
        if self.session.jobs.busy(JOB):
            self._board.paused.set()
        self._then = None
        self.session.change(training=self.state.with_parts(running=False))

    def rewind(self, run: int | None = None, epoch: int | None = None) -> None:
        """Looks at an epoch of a run: by default at the start of the selected one. Running pauses."""
        number = self.state.selected if run is None else run
        found = self.state.numbered(number)
        if found is not None:
            if self.state.running:
                self.pause()
            self.look(found.start.epoch if epoch is None else epoch, number)

    def look(self, epoch: int | None, run: int | None = None) -> None:
        """Looks at an epoch, None for the newest; a training goes on meanwhile."""
        number = self.state.selected if run is None else run
        found = self.state.numbered(number)
        if found is None:
            return
        if epoch is not None:
            epoch = min(max(epoch, found.start.epoch), found.reached)
            at_end = epoch == found.reached and not (self.state.running and number == self._running)
            epoch = None if at_end and found.here.epoch == epoch and not found.here.position else epoch
        if (number, epoch) != (self.state.selected, self.state.at):
            self.session.change(training=self.state.with_parts(selected=number, at=epoch))

    # ── what is run ───────────────────────────────────────────────────────────────────────────

    def own_document(self) -> Document | None:
        """The document that is trained: the session's, or the one that an opened step belongs to."""
        if self.session.state.document is None:
            return None
        latest, opened = self.session.latest, self.state.opened
        if opened is not None and opened.is_shown(latest):
            return opened.own.with_training(latest.training)
        return latest

    def _continued(self, document: Document, training: Training) -> TrainingRun | None:
        """The selected run, or one that is replayed from it; None where a new one must begin."""
        run, at = self.state.run, self.state.at
        if run is None or not run.is_of(document):
            return None
        same = dict(run.table) == dict(document.training)
        if same and at is None:
            return run
        start = run.here if at is None else run.standing(at)
        if start is None:  # left out to save memory: from the one before it, the same comes out again
            epoch = run.epoch(at) if at is not None else None
            start = run.standing_before(epoch.step if epoch is not None else 0)
        if same:
            return run.cut(start)
        if start.epoch >= training.epochs or (at is None and run.outcome == "diverged"):
            return None
        return self._made(document, training, start, Parent(run.number, start.step), run.steps_of_epoch)

    def _begun(self, document: Document, training: Training) -> TrainingRun | None:
        initial = {
            name: each.array for name, each in document.parameters.items() if each.array.dtype.kind == "f"
        }
        return self._made(document, training, Standing(initial), None, 0)

    def _made(
        self, document: Document, training: Training, start: Standing, parent: Parent | None, steps: int
    ) -> TrainingRun:
        state = self.state
        return TrainingRun(
            state.free_number(), state.free_colour(), run_title(training), dict(document.training), training,
            document, (start,), start, start.parameters, start.losses, parent=parent, steps_of_epoch=steps,
        )  # fmt: skip

    def _start(self, run: TrainingRun, until: Until) -> None:
        if run.outcome != "running" or run.here.epoch >= run.training.epochs:
            said = _OVER["done" if run.outcome == "running" else run.outcome]
            self.session.say(said.format(epochs=run.training.epochs))
            return
        state = self.state
        new = state.numbered(run.number) is None
        state = state.with_parts(runs=(*state.runs, run)) if new else state.with_run(run)
        self._running, self._board = run.number, Board(seconds=run.seconds)
        board, order = self._board, Order(run.document, run.training, run.here, until, self.known_course(run))
        self.session.change(
            message="",
            training=state.with_parts(
                selected=run.number, at=None, running=True, shown=state.shown | {run.number}
            ),
        )
        self._courtesy.begin()
        self._clock.start()
        self.session.jobs.start(
            JOB,
            "Training",
            lambda checkpoint: train(order, board, checkpoint, self._courtesy.give_way),
            self._ended,
            self._failed,
            quiet=True,
        )

    def course_of(self, run: TrainingRun) -> Course:
        """The course of a run, made where it is not known yet; `InputError`. For the work of a job."""
        return self.known_course(run) or Course(run.document, run.training)

    def known_course(self, run: TrainingRun) -> Course | None:
        """The course made before for this run, or for another one of the same document and settings."""
        if self._course is None:
            return None
        document, training, course = self._course
        return course if document is run.document and training == run.training else None

    # ── what comes back ───────────────────────────────────────────────────────────────────────

    def _take_in(self) -> None:
        """Takes what is new from the board."""
        run, board = self.state.numbered(self._running), self._board
        if not self.session.jobs.busy(JOB):
            self._clock.stop()
            if self.state.running:  # it came to an end that nobody had thought of
                self.session.change(training=self.state.with_parts(running=False))
        if run is None or board.under_way is None:
            return
        losses = board.under_way.losses[run.step :]
        found: list[tuple[Epoch, Standing]] = []
        while board.epochs:
            found.append(board.epochs.popleft())
        if not losses and not found:
            return
        under_way = board.under_way
        run = run.with_parts(
            losses=np.concatenate([run.losses, losses]),
            parameters=under_way.course.unpacked(under_way.point) | under_way.remembered,
            epochs=(*run.epochs, *(epoch for epoch, _ in found)),
            standings=thinned((*run.standings, *(standing for _, standing in found))),
            outcome=found[-1][0].outcome if found else run.outcome,
            steps_of_epoch=under_way.course.steps_of_an_epoch,
            examples=len(under_way.course.examples.training),
            seconds=board.seconds,
        )
        self.session.change(training=self.state.with_run(run))

    def _ended(self, reached: Reached) -> None:
        self._take_in()
        run = self.state.numbered(self._running)
        if run is not None:
            self._course = (run.document, run.training, reached.course)
            run = run.with_parts(here=reached.here, parameters=reached.here.parameters)
            self.session.change(training=self.state.with_run(run).with_parts(running=False))
        self._rest()

    def _failed(self, error: InputError) -> None:
        run = self.state.numbered(self._running)
        if run is not None and not run.step and not run.epochs:
            self.remove(run.number)
        placed = error if run is None else run.document.placed(error)
        self.session.change(message=str(placed), training=self.state.with_parts(running=False))
        self._rest()

    def _rest(self) -> None:
        """Nothing is under way any more; what was asked for meanwhile is done now."""
        self._clock.stop()
        self._courtesy.end()
        then, self._then = self._then, None
        if then is not None:
            then()

    def _when_free(self, act: Callable[[], None]) -> None:
        if self.session.jobs.busy(JOB):
            self.pause()
            self._then = act
        else:
            act()

    def stop(self) -> None:
        """Ends whatever is under way, without a word; the document goes."""
        self.session.jobs.cancel(JOB)
        self._board.paused.set()
        self._then, self._course = None, None
        self._rest()

    # ── the runs ──────────────────────────────────────────────────────────────────────────────

    def show(self, number: int, shown: bool) -> None:
        """Draws the run, or hides it."""
        now = self.state.shown | {number} if shown else self.state.shown - {number}
        self.session.change(training=self.state.with_parts(shown=now))

    def rename(self, number: int, title: str) -> None:
        """Gives a run another title."""
        run = self.state.numbered(number)
        if run is not None and title.strip():
            self.session.change(training=self.state.with_run(run.with_parts(title=title.strip())))

    def remove(self, number: int) -> None:
        """Takes a run away; what was replayed from it stays."""
        if number == self._running and self.session.jobs.busy(JOB):
            self.session.jobs.cancel(JOB)
            self._board.paused.set()
            self._rest()
        left = tuple(run for run in self.state.runs if run.number != number)
        gone = number == self.state.selected
        selected = (left[-1].number if left else 0) if gone else self.state.selected
        running = self.state.running and number != self._running
        state = self.state.with_parts(
            runs=left, selected=selected, at=None if gone else self.state.at, running=running,
            shown=self.state.shown - {number},
        )  # fmt: skip
        self.session.change(training=state if left else NO_TRAINING)

    # ── settings and the document ─────────────────────────────────────────────────────────────

    def set_up(self, table: Mapping[str, Any], text: str, merge: str = "") -> None:
        """Gives the document another `[training]` table, which can be undone; what is wrong is said."""
        document = self.session.latest
        try:
            read_training(table)
        except InputError as error:
            self.session.say(error.message)
            return
        if dict(document.training) != dict(table):
            self.session.change(message="")
            self.session.edit(text, document.with_training(table), merge and f"training {merge}")

    def close_step(self) -> None:
        """Back to the document's own examples and parameters, where a step is open."""
        close_step(self.session)

    def open_step(self, step: int | None = None, numbers: Sequence[int] = ()) -> None:
        """Opens a step (from 0) of the selected run in the graph, by default the one that comes next."""
        run = self.state.run
        if run is not None and not self.state.running:
            open_step(self.session, run.number, run.here.step if step is None else step, numbers)

    def take_over(self) -> None:
        """The parameters that are looked at become the document's, which can be undone."""
        run = self.state.run
        if run is None or self.session.state.document is None:
            return
        document = self.own_document()
        assert document is not None
        try:
            after = document.with_values(self.state.parameters)
        except InputError as error:
            self.session.say(str(error))
            return
        self.session.edit("Take over what was learnt", after)
