"""Opening a step: its run becomes the session's document, and the way back to the document's own.

The one rule: a step that is opened is a document like any other: it runs, is stepped through and can be
edited. Opening and going back are edits, so both can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graph_explorer.document import Document
from graph_explorer.lab.course import Course
from graph_explorer.lab.epochs import UnderWay
from graph_explorer.lab.standing import Standing
from graph_explorer.ui.training.state import OpenedStep, TrainingRun

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

#: The key of the job.
JOB = "training step"


def standing_before(run: TrainingRun, course: Course, step: int) -> Standing:
    """Where a run stood before a step (from 0), reached again from the checkpoint before it."""
    start = run.here if run.here.step == step else run.standing_before(step)
    under_way = UnderWay(course, start)
    while under_way.taken < step:
        ended = under_way.advance()
        if ended and under_way.taken < step:
            under_way.epoch_done()
    return under_way.here()


def step_document(
    run: TrainingRun, course: Course, step: int, numbers: Sequence[int] = ()
) -> tuple[Document, tuple[int, ...], tuple[int, ...]]:
    """The document whose run is that step, or some of its examples alone; those, and the whole batch."""
    standing = standing_before(run, course, step)
    under_way = UnderWay(course, standing)
    portion = course.examples.training.rows(under_way.batch_rows())
    batch = tuple(int(number) for number in portion.numbers)
    kept = [batch.index(number) for number in numbers if number in batch] or range(len(batch))
    part = portion.rows(list(kept))
    opened = run.document.with_values({**course.given(part), **standing.parameters})
    seeds = course.seeds(standing.step)
    return (
        opened.with_seeds(seeds) if seeds else opened,
        tuple(int(number) for number in part.numbers),
        batch,
    )


def open_step(
    session: Session,
    number: int,
    step: int,
    numbers: Sequence[int] = (),
    then: Callable[[], None] | None = None,
) -> None:
    """Opens a step of a run in the graph, of the whole mini-batch or of some of its examples."""
    run = session.state.training.numbered(number)
    if run is None:
        return

    def work(checkpoint: Callable[[float], None]) -> tuple[Document, tuple[int, ...], tuple[int, ...]]:
        return step_document(run, session.trainer.course_of(run), step, numbers)

    def done(found: tuple[Document, tuple[int, ...], tuple[int, ...]]) -> None:
        show_opened(session, number, step, *found, title=f"Open step {step}")
        if then is not None:
            then()

    session.jobs.start(JOB, f"Opening step {step}", work, done, lambda error: session.say(str(error)))


def show_opened(
    session: Session,
    run: int,
    step: int,
    document: Document,
    rows: tuple[int, ...],
    batch: tuple[int, ...],
    *,
    title: str,
) -> None:
    """Shows a step of a run, or an example with its parameters, as the session's document."""
    if session.state.document is None:
        return
    before = session.state.training.opened
    if before is not None and before.is_shown(session.latest):
        own = before.own.with_training(session.latest.training)
    else:
        own = session.latest
    document = document.with_training(own.training).kept_as(own)
    opened = OpenedStep(run, step, rows, batch, document, own)
    session.change(training=session.state.training.with_parts(opened=opened))
    session.edit(title, document, merge="opened step")


def close_step(session: Session) -> None:
    """Back to the document's own examples and parameters."""
    opened = session.state.training.opened
    if opened is not None and opened.is_shown(session.latest):
        session.edit("Back to the document", opened.own.with_training(session.latest.training))


def is_open(session: Session) -> bool:
    """Whether the document is a step that was opened."""
    opened, document = session.state.training.opened, session.state.document
    return opened is not None and opened.is_shown(document)


def listed(rows: Sequence[int], most: int = 6) -> str:
    """Examples by their places in the set: 3, 17, 40, … (16)."""
    first = ", ".join(map(str, rows[:most]))
    if len(rows) == 1:
        return f"example {first}"
    return f"examples {first}{f', … ({len(rows)})' if len(rows) > most else ''}"
