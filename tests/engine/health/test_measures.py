"""Norms, shares of zeros and counts of what is no number, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.health import Measures, measure, norm_of


def measured(program: str, inputs: dict[str, object], parameters: dict[str, object]) -> Measures:
    return measure(run(parse(program, inputs, parameters), partial=True))


@pytest.mark.parametrize(
    ("array", "norm"),
    [
        (np.array([3.0, 4.0]), 5.0),
        (np.array(-2.0), 2.0),
        (np.array([3e200, 4e200]), 5e200),  # whose squares overflow
        (np.array([3e-200, 4e-200]), 5e-200),  # whose squares vanish
        (np.array([3e-30, 4e-30], np.float32), 5e-30),
        (np.array([3e30, 4e30], np.float32), 5e30),
        (np.array([300, 400], np.float16), 500.0),
        (np.array([3, -4], np.int64), 5.0),
        (np.array([True, True, False]), 2**0.5),
        (np.full((1000, 1000), 0.25), 250.0),
        (np.zeros((2, 0)), 0.0),
    ],
)
def test_norm(array: np.ndarray, norm: float) -> None:
    assert norm_of(array) == pytest.approx(norm, rel=1e-6)


def test_norm_of_what_is_no_number() -> None:
    assert np.isnan(norm_of(np.array([1.0, np.nan, np.inf])))
    assert norm_of(np.array([1.0, -np.inf])) == np.inf


def test_sizes_of_arrays() -> None:
    found = measured("h = relu(x)\nL = sum(h)", {}, {"x": [3.0, -1.0, 4.0, -2.0]})
    h = found.place("h")
    assert found.values.norm[h] == 5.0
    assert found.values.rms[h] == 2.5
    assert found.values.zeros[h] == 0.5
    assert found.values.largest[h] == 4.0
    x = found.place("x")
    assert found.gradients.norm[x] == pytest.approx(2**0.5)
    assert found.gradients.zeros[x] == 0.5


def test_plain_numbers_and_arrays_are_measured_alike() -> None:
    program, inputs, parameters = "h = tanh(w*x)\nL = h**2 - c/c", {"x": 0.5, "c": 0.0}, {"w": 3.0}
    numbers = measured(program, inputs, parameters)
    arrays = measured(program, {"x": [0.5], "c": [0.0]}, {"w": [3.0]})
    assert isinstance(numbers.trace.values, np.ndarray)
    assert not isinstance(arrays.trace.values, np.ndarray)
    for part in ("values", "gradients"):
        for column in ("norm", "largest", "zeros", "undefined", "infinite", "count", "known"):
            one, other = (getattr(getattr(found, part), column) for found in (numbers, arrays))
            np.testing.assert_allclose(one, other, rtol=1e-15, err_msg=f"{part}.{column}")


def test_what_is_not_computed_is_not_zero() -> None:
    found = measured("h = w*x\ne = exp(x)\nL = h**2", {"x": 2.0}, {"w": 1.0})
    for name in ("x", "e"):
        assert np.isnan(found.gradients.norm[found.place(name)])
        assert not found.gradients.known[found.place(name)]
    assert found.gradients.known[found.place("w")]


def test_a_run_that_failed_has_the_values_that_came_before() -> None:
    found = measured("h = x @ W\nL = sum(h @ x)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 3))})
    assert found.values.known[found.place("h")]
    assert not found.values.known[found.place("L")]
    assert not found.gradients.known.any()


def test_pace_of_parameters_and_of_their_parts() -> None:
    found = measured("a = w[0]*x\nL = 0.5*(w[1]*a)**2", {"x": 2.0}, {"w": [3.0, 4.0]})
    # a = 6, L = 0.5·24²; ∂L/∂w = [24·4·2, 24·6] = [192, 144], whose norm is 240
    assert found.pace[found.place("w")] == pytest.approx(240 / 5)
    part = found.trace.graph.node("a").inputs[0]
    assert found.pace[found.place(part)] == pytest.approx(192 / 3)
    assert np.isnan(found.pace[found.place("a")])


def test_pace_of_zero_weights_is_not_known() -> None:
    found = measured("L = (w*x - 1)**2", {"x": 2.0}, {"w": 0.0})
    assert np.isnan(found.pace[found.place("w")])


def test_groups_have_the_numbers_of_what_comes_out_and_the_weights_that_go_in() -> None:
    program = "def layer(h, k):\n    z = k*h\n    return tanh(z)\nh = layer(x, u)\nh = layer(h, v)\nL = h**2"
    found = measured(program, {"x": 0.5}, {"u": 1.0, "v": 2.0})
    assert len(found.groups) == 2
    graph = found.trace.graph
    for path, weight in zip(found.groups, "uv", strict=True):
        result, weights = found.groups[path]
        assert graph.node(graph.values[result]).op == "Tanh"
        assert graph.node(graph.values[result]).group == path
        assert [graph.values[k] for k in weights] == [weight]
        size = found.trace.value(weight)
        assert found.group_paces[path] == pytest.approx(abs(found.trace.gradient(weight)) / size)
