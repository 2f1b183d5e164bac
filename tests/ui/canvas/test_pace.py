"""The pace of painting: what took longer is believed sooner than what took less."""

from __future__ import annotations

from graph_explorer.ui.canvas.pace import LEAST, Pace


def test_what_is_measured_is_expected_in_the_end() -> None:
    for took in (0.03, 0.005):
        pace = Pace()
        for _ in range(60):
            pace.learn(0.01, 1, LEAST + took)
        assert abs(pace.seconds(0.01) - (LEAST + took)) < 1e-4


def test_slow_is_believed_sooner_than_quick() -> None:
    slow, quick = Pace(), Pace()
    slow.learn(0.01, 1, LEAST + 0.015)
    quick.learn(0.01, 1, LEAST + 0.005)
    assert slow.factor - 1 > 2 * (1 - quick.factor) > 0


def test_one_interruption_does_not_spoil_the_rest() -> None:
    pace = Pace()
    pace.learn(0.01, 1, 10.0)
    assert pace.factor < 3


def test_next_to_nothing_tells_nothing() -> None:
    pace = Pace()
    pace.learn(LEAST / 10, 3, 1.0)
    assert pace.factor == 1.0


def test_each_piece_takes_its_time() -> None:
    assert Pace().seconds(0.002, 5) == 5 * LEAST + 0.002
