"""Forward mode, Jacobians and Hessians, held against the backward pass and against differences."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import InputError, NotComputed
from graph_explorer.engine.graph import Use
from graph_explorer.engine.modes import hessian, jacobian, push

R = np.random.default_rng(3)
PROGRAMS: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "scalars": ("z = w*x + b\nL = tanh(z)*z + exp(b)", {"x": 1.5}, {"w": 0.4, "b": -0.2}),
    "network": (
        "h = tanh(x @ W + b)\nL = mean((h @ V - y)**2)",
        {"x": R.normal(size=(3, 2)), "y": R.normal(size=(3, 1))},
        {"W": R.normal(size=(2, 3)), "b": R.normal(size=3), "V": R.normal(size=(3, 1))},
    ),
    "softmax": (
        "p = softmax(x @ W)\nL = -sum(log(p) * [[0, 1, 0], [1, 0, 0]])",
        {"x": R.normal(size=(2, 2))},
        {"W": R.normal(size=(2, 3))},
    ),
    "convolution with a bias": (
        "h = relu(conv2d(x, K, bias=b))\nL = sum(tanh(h)**2)",
        {"x": R.normal(size=(1, 1, 4, 4))},
        {"K": R.normal(size=(2, 1, 2, 2)), "b": np.array([0.3, -0.2])},
    ),
    "cross entropy": (
        "L = cross_entropy(x @ W, y)",
        {"x": R.normal(size=(3, 2)), "y": np.array([0, 2, 1])},
        {"W": R.normal(size=(2, 3))},
    ),
    "matmul": ("L = sum((A @ B) * (A @ B))", {}, {"A": R.normal(size=(2, 3)), "B": R.normal(size=(3, 2))}),
    "convolution": (
        "h = conv2d(x, K, padding=1)\nL = sum(tanh(h))",
        {"x": R.normal(size=(1, 1, 4, 4))},
        {"K": R.normal(size=(2, 1, 3, 3))},
    ),
    "pooling": (
        "h = max_pool2d(conv2d(x, K), 2)\nL = sum(h*h) + sum(avg_pool2d(h, 1)**3)",
        {"x": R.normal(size=(1, 1, 6, 6))},
        {"K": R.normal(size=(1, 1, 3, 3))},
    ),
    "pieces": ("a, b = split(v, 2)\nL = sum(a*b*b) + v[0]*v[3]**2", {}, {"v": R.normal(size=4)}),
}
each = pytest.mark.parametrize("name", PROGRAMS)


def document(name: str) -> Document:
    return parse(*PROGRAMS[name])


def flat(found: Document, names: tuple[str, ...]) -> np.ndarray:
    return np.concatenate([np.ravel(found.entry(name).array) for name in names])


def moved(found: Document, names: tuple[str, ...], entries: np.ndarray) -> Document:
    """The document with all parameters replaced by `entries`, one after the other."""
    values, at = {}, 0
    for name in names:
        old = found.entry(name).array
        values[name] = entries[at : at + old.size].reshape(old.shape)
        at += old.size
    return found.with_values(values)


def gradient(found: Document, names: tuple[str, ...]) -> np.ndarray:
    trace = run(found)
    return np.concatenate([np.ravel(trace.gradient(name)) for name in names])


@each
def test_forward_and_backward_say_the_same_of_every_direction(name: str) -> None:
    found = document(name)
    trace, random = run(found), np.random.default_rng(0)
    tangents = {key: random.normal(size=entry.array.shape) for key, entry in found.parameters.items()}
    forward = push(trace, tangents)
    backward = sum(float(np.sum(trace.gradient(key) * tangent)) for key, tangent in tangents.items())
    assert float(forward.tangent("L")) == pytest.approx(backward, rel=1e-10)


@each
def test_the_steps_of_forward_mode_add_up(name: str) -> None:
    found = document(name)
    pushed = push(run(found), dict.fromkeys(found.parameters, 1.0))
    summed: dict[str, np.ndarray] = {}
    for step in pushed.steps:
        before = summed.get(step.node.id)
        summed[step.node.id] = step.contribution if before is None else before + step.contribution
        np.testing.assert_allclose(step.accumulated, summed[step.node.id], rtol=1e-12)
        np.testing.assert_array_equal(step.tangent, pushed.tangent(step.source))
    for key, total in summed.items():
        np.testing.assert_allclose(pushed.tangent(key), total, rtol=1e-12)


@each
def test_a_jacobian_is_what_differences_say(name: str) -> None:
    found = document(name)
    trace = run(found)
    of = next(node.id for node in trace.graph if not node.is_leaf)
    for wrt in found.parameters:
        made = jacobian(trace, found.leaves, of, wrt)
        at = found.entry(wrt).array
        assert made.shape == (trace.value(of).size, at.size)
        for k in range(at.size):
            step = np.zeros(at.size)
            step[k] = 1e-6
            up, down = (
                run(found.with_values({wrt: at + sign * step.reshape(at.shape)})).value(of).ravel()
                for sign in (1, -1)
            )
            np.testing.assert_allclose(made[:, k], (up - down) / 2e-6, rtol=1e-5, atol=1e-8)


def test_a_jacobian_row_by_row_is_that_column_by_column() -> None:
    found = parse("y = tanh(A @ x)\nL = sum(y)", parameters={"A": R.normal(size=(3, 2)), "x": [0.3, -0.7]})
    trace = run(found)
    slope = (1 - trace.value("y") ** 2)[:, None]
    np.testing.assert_allclose(jacobian(trace, found.leaves, "y", "x"), slope * found.entry("A").array)
    np.testing.assert_allclose(
        jacobian(trace, found.leaves, "y", "A"),
        np.einsum("i,ij,k->ijk", slope[:, 0], np.eye(3), [0.3, -0.7]).reshape(3, 6),
    )


@each
def test_a_hessian_is_symmetric_and_what_differences_of_gradients_say(name: str) -> None:
    found = document(name)
    names = tuple(found.parameters)
    made = hessian(run(found), found.leaves)
    at = flat(found, names)
    assert made.shape == (at.size, at.size)
    np.testing.assert_allclose(made, made.T, rtol=1e-9, atol=1e-10)
    step = 1e-5
    for k in range(at.size):
        direction = np.eye(at.size)[k] * step
        up, down = (gradient(moved(found, names, at + sign * direction), names) for sign in (1, -1))
        np.testing.assert_allclose(made[k], (up - down) / (2 * step), rtol=1e-5, atol=1e-7)


def test_the_hessian_of_rosenbrock_is_the_textbook_one() -> None:
    found = parse("L = (1 - x)**2 + 100*(y - x**2)**2", parameters={"x": -1.2, "y": 1.0})
    x, y = -1.2, 1.0
    expected = [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]]
    np.testing.assert_allclose(hessian(run(found), found.leaves), expected, rtol=1e-12)


def test_a_hessian_needs_one_number() -> None:
    found = parse("y = x*x", parameters={"x": [1.0, 2.0]})
    with pytest.raises(InputError, match="single number"):
        hessian(run(found), found.leaves)


def test_what_does_not_move_has_no_tangent() -> None:
    found = parse("a = 2*x\nL = a*y", parameters={"x": 1.0, "y": 1.0})
    pushed = push(run(found), {"y": 1.0})
    assert pushed.tangent("L") == 2
    with pytest.raises(NotComputed, match="'a' does not move"):
        pushed.tangent("a")


def test_a_tangent_has_the_shape_of_its_value() -> None:
    found = parse("L = sum(x)", parameters={"x": [1.0, 2.0]})
    with pytest.raises(InputError, match=r"it must have \(2,\)"):
        push(run(found), {"x": [1.0, 2.0, 3.0]})


def test_detached_edges_push_nothing_either() -> None:
    found = parse("L = x*x", parameters={"x": 3.0})
    assert push(run(found, detached=[Use("L", 0)]), {"x": 1.0}).tangent("L") == 3
