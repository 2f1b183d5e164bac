"""Where things are: what is at a point and in a rectangle, by comparison with going through all."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, run
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.frames import TITLE, frame_title
from graph_explorer.ui.canvas.scene import Scene, bezier

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(params=["down", "right"])
def scene(request: pytest.FixtureRequest, grouped: Document) -> Scene:
    return make_scene(Wanted(grouped, run(grouped), frozenset(), request.param))


def test_every_card_is_found_at_its_middle_and_not_beside_it(scene: Scene) -> None:
    for place, (x, y, width, height) in enumerate(scene.boxes.tolist()):
        assert scene.card_at(x + width / 2, y + height / 2) == place
        assert scene.card_at(x - 2, y + height / 2) != place


def test_cards_in_a_rectangle_are_those_that_touch_it(scene: Scene) -> None:
    generator = np.random.default_rng(0)
    left, top, wide, high = scene.bounds
    for _ in range(50):
        x, y = left + wide * generator.random(), top + high * generator.random()
        width, height = 300 * generator.random(2)
        expected = {
            k
            for k, (a, b, w, h) in enumerate(scene.boxes.tolist())
            if a < x + width and a + w > x and b < y + height and b + h > y
        }
        assert set(scene.cards_in((x, y, width, height)).tolist()) == expected


def test_lines_are_found_along_their_whole_way(scene: Scene) -> None:
    for line, pieces in enumerate(map(scene.curve, range(len(scene.sources)))):
        for x, y in bezier(pieces, np.array([0.1, 0.5, 0.9])).reshape(-1, 2).tolist():
            found = scene.line_at(x, y, 3.0)
            assert found >= 0
            if found != line:  # another one runs through the same place
                near = bezier(scene.curve(found), np.linspace(0, 1, 200)).reshape(-1, 2)
                assert np.hypot(*(near - [x, y]).T).min() <= 3.0
            boxes = scene.line_boxes(line)
            assert any(a - 1 <= x <= a + w + 1 and b - 1 <= y <= b + h + 1 for a, b, w, h in boxes)
    assert scene.line_at(-500, -500, 5.0) == -1


def test_frames_are_found_innermost_first(scene: Scene) -> None:
    frames = scene.frames
    assert frames.paths == sorted(frames.paths, key=lambda path: path.count("/"))
    place = next(place for place, path in enumerate(frames.paths) if "/" in path)
    x, y, width, height = box = frames.box(place)
    assert frames.at(x + width / 2, y + height / 2) == frames.paths[place]
    assert frames.at(x + width / 2, y + TITLE / 2, title_only=True) == frames.paths[place]
    assert frames.at(-500, -500) == ""
    assert place in frames.within(box)
    assert place not in frames.within(box, smallest=1e5)
    assert frames.frame(place).path == frames.paths[place]
    assert scene.box_of(frames.paths[place]) == box


def test_displaced_lines_stay_with_their_cards(scene: Scene) -> None:
    by = np.random.default_rng(1).normal(size=(len(scene), 2)) * 100
    moved = scene.displaced(by, scene.frames)
    for line in range(len(scene.sources)):
        before, after = scene.curve(line), moved.curve(line)
        np.testing.assert_allclose(after[0, 0] - before[0, 0], by[scene.sources[line]], atol=1e-9)
        np.testing.assert_allclose(after[-1, 3] - before[-1, 3], by[scene.targets[line]], atol=1e-9)
        np.testing.assert_allclose(after[:-1, 3], after[1:, 0], atol=1e-9)
    np.testing.assert_allclose(moved.boxes[:, :2] - scene.boxes[:, :2], by)
    np.testing.assert_allclose(scene.displaced(np.zeros_like(by), scene.frames).pieces, scene.pieces)


def test_a_title_that_does_not_fit_is_cut() -> None:
    assert frame_title("block", "does something", 400.0) == ("block", "does something")
    title, caption = frame_title("a_very_long_name_of_a_group", "does something", 110.0)
    assert title.endswith("…")
    assert caption == ""
