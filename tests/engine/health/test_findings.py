"""Each illness, planted in a small run, and the same run without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.graph import Use
from graph_explorer.engine.health import BOUNDS, KINDS, Finding, examine, measure
from graph_explorer.engine.health.chains import chain_of
from graph_explorer.engine.health.finding import MOST, ordered
from graph_explorer.engine.health.units import unit_axis
from graph_explorer.engine.trace import Trace

Values = Mapping[str, Any]
RANDOM = np.random.default_rng(5)


def traced(program: str, inputs: Values, parameters: Values, **more: Any) -> Trace:
    return run(parse(program, inputs, parameters), partial=True, **more)


def found(program: str, inputs: Values, parameters: Values, **more: Any) -> dict[str, Finding]:
    findings = examine(traced(program, inputs, parameters, **more), rate=0.1).findings
    assert len({f.kind for f in findings}) == len(findings)
    return {f.kind: f for f in findings}


# ── units ─────────────────────────────────────────────────────────────────────────────────────


def test_dead_channels_of_a_convolution() -> None:
    image = RANDOM.normal(size=(2, 1, 6, 6))
    kernels = np.abs(RANDOM.normal(size=(4, 1, 3, 3)))
    program = "h = relu(conv2d(x, K, bias=b))\nL = sum(h**2)"
    ill = found(program, {"x": image}, {"K": 0.01 * kernels, "b": [1.0, -9.0, 1.0, 1.0]})
    assert ill["dead"].node == "h"
    assert ill["dead"].numbers == {"dead": 1, "units": 4, "share": 0.25, "examples": 2 * 4 * 4}
    assert "dead" not in found(program, {"x": image}, {"K": 0.01 * kernels, "b": [1.0, 1.0, 1.0, 1.0]})


def test_dead_rows_of_a_product_with_examples_as_columns() -> None:
    x = RANDOM.normal(size=(3, 20))
    w = 0.1 * RANDOM.normal(size=(5, 3))
    ill = found(
        "h = relu(W @ x + b)\nL = sum(h**2)", {"x": x}, {"W": w, "b": [[1.0], [1.0], [-5.0], [1.0], [1.0]]}
    )
    assert ill["dead"].numbers["dead"] == 1
    assert ill["dead"].numbers["units"] == 5
    assert ill["dead"].numbers["examples"] == 20


@pytest.mark.parametrize(
    ("program", "shape", "axis"),
    [
        ("h = relu(x @ W)\nL = sum(h)", (7, 4), 1),
        ("h = relu(transpose(W) @ x)\nL = sum(h)", (4, 7), 1),
        ("h = relu(W @ x)\nL = sum(h)", (4, 7), 0),
        ("h = relu(x)\nL = sum(h) + sum(W)", (7,), 0),
        ("h = relu(x)\nL = sum(h) + sum(W)", (), -1),
        ("h = relu(x)\nL = sum(h) + sum(W)", (2, 3, 4), 2),
        ("h = relu(x)\nL = sum(h) + sum(W)", (2, 3, 4, 5), 1),
    ],
)
def test_along_which_axis_units_are_told_apart(program: str, shape: tuple[int, ...], axis: int) -> None:
    trace = traced(program, {"x": np.ones(shape)}, {"W": np.ones((4, 4))})
    assert unit_axis(trace, trace.graph.node("h")) == axis


def test_a_few_dead_units_are_a_note() -> None:
    x = RANDOM.normal(size=(50, 2))
    bias = np.ones(20)
    bias[3] = -50
    ill = found("h = relu(x @ W + b)\nL = sum(h**2)", {"x": x}, {"W": 0.1 * np.ones((2, 20)), "b": bias})
    assert ill["dead"].severity == "note"
    assert ill["dead"].numbers["share"] == 0.05


def test_one_example_makes_no_unit_dead_unless_all_are_closed() -> None:
    program = "h = relu(W @ x)\nL = sum(h)"
    some = found(program, {"x": [1.0, -1.0]}, {"W": np.diag([1.0, 1.0])})
    assert set(some) == {"closed"}
    assert some["closed"].numbers["closed"] == 1
    every = found(program, {"x": np.ones(2)}, {"W": -np.ones((9, 2))})
    assert every["dead"].severity == "problem"
    assert "No gradient passes" in every["dead"].sentence


def test_a_leaky_relu_is_never_dead() -> None:
    ill = found("h = leaky_relu(x @ W)\nL = sum(h**2)", {"x": np.ones((20, 2))}, {"W": -np.ones((2, 5))})
    assert not ill.keys() & {"dead", "closed"}


@pytest.mark.parametrize(("function", "edge"), [("sigmoid", 4.3575), ("tanh", 2.1783)])
def test_saturated_from_a_twentieth_of_the_steepest_slope_on(function: str, edge: float) -> None:
    """σ' = 1/80 and 1 − tanh² = 1/20 at these places, solved by hand."""
    program = f"h = {function}(w*x)\nL = sum(h)"
    inside, outside = ([scale * edge, -scale * edge] for scale in (0.999, 1.001))
    assert "saturated" not in found(program, {"x": inside}, {"w": 1.0})
    ill = found(program, {"x": outside}, {"w": 1.0})["saturated"]
    assert ill.numbers["share"] == 1.0
    assert ill.numbers["mean slope"] == pytest.approx(0.05 * (0.25 if function == "sigmoid" else 1), rel=0.01)


