"""The names of open groups are hit where they are written, near and far."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from graph_explorer.document import Document
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.detail import Distance, distance_at
from graph_explorer.ui.canvas.frames import Frames
from graph_explorer.ui.canvas.titles import labels, name_at, title_box

Make = Callable[[Document], GraphView]
GROUP = "h:cell"


@pytest.mark.parametrize("scale", [1.5, 0.7])
def test_near_a_title_is_hit_where_its_text_stands(make_view: Make, grouped: Document, scale: float) -> None:
    view = make_view(grouped)
    view.zoom(scale / view.camera.scale, (0.0, 0.0))
    assert view.scene is not None
    frames = view.scene.frames
    x, y, width, height = view.camera.seen_box(title_box(frames.frame(frames.paths.index(GROUP))))
    assert name_at(frames, view.camera, x + 2, y + height / 2) == GROUP
    assert name_at(frames, view.camera, x + width - 2, y + height / 2) == GROUP
    assert name_at(frames, view.camera, x + width + 2, y + height / 2) == ""


def test_far_out_names_are_hit_over_cards_and_above_their_frames(make_view: Make, grouped: Document) -> None:
    view = make_view(grouped)
    view.zoom(0.3 / view.camera.scale, (400.0, 300.0))
    assert view.scene is not None
    assert distance_at(view.camera.scale) < Distance.TEXTS
    frames = view.scene.frames
    written = dict(labels(frames, view.camera, np.arange(len(frames))))
    assert GROUP in written
    x, y, width, height = written[GROUP]
    for point in (QPointF(x + 1, y + 1), QPointF(x + width - 1, y + height - 1)):
        assert view.pointer.at(point).name == GROUP
    assert view.pointer.at(QPointF(x + width / 2, y - 2)).name != GROUP


def test_names_are_written_where_they_have_room_and_nothing_is_written_yet() -> None:
    outer, below, beside = (0.0, 0.0, 900.0, 900.0), (5.0, 10.0, 300.0, 800.0), (500.0, 10.0, 300.0, 800.0)
    inside = (10.0, 14.0, 280.0, 700.0)
    frames = Frames({"all": outer, "all/a": below, "all/b": beside, "all/a/c": inside}, {}, {})
    everything = np.arange(len(frames))
    written = dict(labels(frames, Camera(), everything))
    assert set(written) == {"all", "all/b"}, "the others would stand over the outermost"
    assert written["all"] == (8.0, -8.0, pytest.approx(written["all"][2]), 16.0)
    assert set(dict(labels(frames, Camera(4.0), everything))) == {"all", "all/a", "all/b"}
    assert set(dict(labels(frames, Camera(0.08), everything))) == {"all"}, "the others are too narrow"
    assert set(dict(labels(frames, Camera(0.01), everything))) == set()


def test_a_line_across_a_title_bar_is_hit_beside_the_text(make_view: Make, grouped: Document) -> None:
    view = make_view(grouped)
    assert view.scene is not None
    scene, camera = view.scene, view.camera
    box = scene.frames.box_of(GROUP)
    assert box is not None
    pieces = scene.pieces[:, :, 1]
    crossing = np.flatnonzero((pieces.min(axis=1) < box[1] - 1) & (pieces.max(axis=1) > box[1] + 30))
    assert crossing.size or scene.layout.direction == "right"
    for piece in crossing.tolist():
        share = (box[1] + 11 - scene.pieces[piece, 0, 1]) / np.ptp(pieces[piece])
        x = scene.pieces[piece, 0, 0] + share * (scene.pieces[piece, 3, 0] - scene.pieces[piece, 0, 0])
        found = view.pointer.at(QPointF(*camera.seen((float(x), box[1] + 11))))
        assert found.line >= 0 or found.name == GROUP


def test_where_cards_are_points_groups_are_hit_rather_than_lines(make_view: Make, grouped: Document) -> None:
    view = make_view(grouped)
    view.set_direction("down")
    assert view.scene is not None
    scene = view.scene
    line = int(np.argmax(scene.spans))
    middle = scene.pieces[line].mean(axis=0).tolist()
    for scale, hit in ((0.5, True), (0.02, False)):
        view.eye.look(Camera(scale).with_point((middle[0], middle[1]), (500.0, 350.0)))
        found = view.pointer.at(QPointF(500.0, 350.0))
        assert (found.line >= 0) is hit
        if not hit:
            assert found.name == scene.frames.at(middle[0], middle[1])
