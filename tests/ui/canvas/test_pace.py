"""The pace of painting: what took longer is believed at once, what took less by and by."""

from __future__ import annotations

from graph_explorer.ui.canvas.pace import LEAST, Pace


def test_a_slow_painting_is_expected_again() -> None:
    pace = Pace()
    pace.learn(0.01, 1, LEAST + 0.03)
    assert abs(pace.seconds(0.01) - (LEAST + 0.03)) < 1e-9


def test_a_quick_one_is_believed_by_and_by() -> None:
    pace = Pace()
    pace.learn(0.01, 1, LEAST + 0.03)
    pace.learn(0.01, 1, LEAST + 0.01)
    assert LEAST + 0.01 < pace.seconds(0.01) < LEAST + 0.03
    for _ in range(40):
        pace.learn(0.01, 1, LEAST + 0.01)
    assert abs(pace.seconds(0.01) - (LEAST + 0.01)) < 1e-4


def test_next_to_nothing_tells_nothing() -> None:
    pace = Pace()
    pace.learn(LEAST / 10, 3, 1.0)
    assert pace.factor == 1.0


def test_each_piece_takes_its_time() -> None:
    assert Pace().seconds(0.002, 5) == 5 * LEAST + 0.002