# ── chains ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("gain", "kind"), [(0.4, "vanishing"), (1.0, ""), (2.5, "exploding")])
@pytest.mark.parametrize("depth", [3, 8])
def test_chain_of_matrices(gain: float, kind: str, depth: int) -> None:
    """Orthogonal matrices times a gain change every norm by exactly the gain."""
    turned, _ = np.linalg.qr(RANDOM.normal(size=(6, 6)))
    program = "h = x\n" + "".join(f"h = W{k} @ h\n" for k in range(depth)) + "L = sum(h)"
    trace = traced(program, {"x": np.ones(6)}, {f"W{k}": gain * turned for k in range(depth)})
    chain = chain_of(measure(trace))
    assert len(chain.layers) == depth
    assert chain.factor == pytest.approx(gain, rel=1e-12)
    assert chain.ratio == pytest.approx(gain ** (depth - 1), rel=1e-12)
    long_enough = gain ** (depth - 1) <= 0.01 or gain ** (depth - 1) >= 100
    kinds = {f.kind for f in examine(trace).findings} & {"vanishing", "exploding"}
    assert kinds == ({kind} if kind and long_enough else set())


def test_shortcuts_keep_the_gradient_alive() -> None:
    """The same small weights: without a shortcut the gradient vanishes, with one it does not."""
    values = {f"W{k}": 0.2 * np.eye(3) for k in range(10)}
    lines = [f"h = {{}}tanh(W{k} @ h)\n" for k in range(10)]
    for shortcut, ill in (("", True), ("h + ", False)):
        program = "h = V @ x\n" + "".join(line.format(shortcut) for line in lines) + "L = sum(h)"
        findings = found(program, {"x": 0.1 * np.ones(3)}, {**values, "V": np.eye(3)})
        assert ("vanishing" in findings) is ill


def test_of_parallel_layers_the_strongest_speaks() -> None:
    """Two branches a step; through one of them the gradient passes whole."""
    lines = [f"h = 0.001*tanh(A{k} @ h) + B{k} @ h\n" for k in range(6)]
    values = {f"{name}{k}": np.eye(2) for k in range(6) for name in "AB"}
    trace = traced("h = x\n" + "".join(lines) + "L = sum(h)", {"x": np.ones(2)}, values)
    chain = chain_of(measure(trace))
    assert len(chain.layers) == 6
    assert all(trace.graph.node(name).inputs[0].startswith("B") for name in chain.layers)
    assert not {f.kind for f in examine(trace).findings} & {"vanishing", "exploding"}


def test_vanished_beyond_the_smallest_number() -> None:
    """400 sigmoids: 0.22⁴⁰⁰ is no number any more, so the first layers get exactly 0."""
    program = "h = x\nfor k in range(800):\n    h = sigmoid(w[k]*h)\nL = h"
    ill = found(program, {"x": 1.0}, {"w": np.ones(800)})["vanishing"]
    assert 300 < ill.numbers["layers"] < 600
    assert "it is exactly 0" in ill.sentence


def test_a_function_without_layers_has_no_chain() -> None:
    trace = traced("L = (1 - x)**2 + 100*(y - x**2)**2", {}, {"x": 1.0, "y": 3.0})
    assert chain_of(measure(trace)).layers == ()


