"""What is printed is what is computed: texts evaluate to the partials, LaTeX can be typeset."""

from __future__ import annotations

import math
import re
import warnings
from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.ops.exponential import erf
from graph_explorer.engine.ops.plain import plain
from tests.engine.ops import laws
from tests.engine.ops.samples import ATTRIBUTES, SAMPLES, drawn, samples

#: The program language's functions, as far as formulas use them.
FUNCTIONS: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sin": np.sin,
    "cos": np.cos,
    "cosh": np.cosh,
    "sinh": np.sinh,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "trunc": np.trunc,
    "where": np.where,
    "erf": erf,
}

PARTIALS = [
    pytest.param(op, index, attributes, id=f"{op.name}-{index}-{len(attributes)}")
    for op in OPERATIONS.values()
    if op.elementwise
    for attributes in ([{"to": 11}] if op.name == "Cast" else [{}, *ATTRIBUTES.get(op.name, [])])
    for index in range(2 if op.variadic else len(op.inputs))
    if op.differentiable(index)
]


def evaluate(text: str, names: dict[str, Any]) -> Any:
    """The value of a printed formula: Python, but that `and` joins conditions entry by entry."""
    joined = re.sub(r"\band\b", "&", re.sub(r"\bor\b", "|", text))
    return eval(joined, {"__builtins__": {}}, {**FUNCTIONS, **names})


@pytest.mark.parametrize(("op", "index", "attributes"), PARTIALS)
def test_printed_partial_is_the_computed_one(op: Operation, index: int, attributes: dict[str, Any]) -> None:
    inputs = SAMPLES[op.name][0][0] if op.name in SAMPLES else drawn(op, attributes)
    y = laws.forward(op, inputs, attributes)
    symbols = op.symbols(len(inputs))
    letters = {symbol.head: f"v{k}" for k, symbol in enumerate(symbols)}
    text = op.local_formula(index, len(inputs), attributes).text(letters)
    found = evaluate(text, {f"v{k}": value for k, value in enumerate(inputs)} | {"y": y})
    expected = op.partial(index, y, inputs, attributes)
    # six digits of constants are printed
    shape = np.shape(y)
    np.testing.assert_allclose(
        np.broadcast_to(found, shape), np.broadcast_to(expected, shape), rtol=3e-5, atol=3e-6
    )


def _typeset(latex: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library's way to find its own font
        import ziamath

        assert "<svg" in ziamath.Latex(latex).svg()


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.name)
def test_latex_can_be_typeset(op: Operation) -> None:
    for latex in op.operators:
        if latex:
            _typeset(latex)
    if op.latex:
        shown = op.latex
        for name in op.inputs:
            shown = shown.replace(f"{{{name}}}", "x")
        _typeset(shown)
    for inputs, attributes in list(samples(op))[:2]:
        y = laws.forward(op, inputs, attributes)
        for index in laws.gradient_inputs(op, inputs):
            _typeset(op.local(index, y, inputs, attributes).latex)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\cdot\, B^{\top}", "· B^T"),
        (r"\frac{1}{n}", "1/n"),
        (r"\frac{x_i}{y}", "x_i/y"),
        (r"e^{x_i - y}", "e^(x_i - y)"),
        (r"\frac{1}{\sqrt{d}}\, \left(A\right)", "1/(sqrt(d)) (A)"),
        (r"I - \hat{x}\hat{x}^{\top}", "I - x\u0302x\u0302^T"),
        (r"\prod_{j \ne i} x_j", "prod_(j != i) x_j"),
        (r"\text{reshape back}", "reshape back"),
    ],
)
def test_plain_text(latex: str, text: str) -> None:
    assert plain(latex) == text


def test_plain_text_has_no_latex_left() -> None:
    left = [
        text
        for op in OPERATIONS.values()
        for text in map(plain, op.operators)
        if any(mark in text for mark in "\\{}")
    ]
    assert left == []


def test_every_gradient_has_a_local_derivative_to_read() -> None:
    unreadable = [
        (op.name, index)
        for op in OPERATIONS.values()
        if not op.elementwise
        for index in range(len(op.pulls))
        if op.differentiable(index) and not (index < len(op.operators) and op.operators[index])
    ]
    assert unreadable == []


def test_every_operation_is_described() -> None:
    for op in OPERATIONS.values():
        assert op.summary, op.name
        assert op.family, op.name
        assert len(op.summary) < 100, op.name
        assert not op.summary.endswith("."), op.name


@pytest.mark.parametrize("x", [0.0, 1e-300, 0.1, 0.3, 0.46875, 0.5, 1.0, 2.0, 3.9, 4.0, 4.1, 6.0, 40.0])
def test_erf_is_right_to_the_last_digits(x: float) -> None:
    for value in (x, -x):
        assert float(erf(np.array(value))) == pytest.approx(math.erf(value), rel=5e-16, abs=0)


def test_erf_of_shorter_types() -> None:
    x = np.linspace(-7, 7, 1001)
    expected = [math.erf(value) for value in x.astype(np.float32).tolist()]
    np.testing.assert_allclose(erf(x.astype(np.float32)), expected, rtol=5e-7)
    np.testing.assert_allclose(erf(x.astype(np.float16)), erf(x.astype(np.float16).astype(float)), rtol=1e-3)


def test_erf_of_special_values() -> None:
    assert np.isnan(erf(np.array(np.nan)))
    assert erf(np.array([np.inf, -np.inf])).tolist() == [1.0, -1.0]
    assert math.copysign(1, float(erf(np.array(-0.0)))) == -1


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("Gelu", 1.5, 0.75 * (1 + math.erf(1.5 / math.sqrt(2)))),
        ("Sigmoid", -800.0, 0.0),
        ("Sigmoid", 800.0, 1.0),
        ("Softplus", 800.0, 800.0),
        ("Softplus", -3.0, math.log1p(math.exp(-3.0))),
        ("Mish", 1.2, 1.2 * math.tanh(math.log1p(math.exp(1.2)))),
        ("Swish", -0.7, -0.7 / (1 + math.exp(0.7))),
        ("Elu", -1.3, math.expm1(-1.3)),
        ("Celu", -1.3, math.expm1(-1.3)),
        ("Selu", -1.3, 1.0507009873554805 * 1.6732632423543772 * math.expm1(-1.3)),
        ("HardSwish", 1.0, 4.0 / 6.0),
    ],
)
def test_activations_at_known_points(name: str, x: float, expected: float) -> None:
    with np.errstate(all="raise", under="ignore", over="ignore"):
        assert float(OPERATIONS[name].forward(np.array(x))) == pytest.approx(expected, rel=1e-7, abs=1e-300)
