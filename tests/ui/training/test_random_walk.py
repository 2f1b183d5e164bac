"""Any order of the buttons, drawn by chance: what is shown is always what the lab would have computed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.lab.epochs import standing_at
from graph_explorer.ui.session import Session
from graph_explorer.ui.window import Window

Rest = Callable[[Session], None]
_METHODS = ("sgd:lr=0.2", "adam:lr=0.02", "momentum:lr=0.1")


def check(session: Session) -> None:
    """What holds whatever was pressed: counts of steps agree, and each run is the lab's, bit for bit."""
    state = session.state.training
    numbers = [run.number for run in state.runs]
    assert len(set(numbers)) == len(numbers)
    assert state.shown <= set(numbers)
    assert (state.selected in numbers) or not numbers
    for run in state.runs:
        assert run.step == run.here.step
        assert [epoch.number for epoch in run.epochs] == list(
            range(run.start.epoch + 1, run.start.epoch + 1 + len(run.epochs))
        )
        if run.step > run.start.step and run.step < run.training.epochs * run.steps_of_epoch:
            again = standing_at(run.document, run.training, start=run.start, step=run.step)
            np.testing.assert_array_equal(again.parameters["W1"], run.here.parameters["W1"])
            np.testing.assert_array_equal(again.losses, run.losses)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_the_buttons(training: Session, rest: Rest, qtbot: QtBot, seed: int) -> None:
    random, trainer = np.random.default_rng(seed), training.trainer

    def other_settings() -> None:
        table = {**training.latest.training, "optimizer": str(random.choice(_METHODS))}
        trainer.set_up({**table, "epochs": int(random.integers(3, 9))}, "Change")

    def run_and_pause() -> None:
        trainer.run()
        qtbot.wait(int(random.integers(1, 30)))
        trainer.pause()

    acts: list[Callable[[], object]] = [
        trainer.step, trainer.step, trainer.epoch, trainer.run, run_and_pause, trainer.rewind, other_settings,
        trainer.begin, trainer.open_step, trainer.close_step, trainer.take_over, training.undo.undo,
        lambda: trainer.look(int(random.integers(0, 8))),
        lambda: trainer.show(training.state.training.selected, bool(random.integers(2))),
        lambda: trainer.remove(int(random.integers(1, 9))),
    ]  # fmt: skip
    for _ in range(40):
        acts[int(random.integers(len(acts)))]()
        if random.uniform() < 0.8:
            rest(training)
            check(training)
    rest(training)
    check(training)


def test_a_window_that_closes_while_it_trains_leaves_nothing(
    make_window: Callable[[], Window], moons: Document, qtbot: QtBot
) -> None:
    window = make_window()
    session = window.session
    session.show(moons.with_training({**moons.training, "epochs": 100_000}))
    session.change(views=("training",))
    session.trainer.run()
    qtbot.waitUntil(lambda: session.state.training.run is not None and session.state.training.run.step > 5)
    window.close()