# ── what is no number ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("program", "x", "kind", "node", "said"),
    [
        ("L = sum(log(w*x))", [1.0, 0.0], "infinite value", "L.log", "log(0) at [1]"),
        ("L = sum(log(w*x))", [-2.0, 1.0], "nan value", "L.log", "log((−2)) at [0]"),
        ("L = sum(sqrt(w*x))", [-4.0], "nan value", "L.sqrt", "sqrt((−4)) at [0]"),
        ("a = w*x\nL = sum(a/a)", [0.0], "nan value", "L.div", "0 / 0"),
        ("L = sum(1/(w*x))", [0.0], "infinite value", "L.div", "1 / 0"),
        ("L = exp(w*x)", 1000.0, "infinite value", "L", "exp(1000)"),
        ("a = w*x\nL = sum(a)", [np.nan], "nan value", "x", "is given as NaN"),
        ("a = x @ x\nL = w*a", [1e200, 1.0], "infinite value", "a", "MatMul of entries up to 10²⁰⁰"),
    ],
)
def test_where_a_value_stops_being_finite(program: str, x: Any, kind: str, node: str, said: str) -> None:
    ill = found(program, {"x": x}, {"w": 1.0})[kind]
    assert ill.severity == "problem"
    assert said.replace("10²⁰⁰", "1·10²⁰⁰") in ill.sentence
    assert ill.node == node or node not in {"x", "a", "L"}


def test_an_infinity_that_does_no_harm_is_no_finding() -> None:
    ill = found("p = softmax(w*x + m)\nL = sum(p**2)", {"x": [1.0, 2.0], "m": [0.0, -np.inf]}, {"w": 1.0})
    assert not ill.keys() & {"infinite value", "nan value"}


def test_origin_of_an_infinite_gradient() -> None:
    ill = found("u = w*x\ns = sqrt(u)\nL = sum(s)", {"x": [4.0, 0.0]}, {"w": 1.0})
    assert ill["infinite gradient"].node == "u"
    assert ill["infinite gradient"].nodes == ("u", "s")
    assert "there 'u' is 0 at [1]" in ill["infinite gradient"].sentence
    assert "infinite value" not in ill


def test_origin_of_a_gradient_that_is_no_number() -> None:
    """The trap of a select: the branch that is not taken has an infinite slope, and 0 · ∞ is no number."""
    ill = found("u = w*x\nr = where(u > 0, log(u), 0)\nL = sum(r)", {"x": [1.0, 0.0]}, {"w": 1.0})
    assert ill["nan gradient"].node == "u"
    assert "(Log)" in ill["nan gradient"].sentence


# ── what does not arrive ──────────────────────────────────────────────────────────────────────


def test_unused_parameter() -> None:
    ill = found("L = w*x", {"x": 2.0}, {"w": 1.0, "v": 1.0})["no gradient"]
    assert ill.node == "v"
    assert "does not depend on it" in ill.sentence


def test_parameter_behind_an_operation_that_passes_nothing() -> None:
    ill = found("r = w*x > 1\nL = where(r, v, 2*v)", {"x": 2.0}, {"w": 1.0, "v": 1.0})["no gradient"]
    assert ill.node == "r"
    assert ill.nodes == ("r", "w")
    assert "Greater at 'r' passes no gradient on" in ill.sentence


def test_detached_parameter() -> None:
    ill = found("z = w*x\nL = z + v", {"x": 2.0}, {"w": 1.0, "v": 1.0}, detached=[Use("L", 0)])["no gradient"]
    assert ill.node == "L"
    assert "detached" in ill.sentence


def test_what_was_not_asked_for_is_no_finding() -> None:
    assert "no gradient" not in found("L = w*x + v", {"x": 2.0}, {"w": 1.0, "v": 1.0}, wrt=["w"])


def test_gradient_of_zero_behind_a_closed_gate() -> None:
    ill = found("h = relu(w*x)\nL = (h - 1)**2", {"x": -2.0}, {"w": 1.0})["zero gradient"]
    assert (ill.severity, ill.node, ill.nodes) == ("problem", "h", ("h", "w"))
    assert "the gate 'h' (Relu) is closed" in ill.sentence


def test_gradient_of_zero_through_weights_of_zero() -> None:
    ill = found(
        "h = tanh(W @ x)\np = v @ h\nL = (p - 1)**2", {"x": np.ones(2)}, {"W": np.eye(2), "v": [0.0, 0.0]}
    )
    assert ill["zero gradient"].node == "p"
    assert "multiplied by 'v', which is 0" in ill["zero gradient"].sentence
    assert ill["zero gradient"].severity == "note"


