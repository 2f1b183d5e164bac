"""Trunks: one stroke for many lines, as far as the longest goes and as far as they were followed."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.progress import Progress
from graph_explorer.ui.canvas.scene import Scene


@pytest.fixture
def shared() -> Document:
    """A chain of which every link takes the same parameter."""
    lines = ["h0 = x", *(f"h{k} = tanh(h{k - 1}*w)" for k in range(1, 60))]
    return parse("\n".join(lines), {"x": 0.5}, {"w": 0.9})


@pytest.fixture
def scene(qapp: object, shared: Document) -> Scene:
    return make_scene(Wanted(shared, run(shared), frozenset(), "down"))


def test_many_lines_are_few_trunks(scene: Scene) -> None:
    trunks = scene.trunks
    assert len(trunks)
    assert len(trunks.pieces) >= 8 * len(trunks)
    ends = scene.ends[:, trunks.pieces]
    assert np.minimum(*np.abs(ends[:2] - ends[2:])).max() < 0.2, "they are straight"
    np.testing.assert_allclose(ends[:2].T, trunks.starts[trunks.trunk])
    away = trunks.ways[trunks.trunk] * trunks.reaches[:, None]
    np.testing.assert_allclose(ends[2:].T, trunks.starts[trunks.trunk] + away, atol=0.2)
    rest = np.concatenate(scene._pieces_of_kind)
    assert sorted([*rest.tolist(), *trunks.pieces.tolist()]) == list(range(len(scene.pieces)))


def test_they_are_followed_as_far_as_their_pieces(scene: Scene, shared: Document) -> None:
    trace, trunks = run(shared), scene.trunks
    every = np.arange(len(trunks))
    progress = Progress(trace, scene)
    for time in range(0, trace.length + 1, 7):
        followed = progress.followed[scene.line_of_piece[trunks.pieces]] <= time
        expected = np.zeros(len(trunks))
        np.maximum.at(expected, trunks.trunk[followed], trunks.reaches[followed])
        np.testing.assert_allclose(progress.trunks.reaches(time, every), expected)
        known = np.isin(np.arange(len(scene.pieces)), trunks.pieces[followed])
        np.testing.assert_allclose(
            trunks.farthest(every, lambda pieces, known=known: known[pieces]), expected
        )
    assert len(trunks.rows(every, np.zeros(len(trunks)))) == 0
    assert len(trunks.rows(every, trunks.longest)) == len(trunks)
    left, top, _, _ = scene.bounds
    assert sorted(trunks.within(scene.bounds)) == every.tolist()
    assert not trunks.within((left - 500, top - 500, 100, 100)).size


def test_a_line_is_found_on_a_trunk(scene: Scene) -> None:
    piece = int(scene.trunks.pieces[np.argmax(scene.trunks.reaches)])
    x, y = (scene.ends[:2, piece] + scene.ends[2:, piece]) / 2
    line = scene.line_at(float(x), float(y), 2.0)
    assert scene.sources[line] == scene.sources[scene.line_of_piece[piece]]
