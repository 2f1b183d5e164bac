"""The numbers of the examples, from a second source: worked by hand, or from a formula in plain NumPy.

Nothing of the engine takes part in what is expected. What is worked by hand stands in `BY_HAND` with its
arithmetic beside it. For the larger networks `FORMULAS` holds the loss written down a second time, as a
function of complex arrays: the imaginary part of f(x + ih), divided by h, is the derivative, exact to
rounding (Squire and Trapp, 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy import exp, tanh

from graph_explorer.document import Document, run
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples

Array = np.ndarray[Any, Any]
Values = Mapping[str, Array]

#: Documents of networks; models of other tools have their own test.
NETWORKS = {
    example.name: example.path
    for example in examples()
    if example.path.parent.name == "examples" and example.path.suffix == ".toml"
}


def sigmoid(z: Any) -> Any:
    return 1 / (1 + exp(-z))


A = float(sigmoid(0.4))  # the activation of `neuron`: z = 0.4·1.5 − 0.2 = 0.4
DELTA = (A - 1) * A * (1 - A)  # what reaches z
P = np.exp([2.0, 1.0, 0.1]) / np.sum(np.exp([2.0, 1.0, 0.1]))

#: Example → what each name has: values, gradients.
BY_HAND: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    # p = 1·2, d = 2 − 4, L = (−2)²;  dL/dd = 2·(−2), dL/dw = −4·2
    "squared_error": ({"p": 2, "d": -2, "L": 4}, {"d": -4, "p": -4, "w": -8}),
    # L = ½(1 − a)²;  dL/da = a − 1, δ = (a − 1)·a(1 − a), dL/dw = 1.5·δ, dL/db = δ
    "neuron": (
        {"z": 0.4, "a": A, "L": (1 - A) ** 2 / 2},
        {"a": A - 1, "z": DELTA, "w": 1.5 * DELTA, "b": DELTA},
    ),
    # a = 2·3, b = 3², c = 3·4, L = 6 + 9 + 12;  dL/dx = 2 + 2·3 + 4, dL/dy = 3
    "fan_out": ({"a": 6, "b": 9, "c": 12, "L": 27}, {"x": 12, "y": 3, "a": 1, "b": 1, "c": 1}),
    # gates: the first lets entries 1 and 3 pass, and so does the second; behind them is the factor 2
    "relu_stack": (
        {"u": [2, -4, 6], "h": [2, 0, 6], "v": [1, -1, 5], "out": [1, 0, 5], "L": 6},
        {"out": [1, 1, 1], "v": [1, 0, 1], "h": [1, 0, 1], "u": [1, 0, 1], "x": [2, 0, 2]},
    ),
    # p = 1·0.5 + 0.25, d = −1.25, L = 1.25²;  dL/dp = 2·(−1.25), and x = 1
    "dense_mse": (
        {"p": [[0.75]], "d": [[-1.25]], "L": 1.5625},
        {"p": [[-2.5]], "W": [[-2.5]], "b": [-2.5]},
    ),
    # u = 2 + 12, v = 30 + 56, L = 14·86;  dL/dx1 = 2·86 … and dL/dx5 = 6·14 …
    "forward_vs_reverse": (
        {"u": 14, "v": 86, "L": 1204},
        {"u": 86, "x1": 172, "x2": 86, "x3": 344, "x4": 258, "x5": 84, "x6": 70, "x7": 112, "x8": 98},
    ),
    # softmax and cross-entropy: dL/dz = p − y
    "softmax_cross_entropy": ({"p": P, "L": -np.log(P[0])}, {"z": P - [1, 0, 0], "p": [-1 / P[0], 0, 0]}),
    # errors −1 −2 −2 −4: L = (1 + 4 + 4 + 16)/4;  dL/dw = 2(−1·1 − 2·2 − 2·3 − 4·4)/4, dL/db = 2(−9)/4
    "minibatch": (
        {"l1": 1, "l2": 4, "l3": 4, "l4": 16, "L": 6.25},
        {"l1": 0.25, "l4": 0.25, "w": -13.5, "b": -4.5},
    ),
    # every layer passes 1 on with slope 1, and the loss is ½·1²
    "deep_relu": ({"h": 1, "L": 0.5}, {"h": 1, "w": np.ones(20)}),
    # h = 2¹⁰, L = ½(1024 − 1000)²;  dL/dh = 24, dL/dw = 24·10·2⁹
    "exploding": ({"h": 1024, "L": 288}, {"h": 24, "w": 122880}),
}


def deep_sigmoid(v: Values) -> Any:
    h = v["x"]
    for weight in v["w"]:
        h = sigmoid(weight * h)
    return (h - v["y"]) ** 2 / 2


def two_layer(v: Values) -> Any:
    h = sigmoid(v["W1"] @ v["x"] + v["b1"])
    return np.sum((sigmoid(v["W2"] @ h + v["b2"]) - v["y"]) ** 2) / 2


def batch_norm(v: Values) -> Any:
    z = v["x"] @ v["W"]
    variance = (z**2).mean(axis=0) - z.mean(axis=0) ** 2
    n = (z - z.mean(axis=0)) / np.sqrt(variance + 1e-5)
    return np.mean((tanh(v["gamma"] * n + v["beta"]) - v["y"]) ** 2)


def residual(v: Values) -> Any:
    h = v["x"]
    for inner, outer in zip(v["U"], v["V"], strict=True):
        h = h + outer @ tanh(inner @ h)
    return np.sum((h - v["y"]) ** 2) / 2


def rnn(v: Values) -> Any:
    h = v["h0"]
    for x in v["x"]:
        h = tanh(v["Wx"] @ x + v["Wh"] @ h + v["b"])
    return np.sum((v["Wy"] @ h + v["by"] - v["y"]) ** 2) / 2


def lstm(v: Values) -> Any:
    """The four gates as one product, as libraries compute them."""
    weights = np.vstack([v["Wf"], v["Wi"], v["Wo"], v["Wg"]])
    biases = np.concatenate([v["bf"], v["bi"], v["bo"], v["bg"]])
    h, c = v["h0"], v["c0"]
    for x in v["x"]:
        f, i, o, g = np.split(weights @ np.concatenate([x, h]) + biases, 4)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
    return (v["wy"] @ h - v["y"]) ** 2 / 2


def attention(v: Values) -> Any:
    heads = []
    for k in "12":
        scores = np.einsum("id,jd->ij", v["x"] @ v[f"Wq{k}"], v["x"] @ v[f"Wk{k}"]) / np.sqrt(2)
        weights = exp(scores) / exp(scores).sum(axis=1, keepdims=True)
        heads.append(weights @ v["x"] @ v[f"Wv{k}"])
    return np.mean((np.hstack(heads) @ v["Wo"] - v["y"]) ** 2)


def cnn(v: Values) -> Any:
    """Convolution and pooling as loops over places."""
    image, kernels = v["image"][0, 0], v["K"][:, 0]
    pooled = np.zeros((2, 3, 3), complex)
    for kernel, row, column in np.ndindex(2, 3, 3):
        answers = [
            np.sum(image[i : i + 3, j : j + 3] * kernels[kernel]) + v["k0"][kernel]
            for i in (2 * row, 2 * row + 1)
            for j in (2 * column, 2 * column + 1)
        ]
        best = max(answers, key=np.real)
        pooled[kernel, row, column] = best if np.real(best) > 0 else 0
    scores = pooled.ravel() @ v["W"] + v["b"]
    return np.log(np.sum(exp(scores))) - scores[int(np.real(v["label"][0]))]


def dead_relu(v: Values) -> Any:
    z = v["x"] @ v["W"] + v["b"]
    return np.mean((np.where(z.real > 0, z, 0) @ v["v"] - v["y"]) ** 2)


def saturated(v: Values) -> Any:
    return np.mean((tanh(v["x"] @ v["W"]) @ v["v"] - v["y"]) ** 2)


def log_of_zero(v: Values) -> Any:
    return np.log(np.sum(exp(v["z"]))) - v["z"] @ v["y"]


FORMULAS: Mapping[str, Callable[[Values], Any]] = {
    "deep_sigmoid": deep_sigmoid,
    "two_layer": two_layer,
    "batch_norm": batch_norm,
    "residual": residual,
    "rnn": rnn,
    "lstm": lstm,
    "attention": attention,
    "cnn": cnn,
    "dead_relu": dead_relu,
    "saturated": saturated,
    "log_of_zero": log_of_zero,
}


def opened(name: str) -> Document:
    return open_document(NETWORKS[name])


def values_of(document: Document) -> dict[str, Array]:
    """The numbers in the file, as complex arrays."""
    return {n: e.array.astype(complex) for n, e in {**document.inputs, **document.parameters}.items()}


def slopes(formula: Callable[[Values], Any], values: Values, name: str) -> Array:
    found = np.zeros(values[name].shape)
    for index in np.ndindex(found.shape):
        moved = values[name].copy()
        moved[index] += 1e-40j
        found[index] = np.imag(formula({**values, name: moved})) / 1e-40
    return found


def test_every_example_has_numbers_here() -> None:
    assert {*BY_HAND, *FORMULAS} == set(NETWORKS)


@pytest.mark.parametrize("name", BY_HAND)
def test_numbers_worked_by_hand(name: str) -> None:
    trace = run(opened(name))
    values, gradients = BY_HAND[name]
    for node, expected in values.items():
        np.testing.assert_allclose(trace.value(node), expected, rtol=1e-14, err_msg=f"value of {node}")
        assert trace.value(node).shape == np.shape(expected)
    for node, expected in gradients.items():
        np.testing.assert_allclose(trace.gradient(node), expected, rtol=1e-14, err_msg=f"gradient of {node}")
        assert trace.gradient(node).shape == np.shape(expected)


@pytest.mark.parametrize("name", FORMULAS)
def test_numbers_from_a_formula(name: str) -> None:
    document = opened(name)
    trace, values, formula = run(document), values_of(document), FORMULAS[name]
    assert float(trace.value(trace.output)) == pytest.approx(float(np.real(formula(values))), rel=1e-13)
    for parameter in document.parameters:
        expected = slopes(formula, values, parameter)
        atol = 1e-13 * float(np.abs(expected).max())
        np.testing.assert_allclose(
            trace.gradient(parameter), expected, rtol=1e-10, atol=atol, err_msg=parameter
        )


def test_two_layer_has_its_deltas_at_the_pre_activations() -> None:
    trace = run(opened("two_layer"))
    h = sigmoid(np.array([0.4 * 1.0 - 0.6 * 0.5 + 0.1, 0.2 * 1.0 + 0.8 * 0.5 - 0.1]))  # z1 = [0.2, 0.5]
    p = sigmoid(0.5 * h[0] - 0.3 * h[1] + 0.2)
    delta2 = (p - 1) * p * (1 - p)
    delta1 = np.array([0.5, -0.3]) * delta2 * h * (1 - h)
    for name, expected in (
        ("z2", [delta2]),
        ("b2", [delta2]),
        ("W2", [delta2 * h]),
        ("z1", delta1),
        ("b1", delta1),
        ("W1", np.outer(delta1, [1.0, 0.5])),
    ):
        np.testing.assert_allclose(trace.gradient(name), expected, rtol=1e-13, err_msg=name)


def test_minibatch_gradient_comes_one_example_at_a_time() -> None:
    trace = run(opened("minibatch"))
    # 2·error·x/4 of the fourth, third, second and first example
    assert [float(term.contribution) for term in trace.terms("w")] == [-8.0, -3.0, -2.0, -0.5]


def test_deep_sigmoid_vanishes_at_least_fourfold_a_layer() -> None:
    """The weights are 1 and the slope is at most 1/4; what reaches a weight ends far below 1e-13."""
    trace = run(opened("deep_sigmoid"))
    sizes = np.abs([float(trace.gradient(name)) for name in (*(f"k={k}/h" for k in range(19)), "h")])
    assert (sizes[1:] / sizes[:-1]).min() > 4
    assert trace.gradient("w")[0] < 1e-13
    assert trace.gradient("w")[-1] > 0.09


def test_exploding_update_is_as_told() -> None:
    document = opened("exploding")
    trace = run(document)
    assert [float(term.contribution) for term in trace.terms("w")] == [24 * 2.0**9] * 10
    after = run(document.with_values({"w": 2 - 0.01 * 122880.0}))
    # ½·(1226.8¹⁰)²: the target no longer matters
    assert float(after.value("L")) == pytest.approx(0.5 * 1226.8**20, rel=1e-9)
    assert len(str(int(after.value("L")))) == 62


def test_batch_norm_sends_back_nothing_along_a_shift() -> None:
    trace = run(opened("batch_norm"))
    assert np.abs(trace.gradient("z").sum(axis=0)).max() < 1e-15 < np.abs(trace.gradient("z")).min()


def test_first_moment_gives_the_recurrent_weights_nothing() -> None:
    """The state before the first moment is 0, so the last term to come is 0 and no other one is."""
    sizes = [float(np.abs(term.contribution).max()) for term in run(opened("rnn")).terms("Wh")]
    assert len(sizes) == 4
    assert sizes[-1] == 0
    assert min(sizes[:-1]) > 0.1
