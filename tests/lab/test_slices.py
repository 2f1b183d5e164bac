"""Planes through a training, and its path as it lies to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.losses import loss_over
from graph_explorer.lab.slices import (
    Slice,
    checkpoint_slice,
    line_slice,
    principal_slice,
    trail_of,
    window_around,
)
from graph_explorer.lab.training import read_training
from graph_explorer.lab.training_path import TrainingPath, begun, load_path, save_path, trained_path
from graph_explorer.surfaces import surface_along


@pytest.fixture(scope="module")
def document() -> Document:
    return gx.open("spirals")


@pytest.fixture(scope="module")
def path(document: Document) -> TrainingPath:
    return trained_path(document, read_training({**document.training, "epochs": 6}))


def flat(point: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(value) for value in point.values()])


def back(plane: Slice, foot: np.ndarray) -> np.ndarray:
    return flat(plane.origin) + sum(
        at * flat({n: axis.parts[n] for n in plane.origin}) for at, axis in zip(foot, plane.axes, strict=True)
    )


def test_the_path_is_the_training(document: Document, path: TrainingPath) -> None:
    assert path.epochs == tuple(range(7))
    np.testing.assert_array_equal(path.points[0]["W1"], document.entry("W1").array)
    run = gx.train(document, epochs=6)
    np.testing.assert_array_equal(path.points[-1]["W1"], run.standing.parameters["W1"])
    assert path.until(3).epochs == (0, 1, 2, 3)
    assert (path.at(4), path.at(-1)) == (4, 6)
    with pytest.raises(InputError, match="goes from 0 to 6"):
        path.at(9)


def test_the_principal_plane_explains_what_it_says(path: TrainingPath) -> None:
    plane = principal_slice(path.points)
    matrix = np.array([flat(point) - flat(path.points[-1]) for point in path.points])
    sizes = np.linalg.svd(matrix, compute_uv=False) ** 2
    np.testing.assert_allclose(plane.explained, sizes[:2] / sizes.sum(), rtol=1e-9)
    trail = trail_of(plane, path.points, path.epochs)
    np.testing.assert_allclose(trail.points[-1], 0, atol=1e-12)
    np.testing.assert_allclose(np.abs(trail.points).max(axis=0), 1, rtol=1e-9)
    assert (trail.points[0] > 0).all()
    assert np.sum(trail.distances**2) == pytest.approx(sizes[2:].sum(), rel=1e-6)
    assert trail.told[0].startswith(f"The axes explain {sum(plane.explained):.1%}")
    assert "off this plane" in trail.told[1]


def test_a_foot_is_the_nearest_point_of_the_plane(path: TrainingPath) -> None:
    plane = checkpoint_slice(path.points, [0, 6, 3])
    for point in path.points:
        foot, distance = plane.foot(point)
        gap = flat(dict(point)) - back(plane, foot)
        assert np.linalg.norm(gap) == pytest.approx(distance, abs=1e-9)
        for axis in plane.axes:
            across = gap @ flat({n: axis.parts[n] for n in plane.origin})
            assert across == pytest.approx(0, abs=1e-8 * (1 + distance))


def test_a_point_that_diverged_is_infinitely_far_away(path: TrainingPath) -> None:
    plane = principal_slice(path.points)
    _, distance = plane.foot({name: np.full_like(value, 1e200) for name, value in plane.origin.items()})
    assert distance == np.inf


def test_a_plane_goes_through_its_three_checkpoints(document: Document, path: TrainingPath) -> None:
    plane = checkpoint_slice(path.points, [0, 6, 3])
    trail = trail_of(plane, path.points, path.epochs)
    np.testing.assert_allclose(trail.distances[[0, 3, 6]], 0, atol=1e-9)
    np.testing.assert_allclose(trail.points[[0, 6]], [[0, 0], [1, 0]], atol=1e-12)
    lengths = [np.linalg.norm(flat({n: axis.parts[n] for n in plane.origin})) for axis in plane.axes]
    assert lengths[0] == pytest.approx(lengths[1])
    over = loss_over(document)
    surface = surface_along(document.with_values(plane.origin), plane.axes, over)
    for epoch in (0, 3, 6):
        reached = surface_along(document.with_values(path.points[epoch]), plane.axes, over)
        there = surface.value(trail.points[epoch])
        assert there == pytest.approx(reached.value((0.0, 0.0)), rel=1e-9)


def test_three_points_on_a_line_make_no_plane() -> None:
    points = [{"w": np.array([k, 2.0 * k])} for k in (0, 1, 2)]
    with pytest.raises(InputError, match="on one line"):
        line_slice(points[0], points[2], points[1])
    with pytest.raises(InputError, match="on one line"):
        line_slice(points[0], points[0], points[1])
    with pytest.raises(InputError, match="finite"):
        line_slice(points[0], points[1], {"w": np.array([np.nan, 0])})
    with pytest.raises(InputError, match="three checkpoints, found 2"):
        checkpoint_slice(points, [0, 1])


def test_a_line_tells_how_far_the_path_leaves_it(path: TrainingPath) -> None:
    plane = checkpoint_slice(path.points, [0, 6, 3])
    line = Slice(plane.origin, plane.axes[:1])
    told = trail_of(line, path.points, path.epochs).told
    assert "off this line" in told[0]
    straight = [path.points[0], {n: (v + path.points[6][n]) / 2 for n, v in path.points[0].items()}]
    assert trail_of(line, straight, (0, 1)).told == ("The whole path lies on this line",)


def test_a_window_has_room_around() -> None:
    left, right, bottom, top = window_around(np.array([[0.0, 0.0], [1.0, 0.1]]))
    assert left < 0 < 1 < right
    assert bottom < 0 < 0.1 < top
    assert top - bottom >= 0.5 * (right - left)
    assert np.isfinite(window_around(np.zeros((3, 2)))).all()


def test_a_path_in_a_file(document: Document, path: TrainingPath, tmp_path: Path) -> None:
    file = tmp_path / "path.npz"
    save_path(path, file)
    found = load_path(file, document)
    assert found.epochs == path.epochs
    for one, other in zip(found.points, path.points, strict=True):
        for name, value in other.items():
            np.testing.assert_array_equal(one[name], value)


def test_what_is_no_path_of_this_document(document: Document, path: TrainingPath, tmp_path: Path) -> None:
    file = tmp_path / "path.npz"
    with pytest.raises(InputError, match="no such file"):
        load_path(file, document)
    file.write_bytes(b"nothing")
    with pytest.raises(InputError, match="no path of a training"):
        load_path(file, document)
    np.savez(file, x=np.zeros(2))
    with pytest.raises(InputError, match="no path of a training"):
        load_path(file, document)
    save_path(path, file)
    with pytest.raises(InputError, match=r"has no parameter|has the shape"):
        load_path(file, gx.open("digits"))
    with pytest.raises(InputError, match="cannot be written"):
        save_path(begun(document), tmp_path / "nowhere" / "path.npz")
