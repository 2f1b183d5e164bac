"""What straight-line code is made of: each primitive as NumPy's function and as Python text.

The one rule: a primitive has one meaning, that of its NumPy function on float64, infinities and NaN
included. Its `fast` text may raise where that meaning is inf or nan; its `careful` text never does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.ops.exponential import erf


@dataclass(frozen=True)
class Primitive:
    """One operation on numbers.

    In the texts `{0}`, `{1}`, … are the arguments; `repeats` says that one of them stands there more
    than once. `truth`: the result is a truth value. `careful` is empty where `fast` never raises.
    """

    name: str
    function: Callable[..., Any]
    fast: str
    careful: str = ""
    repeats: bool = False
    truth: bool = False


_ROWS = (
    Primitive("add", np.add, "{0} + {1}"),
    Primitive("subtract", np.subtract, "{0} - {1}"),
    Primitive("multiply", np.multiply, "{0} * {1}"),
    Primitive("divide", np.true_divide, "{0} / {1}", "divide({0}, {1})"),
    Primitive("negative", np.negative, "-{0}"),
    Primitive("power", np.power, "pow({0}, {1})", "power({0}, {1})"),
    Primitive("sqrt", np.sqrt, "sqrt({0})", "careful_sqrt({0})"),
    Primitive("absolute", np.absolute, "abs({0})"),
    Primitive(
        "sign",
        np.sign,
        "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else 0.0 if {0} == 0.0 else {0}",
        repeats=True,
    ),
    Primitive("maximum", np.maximum, "{0} if {0} >= {1} or {0} != {0} else {1}", repeats=True),
    Primitive("minimum", np.minimum, "{0} if {0} <= {1} or {0} != {0} else {1}", repeats=True),
    Primitive("remainder", np.remainder, "{0} % {1}", "remainder({0}, {1})"),
    Primitive("fmod", np.fmod, "fmod({0}, {1})", "careful_fmod({0}, {1})"),
    Primitive("greater", np.greater, "{0} > {1}", truth=True),
    Primitive("greater_equal", np.greater_equal, "{0} >= {1}", truth=True),
    Primitive("less", np.less, "{0} < {1}", truth=True),
    Primitive("less_equal", np.less_equal, "{0} <= {1}", truth=True),
    Primitive("equal", np.equal, "{0} == {1}", truth=True),
    Primitive("not_equal", np.not_equal, "{0} != {1}", truth=True),
    Primitive("logical_and", np.logical_and, "{0} and {1}", truth=True),
    Primitive("logical_or", np.logical_or, "{0} or {1}", truth=True),
    Primitive("logical_xor", np.logical_xor, "{0} is not {1}", truth=True),
    Primitive("logical_not", np.logical_not, "not {0}", truth=True),
    Primitive("isnan", np.isnan, "isnan({0})", truth=True),
    Primitive("isposinf", np.isposinf, "{0} == inf", truth=True),
    Primitive("isneginf", np.isneginf, "{0} == -inf", truth=True),
    Primitive("where", np.where, "{1} if {0} else {2}"),
    Primitive("floor", np.floor, "float(floor({0}))", "careful_floor({0})"),
    Primitive("ceil", np.ceil, "float(ceil({0}))", "careful_ceil({0})"),
    Primitive("trunc", np.trunc, "float(trunc({0}))", "careful_trunc({0})"),
    Primitive("rint", np.rint, "float(round({0}))", "careful_rint({0})"),
    *(
        Primitive(name, getattr(np, name), f"{short}({{0}})", f"careful_{short}({{0}})")
        for name, short in (
            ("exp", "exp"), ("expm1", "expm1"), ("log", "log"), ("log1p", "log1p"), ("sin", "sin"),
            ("cos", "cos"), ("tan", "tan"), ("sinh", "sinh"), ("cosh", "cosh"), ("arcsin", "asin"),
            ("arccos", "acos"), ("arccosh", "acosh"), ("arctanh", "atanh"),
        )
    ),
    *(
        Primitive(name, getattr(np, name), f"{short}({{0}})")
        for name, short in (("tanh", "tanh"), ("arctan", "atan"), ("arcsinh", "asinh"))
    ),
    Primitive("erf", erf, "erf({0})"),
)  # fmt: skip

PRIMITIVES: Mapping[str, Primitive] = {row.name: row for row in _ROWS}
#: NumPy's functions that are primitives; comparisons and arithmetic among them.
BY_FUNCTION: Mapping[Any, str] = {row.function: row.name for row in _ROWS} | {
    np.float_power: "power",
    np.bitwise_and: "logical_and",
    np.bitwise_or: "logical_or",
    np.bitwise_xor: "logical_xor",
    np.invert: "logical_not",
}


def _guarded(function: Callable[..., Any], exact: Callable[..., Any]) -> Callable[..., float]:
    """`function`, and where it raises what NumPy answers."""

    def careful(*numbers: float) -> float:
        try:
            return float(function(*numbers))
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(exact(*map(np.float64, numbers)))

    return careful


def _divided(a: float, b: float) -> float:
    return a / b


def _remainder(a: float, b: float) -> float:
    return a % b


_PLAIN = (
    "sqrt", "fmod", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "sinh", "cosh", "asin", "acos",
    "acosh", "atanh", "floor", "ceil", "trunc",
)  # fmt: skip
_NUMPY = {"asin": np.arcsin, "acos": np.arccos, "acosh": np.arccosh, "atanh": np.arctanh}

#: What the texts may name.
NAMESPACE: Mapping[str, Any] = {
    "inf": math.inf,
    "nan": math.nan,
    **{name: getattr(math, name) for name in (*_PLAIN, "pow", "tanh", "atan", "asinh", "erf", "isnan")},
    **{
        f"careful_{name}": _guarded(getattr(math, name), _NUMPY.get(name) or getattr(np, name))
        for name in _PLAIN
    },
    "careful_rint": _guarded(round, np.rint),
    "divide": _guarded(_divided, np.true_divide),
    "power": _guarded(math.pow, np.power),
    "remainder": _guarded(_remainder, np.remainder),
}
