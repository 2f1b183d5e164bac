"""The work of a training, off the interface thread, and the board on which it says how far it is.

The one rule: the thread only ever adds to the board, and the interface only ever takes from it; so
neither waits for the other.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from graph_explorer.document import Document
from graph_explorer.lab.course import Course
from graph_explorer.lab.epochs import Epoch, UnderWay
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import Training

#: How far one order goes.
Until = Literal["end", "epoch", "step"]


@dataclass
class Board:
    """What a training under way has to tell: `epochs` not yet taken, and itself once it has begun."""

    epochs: deque[tuple[Epoch, Standing]] = field(default_factory=deque)
    under_way: UnderWay | None = None
    seconds: float = 0.0
    paused: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Order:
    """What is to be trained, from where, and how far. `course` is the one made for it before, if any."""

    document: Document
    training: Training
    start: Standing
    until: Until = "end"
    course: Course | None = None


@dataclass(frozen=True)
class Reached:
    """Where it stands when it ends or is paused."""

    here: Standing
    course: Course


def train(
    order: Order, board: Board, checkpoint: Callable[[float], None], give_way: Callable[[], None]
) -> Reached:
    """Takes steps until the order is done or the board says pause; `InputError` where it cannot be done.

    `give_way` is called before each step, and returns when the step may be taken.
    """
    course = order.course or Course(order.document, order.training)
    under_way = board.under_way = UnderWay(course, order.start)
    total = order.training.epochs * course.steps_of_an_epoch
    while not board.paused.is_set():
        checkpoint(min(under_way.taken / total, 1.0))
        give_way()
        began = time.perf_counter()
        ended = under_way.advance()
        found = under_way.epoch_done() if ended else None
        board.seconds += time.perf_counter() - began
        if found is not None:
            board.epochs.append(found)
        over = found is not None and (found[0].outcome != "running" or order.until == "epoch")
        if over or order.until == "step":
            break
    return Reached(under_way.here(), course)
