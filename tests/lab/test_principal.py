"""The directions in which a descent through all parameters moves most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.directions import Along
from graph_explorer.lab.principal import descent_directions
from graph_explorer.surfaces import PRINCIPAL, surface_of, window_of

#: Steep along two of four parameters, in a plane that lies across the axes.
PROGRAM = "u = w[0] + w[1]\nv = w[2] - w[3]\nL = (u - 3)**2 + 0.3*(v - 2)**2"


def bowl(w: Any = (0.0, 0.0, 0.0, 0.0)) -> Document:
    return parse(PROGRAM, {}, {"w": np.array(w)})


def found(document: Document, **more: Any) -> tuple[tuple[Along, ...], float]:
    return descent_directions(
        document.graph, document.leaves, document.output, document.default_wrt, (), **more
    )


def test_gradient_descent_stays_in_the_plane_that_matters() -> None:
    directions, share = found(bowl(), method="sgd:lr=0.05", steps=50)
    assert share == pytest.approx(1.0)
    plane = np.array([each.parts["w"] for each in directions])
    for across in ([1, -1, 0, 0], [0, 0, 1, 1]):
        np.testing.assert_allclose(plane @ across, 0, atol=1e-7)


def test_one_unit_is_as_far_as_the_descent_goes() -> None:
    directions, _ = found(bowl(), method="sgd:lr=0.05", steps=50)
    path = [np.zeros(4)]
    for _ in range(50):
        w = path[-1]
        u, v = 2 * (w[0] + w[1] - 3), 0.6 * (w[2] - w[3] - 2)
        path.append(w - 0.05 * np.array([u, u, v, -v]))
    plane = np.array([each.parts["w"] for each in directions]).T
    coordinates = np.linalg.lstsq(plane, np.array(path).T, rcond=None)[0].T
    np.testing.assert_allclose(plane @ coordinates[-1], path[-1], atol=1e-9)
    np.testing.assert_allclose(np.abs(coordinates).max(axis=0), 1, rtol=1e-7)
    assert (coordinates[-1] > 0).all()


def test_the_surface_along_them_passes_through_the_present_point() -> None:
    document = bowl((0.5, 0.1, 0.4, 0.0))
    surface = surface_of(document, PRINCIPAL)
    np.testing.assert_array_equal(surface.here, [0, 0])
    assert surface.value([0.0, 0.0]) == pytest.approx((0.6 - 3) ** 2 + 0.3 * (0.4 - 2) ** 2)
    assert surface.value([1.0, 0.0]) < surface.value([0.0, 0.0])
    assert [axis.label for axis in surface.axes] == ["principal 1", "principal 2"]
    assert window_of(document, PRINCIPAL, surface) == (-1.5, 1.5, -1.5, 1.5)


def test_a_parameter_that_the_output_does_not_depend_on_stays() -> None:
    document = parse(PROGRAM + "\nM = L + 0*z", {}, {"w": np.zeros(4), "z": 1.0})
    directions, _ = found(document, method="sgd:lr=0.05")
    assert [float(each.parts["z"]) for each in directions] == [0.0, 0.0]


def test_a_descent_along_one_line_has_no_two_directions() -> None:
    with pytest.raises(InputError, match="choose random directions"):
        surface_of(parse("L = x**2 + 0*y", {}, {"x": 1.0, "y": 2.0}), PRINCIPAL)


def test_without_parameters_nothing_descends() -> None:
    with pytest.raises(InputError, match="add one"):
        surface_of(parse("L = x*2", {"x": np.int64(1)}, {}), PRINCIPAL)
