"""Random programs against an automatic differentiation that shares nothing with ours.

The program's text is evaluated by Python itself on dual numbers: a value and its tangent, moved
forward by NumPy, one entry of one parameter at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.document import parse, run
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Trace

#: Within which our gradient and the dual numbers' agree, relative to the larger of the two.
RELATIVE = 1e-9


class Dual:
    """A value, and how it moves."""

    __array_priority__ = 1000

    def __init__(self, value: Any, tangent: Any = 0.0) -> None:
        self.value = np.asarray(value, float)
        self.tangent = np.broadcast_to(np.asarray(tangent, float), self.value.shape)

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other: Any) -> Dual:
        return self + -dual(other)

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value * other.value, self.value * other.tangent + other.value * self.tangent)

    def __truediv__(self, other: Any) -> Dual:
        other = dual(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.tangent - quotient * other.tangent) / other.value)

    def __pow__(self, power: float) -> Dual:
        return Dual(self.value**power, power * self.value ** (power - 1) * self.tangent)

    def __matmul__(self, other: Dual) -> Dual:
        return Dual(self.value @ other.value, self.value @ other.tangent + self.tangent @ other.value)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __getitem__(self, index: Any) -> Dual:
        return Dual(self.value[index], self.tangent[index])

    @property
    def T(self) -> Dual:
        return Dual(self.value.T, self.tangent.T)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Dual:
        return dual(other) - self

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) / self


def dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value)


def smooth(forward: Callable[..., Any], slope: Callable[..., Any]) -> Callable[[Any], Dual]:
    return lambda x: Dual(forward(dual(x).value), slope(dual(x).value) * dual(x).tangent)


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def total(x: Dual, axis: Any = None) -> Dual:
    return Dual(x.value.sum(axis), x.tangent.sum(axis))


def softmax(x: Dual, axis: int = -1) -> Dual:
    powers = Dual(np.exp(x.value), np.exp(x.value) * x.tangent)
    return powers / Dual(powers.value.sum(axis, keepdims=True), powers.tangent.sum(axis, keepdims=True))


def larger(a: Any, b: Any) -> Dual:
    a, b = dual(a), dual(b)
    share = np.where(a.value == b.value, 0.5, np.where(a.value > b.value, 1.0, 0.0))  # equals share alike
    return Dual(np.maximum(a.value, b.value), share * a.tangent + (1 - share) * b.tangent)


WORDS: dict[str, Any] = {
    "exp": smooth(np.exp, np.exp),
    "log": smooth(np.log, lambda x: 1 / x),
    "sqrt": smooth(np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "sin": smooth(np.sin, np.cos),
    "cos": smooth(np.cos, lambda x: -np.sin(x)),
    "tanh": smooth(np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "sigmoid": smooth(logistic, lambda x: logistic(x) * logistic(-x)),
    "softplus": smooth(lambda x: np.log(1 + np.exp(x)), logistic),
    "relu": smooth(lambda x: np.where(x > 0, x, 0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "atan": smooth(np.arctan, lambda x: 1 / (1 + x * x)),
    "sum": total,
    "mean": lambda x, axis=None: total(x, axis) / (x.value.size / total(x, axis).value.size),
    "softmax": softmax,
    "maximum": larger,
}

SCALAR_FORMS = (
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / (1.5 + {b}**2)", "tanh({a})", "sigmoid({a})", "sin({a})",
    "cos({a} + {b})", "exp(sin({a}))", "log(1 + {a}**2)", "sqrt(2 + {a}*{a})", "softplus({a}) - {b}",
    "relu({a})", "{a} * {a}", "-{a}", "0.5 * {a} - 2", "atan({a}) * {b}", "maximum({a}, {b})", "2 - {a}",
    "1 / (2 + sin({a}))", "tanh({a} * {b} + {a})", "sin({a})**3",
)  # fmt: skip

#: Square arrays stay square, so that any two of them can be joined; `{v}` is a row, `{s}` a number.
ARRAY_FORMS = (
    "{a} + {b}", "{a} * {b}", "tanh({a} @ {b})", "{a} @ {b}.T / 3", "sigmoid({a}) - {b}", "{a} * {v}",
    "{a} + {s}", "softmax({a})", "softmax({a}, axis=0) * {b}", "{a} * sum({b})",
    "{a} + mean({b}, axis=0)", "sin({a}) / {s}",
    "relu({a})", "{a} * {b}[0]", "{a}[::-1] + {b}", "{a}[1, 2] * {b}", "maximum({a}, {b})", "{a}[:, 1] * {b}",
    "{a} - {v} * {s}", "exp(sin({a}))", "{a}.T * {b}",
)  # fmt: skip


def lines(forms: tuple[str, ...], leaves: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Programs of a few lines; each line takes any two names before it."""

    @st.composite
    def draw_lines(draw: st.DrawFn) -> list[str]:
        names, written = list(leaves), []
        for k in range(draw(st.integers(1, 9))):
            a, b = draw(st.sampled_from(names)), draw(st.sampled_from(names))
            written.append(f"h{k} = " + draw(st.sampled_from(forms)).format(a=a, b=b, v="v", s="s"))
            names.append(f"h{k}")
        return written

    return draw_lines()


