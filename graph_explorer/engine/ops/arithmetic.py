"""Arithmetic, entry by entry, with NumPy's broadcasting."""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

import numpy as np

from graph_explorer.engine.ops.declare import Array, discrete, elementwise
from graph_explorer.engine.ops.formula import Formula

_declare = partial(elementwise, family="arithmetic")

_TRUTH = "it is true or false, and jumps from one to the other"


def divide(a: Array, b: Array) -> Array:
    """a/b; whole numbers divide as in ONNX, toward zero."""
    if np.issubdtype(np.result_type(a, b), np.integer):
        quotient = np.floor_divide(a, b)
        return quotient + ((quotient < 0) & (quotient * b != a))
    return np.true_divide(a, b)


def power(a: Array, b: Array) -> Array:
    """a to the b, in a's type."""
    return np.asarray(np.power(a, b)).astype(np.asarray(a).dtype, copy=False)


def _known(value: Array) -> bool:
    """Whether these are numbers, or stand for them, and are not symbols to be printed."""
    return not isinstance(value, Formula)


def _power_base(a: Array, b: Array, y: Array) -> Array:
    if not _known(b):
        return b * a ** (b - 1)
    # 0 where b is 0, although 0^(−1) is not finite
    return b * np.power(a, np.where(b == 0, 1.0, b - 1))


def _power_exponent(a: Array, b: Array, y: Array) -> Array:
    if not _known(a):
        return y * np.log(a)
    # 0 where a is 0, the limit for b > 0
    return y * np.log(np.where(a > 0, a, np.where(a == 0, 1.0, np.nan)))


def _share(index: int, y: Array, *values: Array) -> Array:
    """1 where input `index` alone is y, an equal share where several are."""
    ties = reduce(np.add, ((value == y) * 1.0 for value in values))
    return (values[index] == y) / ties


def _fold(function: Any) -> Any:
    return lambda *values: reduce(function, values)


def remainder(a: Array, b: Array, *, fmod: int = 0) -> Array:
    """The remainder with b's sign, or with a's (`fmod`), as C has it."""
    return np.fmod(a, b) if fmod else np.mod(a, b)


def _remainder_divisor(a: Array, b: Array, y: Array, *, fmod: int = 0) -> Array:
    return -np.trunc(a / b) if fmod else -np.floor(a / b)


OPERATIONS = (
    _declare("Add", np.add, lambda a, b, y: 1.0, lambda a, b, y: 1.0, summary="the sum of two values"),
    _declare("Sub", np.subtract, lambda a, b, y: 1.0, lambda a, b, y: -1.0, summary="a difference"),
    _declare("Mul", np.multiply, lambda a, b, y: b, lambda a, b, y: a, summary="a product, entry by entry"),
    _declare(
        "Div",
        divide,
        lambda a, b, y: 1.0 / b,
        lambda a, b, y: -a / b**2,
        summary="a quotient",
        latex=r"\frac{{a}}{{b}}",
        domain=lambda a, b: b != 0,
    ),
    _declare(
        "Pow",
        power,
        _power_base,
        _power_exponent,
        summary="a to the power b",
        latex=r"{a}^{{b}}",
        domain=lambda a, b: a > 0,
    ),
    _declare("Neg", np.negative, lambda x, y: -1.0, summary="the opposite number"),
    _declare(
        "Abs", np.abs, lambda x, y: np.sign(x), summary="the distance from zero", kinks=lambda x: x == 0
    ),
    _declare(
        "Reciprocal",
        np.reciprocal,
        lambda x, y: -(y**2),
        summary="one divided by x",
        domain=lambda x: x != 0,
    ),
    _declare(
        "Sqrt",
        np.sqrt,
        lambda x, y: 1.0 / (2.0 * y),
        summary="the square root",
        domain=lambda x: x > 0,
    ),
    _declare(
        "Mod",
        remainder,
        lambda a, b, y, fmod=0: 1.0,
        _remainder_divisor,
        summary="the remainder of a division",
        latex=r"{a} \bmod {b}",
        domain=lambda a, b, *, fmod=0: b != 0,
        kinks=lambda a, b, *, fmod=0: np.trunc(a / b) == a / b,
    ),
    _declare(
        "Sum",
        _fold(np.add),
        lambda index, y, *values: 1.0,
        inputs=("x",),
        variadic=True,
        summary="the sum of any number of values",
    ),
    _declare(
        "Mean",
        lambda *values: reduce(np.add, values) / np.asarray(len(values), np.asarray(values[0]).dtype),
        lambda index, y, *values: 1.0 / len(values),
        inputs=("x",),
        variadic=True,
        summary="the mean of any number of values",
    ),
    _declare(
        "Max",
        _fold(np.maximum),
        _share,
        inputs=("x",),
        variadic=True,
        summary="the largest of the values; a tie shares the gradient equally",
        kinks=lambda *values: sum((value == reduce(np.maximum, values)) * 1 for value in values) > 1,
    ),
    _declare(
        "Min",
        _fold(np.minimum),
        _share,
        inputs=("x",),
        variadic=True,
        summary="the smallest of the values; a tie shares the gradient equally",
        kinks=lambda *values: sum((value == reduce(np.minimum, values)) * 1 for value in values) > 1,
    ),
    _declare(
        "Identity", lambda x: np.asarray(x), lambda x, y: 1.0, summary="the value as it is", latex="{x}"
    ),
    _declare(
        "Sign",
        np.sign,
        lambda x, y: 0.0,
        summary="-1, 0 or 1; flat, so no gradient comes through",
        kinks=lambda x: x == 0,
    ),
    _declare(
        "Floor",
        np.floor,
        lambda x, y: 0.0,
        summary="rounded down; flat between whole numbers",
        latex=r"\lfloor {x} \rfloor",
        kinks=lambda x: np.floor(x) == x,
    ),
    _declare(
        "Ceil",
        np.ceil,
        lambda x, y: 0.0,
        summary="rounded up; flat between whole numbers",
        latex=r"\lceil {x} \rceil",
        kinks=lambda x: np.floor(x) == x,
    ),
    _declare(
        "Round",
        np.round,
        lambda x, y: 0.0,
        summary="rounded to the nearest whole number, halves to even",
        latex=r"\operatorname{round}\left({x}\right)",
        kinks=lambda x: np.floor(2.0 * x) == 2.0 * x,
    ),
    discrete(
        "IsNaN",
        np.isnan,
        family="arithmetic",
        summary="whether x is not a number",
        inputs=("x",),
        flat=_TRUTH,
    ),
    discrete(
        "IsInf",
        lambda x, *, detect_negative=1, detect_positive=1: (
            (np.isposinf(x) & bool(detect_positive)) | (np.isneginf(x) & bool(detect_negative))
        ),
        family="arithmetic",
        summary="whether x is infinite",
        flat=_TRUTH,
        inputs=("x",),
    ),
)
