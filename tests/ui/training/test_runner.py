"""Running, pausing, rewinding and replaying: what the buttons do to the runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.lab.epochs import train
from graph_explorer.lab.standing import Standing, load_standing, save_standing
from graph_explorer.lab.trained import whole
from graph_explorer.lab.training import read_training
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.checkpoints import size, thinned
from graph_explorer.ui.training.runner import JOB
from graph_explorer.ui.training.state import NO_TRAINING, Parent, TrainingRun

Rest = Callable[[Session], None]


def run_of(session: Session, number: int | None = None) -> TrainingRun:
    state = session.state.training
    found = state.run if number is None else state.numbered(number)
    assert found is not None
    return found


def same(first: Standing, second: Standing) -> bool:
    """Whether two standings are equal bit for bit."""
    return (
        first.epoch == second.epoch
        and np.array_equal(first.losses, second.losses)
        and all(np.array_equal(first.parameters[n], second.parameters[n]) for n in first.parameters)
        and all(np.array_equal(first.memory[n], second.memory[n]) for n in first.memory)
    )


def test_a_run_is_the_training_of_the_lab(training: Session, moons: Document, rest: Rest) -> None:
    training.trainer.run()
    assert training.state.training.running
    rest(training)
    run, expected = run_of(training), whole(moons, read_training(moons.training))
    assert run.outcome == "done"
    assert [epoch.loss for epoch in run.epochs] == [epoch.loss for epoch in expected.epochs]
    assert same(run.here, expected.standing)
    assert run.step == 24
    assert run.gone_through == 6 * 32
    assert [standing.epoch for standing in run.standings] == list(range(7))


def test_pausing_changes_nothing(training: Session, moons: Document, rest: Rest) -> None:
    trainer = training.trainer
    for act in (trainer.step, trainer.step, trainer.epoch, trainer.step):
        act()
        rest(training)
    assert (run_of(training).step, run_of(training).reached) == (5, 1)
    trainer.run()
    trainer.pause()
    assert not training.state.training.running
    rest(training)
    trainer.run()
    rest(training)
    assert same(run_of(training).here, whole(moons, read_training(moons.training)).standing)
    assert len(training.state.training.runs) == 1


def test_run_while_it_is_being_paused_goes_on(training: Session, rest: Rest) -> None:
    training.trainer.run()
    training.trainer.pause()
    training.trainer.run()
    rest(training)
    assert run_of(training).outcome == "done"
    assert len(training.state.training.runs) == 1


def test_other_settings_from_a_checkpoint_make_a_run_beside_it(
    training: Session, moons: Document, rest: Rest
) -> None:
    trainer = training.trainer
    trainer.run()
    rest(training)
    trainer.look(2)
    table = {**moons.training, "optimizer": "momentum:lr=0.5"}
    trainer.set_up(table, "Another rate")
    trainer.run()
    rest(training)
    child, parent = run_of(training), run_of(training, 1)
    assert (child.number, child.parent, child.colour) == (2, Parent(1, 8), 1)
    start = parent.standing(2)
    assert start is not None
    assert child.start is start
    *_, (_, expected) = train(moons, read_training(table), start=start)
    assert same(child.here, expected)
    assert parent.reached == 6
    assert training.state.training.shown == {1, 2}


def test_the_same_settings_from_a_checkpoint_are_the_same_run_again(training: Session, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    before = run_of(training)
    training.trainer.rewind()
    assert training.state.training.at == 0
    np.testing.assert_array_equal(training.state.training.parameters["W1"], before.start.parameters["W1"])
    training.trainer.run()
    rest(training)
    assert len(training.state.training.runs) == 1
    assert same(run_of(training).here, before.here)


def test_what_was_left_out_to_save_memory_comes_out_again(training: Session, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    full = run_of(training)
    few = full.with_parts(standings=(full.standings[0], full.standings[3], full.standings[6]))
    training.change(training=training.state.training.with_run(few).with_parts(at=5))
    training.trainer.run()
    rest(training)
    assert same(run_of(training).here, full.here)


def test_a_run_that_is_over_says_so(training: Session, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    training.trainer.run()
    assert "All 6 epochs" in training.state.message
    assert not training.state.training.running
    table = {**training.latest.training, "epochs": 8}
    training.trainer.set_up(table, "More")
    training.trainer.run()
    rest(training)
    assert run_of(training).reached == 8
    assert run_of(training).parent == Parent(1, 24)


def test_other_settings_at_the_end_begin_anew(training: Session, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    training.trainer.set_up({**training.latest.training, "optimizer": "sgd:lr=0.1"}, "Change")
    training.trainer.run()
    assert training.state.message == ""
    rest(training)
    assert run_of(training).number == 2
    assert run_of(training).parent is None
    assert run_of(training).reached == 6


def test_a_lower_rate_after_a_divergence_begins_anew(training: Session, rest: Rest) -> None:
    line = parse("L = mean((w*x + b - y)**2)", {"x": np.zeros(4), "y": np.zeros(4)}, {"w": 0.0, "b": 0.0})
    table = {"data": "line:examples=40", "batch_size": 8, "epochs": 100}
    training.show(line.with_training({**table, "optimizer": "sgd:lr=5"}))
    training.trainer.run()
    rest(training)
    assert run_of(training).outcome == "diverged"
    assert np.isfinite(run_of(training).here.parameters["w"])  # the loss is not
    training.trainer.set_up({**table, "optimizer": "sgd:lr=0.1"}, "Change")
    training.trainer.run()
    rest(training)
    assert (run_of(training).number, run_of(training).outcome) == (2, "done")
    assert run_of(training).here.best_loss < 1


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"optimizer": "sgd:lr=1e200,weight_decay=1e200"}, "diverged"),
        ({"optimizer": "sgd:lr=3", "early_stopping": 1, "epochs": 200}, "stopped early"),
    ],
)
def test_how_runs_end(training: Session, rest: Rest, changes: dict[str, object], outcome: str) -> None:
    training.trainer.set_up({**training.latest.training, **changes}, "Change")
    training.trainer.run()
    rest(training)
    assert run_of(training).outcome == outcome
    training.trainer.run()
    assert outcome.split()[0] in training.state.message


def test_a_changed_document_begins_anew(training: Session, rest: Rest) -> None:
    training.trainer.step()
    rest(training)
    training.set_value("b1", np.ones(5))
    training.trainer.step()
    rest(training)
    assert [run.number for run in training.state.training.runs] == [1, 2]
    np.testing.assert_array_equal(run_of(training).start.parameters["b1"], np.ones(5))
    training.trainer.begin()
    rest(training)
    assert run_of(training).number == 3
    assert run_of(training).reached == 6


def test_live_but_not_more_often_than_it_can_be_seen(training: Session, qtbot: QtBot, rest: Rest) -> None:
    training.trainer.set_up({**training.latest.training, "epochs": 100_000}, "Long")
    seen: list[int] = []
    training.changed.connect(
        lambda before, now: seen.append(now.training.run.step if now.training.run else 0)
    )
    began = time.monotonic()
    training.trainer.run()
    qtbot.waitUntil(lambda: len(set(seen)) > 5, timeout=20_000)
    training.trainer.pause()
    rest(training)
    assert len(seen) <= (time.monotonic() - began) / 0.03 + 6
    assert seen == sorted(seen)
    run = run_of(training)
    assert run.step == run.here.step == len(run.losses)


def test_closing_the_document_ends_it(training: Session, moons: Document, qtbot: QtBot) -> None:
    training.trainer.set_up({**training.latest.training, "epochs": 100_000}, "Long")
    training.trainer.run()
    qtbot.wait(50)
    training.close_document()
    assert training.state.training is NO_TRAINING
    assert not training.jobs.busy(JOB)
    training.show(moons)
    qtbot.wait(100)
    assert training.state.training is NO_TRAINING


def test_removing_hiding_and_naming(training: Session, qtbot: QtBot, rest: Rest) -> None:
    trainer = training.trainer
    trainer.step()
    rest(training)
    trainer.set_up({**training.latest.training, "epochs": 100_000}, "Long")
    trainer.run()
    trainer.rename(1, "First")
    trainer.show(1, False)
    assert run_of(training, 1).title == "First"
    assert [run.number for run in training.state.training.drawn] == [2]
    trainer.remove(2)
    assert not training.state.training.running
    assert training.state.training.selected == 1
    rest(training)
    trainer.remove(1)
    assert training.state.training is NO_TRAINING


def test_wrong_settings_are_said_and_not_taken(training: Session, moons: Document) -> None:
    training.trainer.set_up({**moons.training, "epochs": 0}, "None")
    assert "epochs must be" in training.state.message
    assert training.latest.training["epochs"] == 6


def test_data_that_is_not_there_leaves_no_run(training: Session, moons: Document, rest: Rest) -> None:
    training.show(moons.with_training({"data": "nowhere.csv"}))
    training.trainer.run()
    rest(training)
    assert training.state.training.runs == ()
    assert "kept in a file" in training.state.message


def test_settings_are_edits_that_join_and_are_undone(training: Session, moons: Document) -> None:
    for epochs in (7, 8, 9):
        training.trainer.set_up({**moons.training, "epochs": epochs}, "Change epochs", "epochs slide 1")
    assert training.latest.training["epochs"] == 9
    assert training.undo.count() == 1
    training.undo.undo()
    assert training.latest.training["epochs"] == 6


def test_taking_over_what_was_learnt(training: Session, moons: Document, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    training.trainer.look(3)
    training.trainer.take_over()
    rest(training)
    kept = run_of(training).standing(3)
    assert kept is not None
    np.testing.assert_array_equal(training.latest.parameters["W1"].array, kept.parameters["W1"])
    assert training.latest.inputs["x"] is moons.inputs["x"]
    training.undo.undo()
    assert training.latest.parameters["W1"] is moons.parameters["W1"]


def test_a_checkpoint_from_a_file_goes_on_as_it_would_have(
    training: Session, rest: Rest, tmp_path: Path
) -> None:
    training.trainer.run()
    rest(training)
    full = run_of(training)
    middle = full.standing(3)
    assert middle is not None
    save_standing(middle, tmp_path / "three.npz")
    training.trainer.begin_from(load_standing(tmp_path / "three.npz"), "three.npz")
    assert run_of(training).title.endswith("from three.npz")
    training.trainer.run()
    rest(training)
    assert run_of(training).number == 2
    assert same(run_of(training).here, full.here)


def test_checkpoints_stay_within_their_memory(training: Session, rest: Rest) -> None:
    training.trainer.run()
    rest(training)
    standings = run_of(training).standings
    assert thinned(standings) is standings
    few = thinned(standings, budget=3 * size(standings[-1]))
    assert few[0] is standings[0]
    assert few[-1] is standings[-1]
    assert standings[-1].best_epoch in [standing.epoch for standing in few]
    assert len(few) < len(standings)