def tangent_of(program: str, leaves: dict[str, Any], name: str, flat: int) -> tuple[float, float]:
    """The output and its derivative along one entry, by Python's own evaluation on dual numbers."""
    direction = np.zeros(np.shape(leaves[name]))
    direction.flat[flat] = 1.0
    values: dict[str, Any] = {key: Dual(x, direction if key == name else 0.0) for key, x in leaves.items()}
    exec(program, {"__builtins__": {}, **WORDS}, values)  # our own text, made above
    return float(values["L"].value), float(values["L"].tangent)


def agree(program: str, leaves: dict[str, Any]) -> None:
    with np.errstate(all="ignore"):
        trace = run(parse(program, parameters=leaves))
        for name, x in leaves.items():
            for flat in range(np.size(x)):
                value, expected = tangent_of(program, leaves, name, flat)
                if not np.isfinite([value, expected]).all() or max(abs(value), abs(expected)) > 1e100:
                    return
                found = np.reshape(trace.gradient(name), -1)[flat] if trace.has_gradient(name) else 0.0
                assert float(trace.value("L")) == pytest.approx(value, rel=RELATIVE, abs=1e-12)
                assert found == pytest.approx(expected, rel=RELATIVE, abs=RELATIVE * max(1.0, abs(value)))


NUMBERS = st.floats(-2, 2, allow_subnormal=False).map(lambda x: round(x, 3) + 0.0137)


@settings(max_examples=150, deadline=None)
@given(lines(SCALAR_FORMS, ("x", "y", "z")), st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_scalars(written: list[str], numbers: tuple[float, float, float]) -> None:
    last = written[-1].split(" = ")[0]
    program = "\n".join([*written, f"L = {last} * {last} + {last}"])
    agree(program, dict(zip(("x", "y", "z"), numbers, strict=True)))


@settings(max_examples=80, deadline=None)
@given(lines(ARRAY_FORMS, ("p", "q")), st.integers(0, 2**32 - 1))
def test_arrays(written: list[str], seed: int) -> None:
    random = np.random.default_rng(seed)
    leaves = {
        "p": random.uniform(-1, 1, (3, 3)),
        "q": random.uniform(-1, 1, (3, 3)),
        "v": random.uniform(-1, 1, 3),
        "s": float(random.uniform(0.5, 1.5)),
    }
    last = written[-1].split(" = ")[0]
    agree("\n".join([*written, f"L = sum({last} * {last}) + sum({last})"]), leaves)


def by_arrays(trace: Trace, leaves: Mapping[str, np.ndarray]) -> Trace:
    """The same run, node by node."""
    plan = Plan(trace.graph, trace.output, trace.plan.wrt, trace.plan.detached)
    vars(plan)["elementwise"] = False  # what the plan would find out for itself
    alone = execute(plan, leaves)
    assert isinstance(trace.values, np.ndarray)
    assert isinstance(alone.values, list)
    return alone


@settings(max_examples=60, deadline=None)
@given(lines(SCALAR_FORMS, ("x", "y", "z")), st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_many_scalars_at_once_are_what_each_is_alone(
    written: list[str], numbers: tuple[float, float, float]
) -> None:
    program = "\n".join([*written, f"L = {written[-1].split(' = ')[0]} * x"])
    document = parse(program, parameters=dict(zip(("x", "y", "z"), numbers, strict=True)))
    together = run(document)
    alone = by_arrays(together, document.leaves)
    for name in together.graph.values:
        np.testing.assert_allclose(together.value(name), alone.value(name), rtol=1e-15)
        assert together.has_gradient(name) == alone.has_gradient(name)
        if together.has_gradient(name):
            np.testing.assert_allclose(together.gradient(name), alone.gradient(name), rtol=1e-13, atol=1e-15)
    for a, b in zip(together.steps, alone.steps, strict=True):
        assert (a.kind, a.node.id, a.step) == (b.kind, b.node.id, b.step)


def test_scalars_at_the_edge_of_numbers_are_the_same_both_ways() -> None:
    program = "a = x/y\nb = log(y)\nc = exp(1e3*x)\nd = a*b + c - c\nL = d + sqrt(-x)"
    document = parse(program, parameters={"x": 1.0, "y": 0.0})
    together = run(document)
    alone = by_arrays(together, document.leaves)
    for name in together.graph.values:
        np.testing.assert_array_equal(together.value(name), alone.value(name))
        if together.has_gradient(name):
            np.testing.assert_array_equal(together.gradient(name), alone.gradient(name))
    assert together.nonfinite == alone.nonfinite
