"""Directions through many parameters: the path of a training seen from its end."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import parse
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.descent import descend
from graph_explorer.lab.directions import principal_directions
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import RANDOM, surface_of

NETWORK = parse(
    "h = tanh(X @ W1 + b1)\np = h @ W2\nL = mean((p - t)**2)",
    {"X": np.linspace(-1, 1, 8).reshape(4, 2), "t": np.array([[0.5], [-0.5], [0.25], [1.0]])},
    {"W1": np.array([[0.3, -0.2, 0.8], [0.1, 0.9, -0.4]]), "b1": np.zeros(3), "W2": np.ones((3, 1)) / 2},
)


def path() -> list[dict[str, np.ndarray]]:
    """An ellipse in a plane through all parameters, with a little of a third direction."""
    random = np.random.default_rng(2)
    shapes = {name: entry.array.shape for name, entry in NETWORK.parameters.items()}
    a, b, c = ({name: random.normal(size=shape) for name, shape in shapes.items()} for _ in range(3))

    def point(t: float) -> dict[str, np.ndarray]:
        moved = {name: 5 * np.cos(t) * a[name] + 2 * np.sin(t) * b[name] for name in shapes}
        return {name: NETWORK.entry(name).array + moved[name] + 0.01 * t**2 * c[name] for name in shapes}

    return [point(t) for t in np.linspace(0, 3, 40)]


def flat(parts: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in parts.values()])


def test_the_directions_are_those_of_a_singular_value_decomposition() -> None:
    points = path()
    directions, explained, coordinates = principal_directions(points)
    matrix = np.array([flat(point) - flat(points[-1]) for point in points])
    _, sizes, axes = np.linalg.svd(matrix, full_matrices=False)
    np.testing.assert_allclose(explained, (sizes**2 / np.sum(sizes**2))[:2], rtol=1e-9)
    for direction, axis in zip(directions, axes, strict=False):
        assert abs(flat(dict(direction.parts)) @ axis) == pytest.approx(1, rel=1e-9)
    assert explained.sum() > 0.999
    np.testing.assert_allclose(coordinates[-1], 0, atol=1e-12)
    back = coordinates[7] @ np.array([flat(dict(each.parts)) for each in directions]) + flat(points[-1])
    np.testing.assert_allclose(back, flat(points[7]), atol=0.2)


def test_a_surface_over_them_passes_through_the_end() -> None:
    points = path()
    directions, _, coordinates = principal_directions(points)
    document = NETWORK.with_values(points[-1])
    surface = Surface(document.graph, document.leaves, document.output, directions)
    at_the_end = surface.value((0.0, 0.0))
    assert at_the_end == pytest.approx(surface_of(document, RANDOM).value((0.0, 0.0)))
    start = NETWORK.with_values(points[0])
    near = surface.value(coordinates[0])
    assert near == pytest.approx(surface_of(start, RANDOM).value((0.0, 0.0)), rel=0.05)


def test_a_path_that_is_a_line_has_no_second_direction() -> None:
    line = [{"w": np.array([k, 2.0 * k])} for k in range(5)]
    with pytest.raises(InputError, match="fewer than 2 directions"):
        principal_directions(line)
    with pytest.raises(InputError, match="more than 2 points"):
        principal_directions(line[:2])


def test_methods_descend_along_random_directions_and_entries() -> None:
    for axes in (RANDOM, ("W1[0,1]", "b1[2]")):
        surface = surface_of(NETWORK, axes)
        walked = descend(surface, read_method("adam:lr=0.05"), surface.here, 30)
        assert walked.losses[-1] < walked.losses[0]
        value, gradient = surface.value_and_gradient(walked.points[-1])
        assert value == walked.losses[-1]
        apart = 1e-6
        steps = np.eye(2) * apart
        slopes = [
            (surface.value(walked.points[-1] + step) - surface.value(walked.points[-1] - step)) / (2 * apart)
            for step in steps
        ]
        np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-9)
