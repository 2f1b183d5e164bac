"""The program from Python: the names of the contract, and what they give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer.engine.errors import InputError, NotComputed, UnknownName


def test_open_parse_and_run() -> None:
    document = gx.parse("L = (w*x - y)**2", inputs={"x": 2.0, "y": 4.0}, parameters={"w": 1.0})
    trace = gx.run(document)
    assert trace.value("L") == 4
    assert trace.gradient("w") == -8
    with pytest.raises(NotComputed):
        trace.gradient("x")
    assert gx.run(document, wrt=["x"]).gradient("x") == -4  # 2·(wx − y)·w
    assert gx.run(document, seed=3.0).gradient("w") == -24
    assert gx.run(gx.open("squared_error", inputs={"w": 2.0})).value("L") == 0


def test_an_unknown_name_offers_the_nearest() -> None:
    trace = gx.run(gx.open("neuron"))
    with pytest.raises(KeyError):
        trace.value("zz")
    with pytest.raises(UnknownName, match="'z'"):
        trace.value("zz")


def test_the_graph_is_a_networkx_graph() -> None:
    graph = gx.parse("L = w*w", parameters={"w": 3.0}).graph.to_networkx()
    assert sorted(graph.edges(keys=True)) == [("w", "L", 0), ("w", "L", 1)]
    assert graph.nodes["L"]["op"] == "Mul"


def test_jvp_jacobian_and_hessian_of_a_quadratic() -> None:
    matrix = np.array([[3.0, 1.0], [1.0, 2.0]])
    document = gx.parse("g = A @ v\nL = 0.5*sum(v*g)", {"A": matrix}, {"v": [1.0, -2.0]})
    np.testing.assert_allclose(gx.hessian(document), matrix)  # ½ vᵀAv with A symmetric
    np.testing.assert_allclose(gx.jacobian(document, "g", "v"), matrix)
    moved = gx.jvp(document, {"v": [1.0, 0.0]})
    np.testing.assert_allclose(moved.tangent("g"), matrix[:, 0])
    np.testing.assert_allclose(moved.tangent("L"), (matrix @ [1.0, -2.0])[0])


def test_check_and_save(tmp_path: Path) -> None:
    document = gx.open("neuron")
    assert all(one.agrees for one in gx.check(document))
    gx.save(document, tmp_path / "copy.toml")
    assert gx.run(gx.open(tmp_path / "copy.toml")).gradient("w") == gx.run(document).gradient("w")
    with pytest.raises(InputError, match=r"known: \.toml"):
        gx.save(document, tmp_path / "copy.txt")


def test_replay_and_learning_rates() -> None:
    points = gx.replay("sgd:lr=0.1", [1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(points, [[1.0, 2.0], [0.9, 2.0], [0.9, 1.9]])
    np.testing.assert_allclose(gx.learning_rates("step:step_size=2,gamma=0.5", 1.0, 4), [1, 1, 0.5, 0.5])


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        gx.rum  # noqa: B018


def test_surface_and_descend() -> None:
    document = gx.open("rosenbrock")
    grid = gx.surface(document, grid=(4, 3))
    assert grid.values.shape == (3, 4)
    assert (grid.x[0], grid.x[-1], grid.y[0], grid.y[-1]) == document.surface.window
    path = gx.descend(document, "adam:lr=0.05", (-1.2, 1.0), 30)
    assert path.points.shape == (31, 2)
    assert path.losses.shape == (31,)
    assert set(path.state) == {"m", "v"}
    assert path.outcome == "running"
    here = gx.parse("L = (w*2 - 1)**2 + b**2", parameters={"w": 0.0, "b": 1.0})
    assert gx.descend(here, "sgd:lr=0.1").points[0].tolist() == [0, 1]
    assert gx.descend(here, "sgd:lr=0.1").outcome == "converged"
    assert gx.descend(gx.open("two_layer"), "adam", steps=2, axes=("W1[0,1]", "b1[0]")).points.shape == (3, 2)