def test_gradient_of_zero_at_a_minimum() -> None:
    ill = found("d = w - 3\nL = d**2", {}, {"w": 3.0})["zero gradient"]
    assert ill.severity == "note"
    assert "local derivative of 'L' (Pow) is 0" in ill.sentence


@pytest.mark.parametrize("shaped", ["p", "reshape(p, 3)"])
def test_a_softmax_added_up_cannot_change(shaped: str) -> None:
    program = f"p = softmax(W @ x)\nout = {shaped}"
    values: tuple[Values, Values] = ({"x": [1.0, 2.0]}, {"W": np.ones((3, 2))})
    ill = found(program, *values)["constant output"]
    assert (ill.severity, ill.numbers) == ("problem", {"entries": 3})
    assert not found(program, *values).keys() & {"small update", "zero gradient", "vanishing"}
    assert "constant output" not in found(program, *values, output="p[1]")
    assert "constant output" not in found(program + "\nL = p[0]", *values)


# ── ranges ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "size", "ill"),
    [
        (np.float32, 1e20, True),
        (np.float32, 1e18, False),
        (np.float64, 1e20, False),
        (np.float64, 1e160, True),
    ],
)
def test_close_to_overflow(kind: type, size: float, ill: bool) -> None:
    trace = traced("h = w*x\nL = sum(h)", {"x": np.array([size, 1.0], kind)}, {"w": np.array(1.0, kind)})
    names = {name for f in examine(trace).findings if f.kind == "overflow" for name in f.nodes}
    assert names == ({"x", "h", "L", "w"} if ill else set())


def test_gradient_lost_in_rounding() -> None:
    kind = np.float32
    ill = found("h = w*x\nL = sum(h)", {"x": np.array([1e-40], kind)}, {"w": np.array(1.0, kind)})[
        "underflow"
    ]
    assert ill.node == "w"
    assert ill.numbers["smallest normal"] == pytest.approx(1.1754944e-38)


@pytest.mark.parametrize(("rate", "kind"), [(0.1, ""), (10.0, "large update"), (1e-7, "small update")])
def test_updates(rate: float, kind: str) -> None:
    """w = 2 and ∂L/∂w = 1: the ratio is half the rate."""
    findings = examine(traced("L = w*x", {"x": 1.0}, {"w": 2.0}), rate=rate).findings
    assert [f.kind for f in findings] == ([kind] if kind else [])
    if kind:
        assert findings[0].numbers["ratio"] == pytest.approx(rate / 2)


# ── the report ────────────────────────────────────────────────────────────────────────────────


def test_run_that_failed() -> None:
    trace = traced("h = x @ W\nL = sum(h @ x)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 3))})
    (finding,) = examine(trace).findings
    assert finding.kind == "failed"
    assert finding.node == trace.failure.node.id  # type: ignore[union-attr]
    assert finding.numbers == {"computed": 1, "of": 3}


def test_many_of_a_kind_are_gathered() -> None:
    rows = [Finding("dead", "problem", f"h{k}", "Dead.", {"dead": k}, weight=k) for k in range(20)]
    shown = ordered(
        [
            *rows,
            Finding("closed", "note", "c", "Closed.", {"closed": 1}),
            Finding("failed", "problem", "f", "F.", {"computed": 0}),
        ]
    )
    assert [f.kind for f in shown] == ["failed", *["dead"] * (MOST + 1), "closed"]
    assert shown[1].node == "h19"
    assert shown[MOST + 1].nodes == tuple(f"h{k}" for k in reversed(range(20 - MOST)))
    assert "14 more nodes" in shown[MOST + 1].sentence


def test_conclusion_counts() -> None:
    assert (
        examine(traced("L = w*x", {"x": 1.0}, {"w": 2.0})).conclusion == "Nothing ill was found in this run."
    )
    both = examine(traced("h = x\nfor t in range(9):\n    h = w*h\nL = h", {"x": 1.0}, {"w": 3.0}))
    assert both.conclusion == "Found: 1 problem and 1 note."


def test_every_kind_and_bound_is_explained() -> None:
    for kind in KINDS.values():
        assert kind.title[0].isupper()
        assert kind.helps.endswith(".")
    for bound in BOUNDS.values():
        assert bound.value > 0
        assert bound.of
        assert bound.reason
