"""Exponentials, logarithms, trigonometric and hyperbolic functions, and the error function."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from graph_explorer.engine.ops.declare import Array, elementwise

_declare = partial(elementwise, family="exponential")

# Rational approximations of erf: W. J. Cody, "Rational Chebyshev approximations for the error
# function", Mathematics of Computation 23 (1969): near 0, up to 4, and beyond.
_NEAR = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)
_FAR = (
    (
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4,
    ),
    (
        1.0,
        2.56852019228982242e0,
        1.87295284992346047e0,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3,
    ),
)


def erf(x: Array) -> Array:
    """The error function, to the last digit or two of a double.

    NumPy has none, so this one asks other kinds of value for theirs, as NumPy's functions do.
    """
    if hasattr(x, "__array_function__") and not isinstance(x, np.ndarray | np.generic):
        return x.__array_function__(erf, (type(x),), (x,), {})
    x = np.asarray(x)
    wide = x if x.dtype in (np.float32, np.float64) else x.astype(np.float32)
    size = np.abs(wide).reshape(-1)
    result = np.where(np.isnan(size), size, np.ones_like(size))  # 1 from 6 on, to the last digit
    for low, high, rule in ((0.0, 0.46875, _near), (0.46875, 4.0, _middle), (4.0, 6.0, _far)):
        chosen = np.flatnonzero((size >= low) & (size < high))
        if chosen.size:
            result[chosen] = rule(size[chosen])
    return np.copysign(result.reshape(x.shape), wide).astype(x.dtype, copy=False)


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    """The quotient of two polynomials, by Horner's rule."""
    values = []
    for polynomial in coefficients:
        value = np.full_like(x, polynomial[0])
        for coefficient in polynomial[1:]:
            value *= x
            value += coefficient
        values.append(value)
    return values[0] / values[1]


def _near(x: Array) -> Array:
    return x * _ratio(_NEAR, x * x)


def _middle(x: Array) -> Array:
    return 1.0 - np.exp(-x * x) * _ratio(_MIDDLE, x)


def _far(x: Array) -> Array:
    inverse = 1.0 / (x * x)
    return 1.0 - np.exp(-x * x) * (1.0 / math.sqrt(math.pi) - inverse * _ratio(_FAR, inverse)) / x


OPERATIONS = (
    _declare("Exp", np.exp, lambda x, y: y, summary="e to the x; its own derivative", latex=r"e^{{x}}"),
    _declare("Log", np.log, lambda x, y: 1.0 / x, summary="the natural logarithm", domain=lambda x: x > 0),
    _declare("Sin", np.sin, lambda x, y: np.cos(x), summary="the sine"),
    _declare("Cos", np.cos, lambda x, y: -np.sin(x), summary="the cosine"),
    _declare("Tan", np.tan, lambda x, y: 1.0 + y**2, summary="the tangent"),
    _declare(
        "Asin",
        np.arcsin,
        lambda x, y: 1.0 / np.sqrt(1.0 - x**2),
        summary="the angle whose sine is x",
        domain=lambda x: np.abs(x) < 1,
    ),
    _declare(
        "Acos",
        np.arccos,
        lambda x, y: -1.0 / np.sqrt(1.0 - x**2),
        summary="the angle whose cosine is x",
        domain=lambda x: np.abs(x) < 1,
    ),
    _declare("Atan", np.arctan, lambda x, y: 1.0 / (1.0 + x**2), summary="the angle whose tangent is x"),
    _declare("Sinh", np.sinh, lambda x, y: np.cosh(x), summary="the hyperbolic sine"),
    _declare("Cosh", np.cosh, lambda x, y: np.sinh(x), summary="the hyperbolic cosine"),
    _declare("Tanh", np.tanh, lambda x, y: 1.0 - y**2, summary="the hyperbolic tangent, from -1 to 1"),
    _declare(
        "Asinh",
        np.arcsinh,
        lambda x, y: 1.0 / np.sqrt(1.0 + x**2),
        summary="the inverse of sinh",
        latex=r"\operatorname{arsinh}\left({x}\right)",
    ),
    _declare(
        "Acosh",
        np.arccosh,
        lambda x, y: 1.0 / np.sqrt(x**2 - 1.0),
        summary="the inverse of cosh",
        latex=r"\operatorname{arcosh}\left({x}\right)",
        domain=lambda x: x > 1,
    ),
    _declare(
        "Atanh",
        np.arctanh,
        lambda x, y: 1.0 / (1.0 - x**2),
        summary="the inverse of tanh",
        latex=r"\operatorname{artanh}\left({x}\right)",
        domain=lambda x: np.abs(x) < 1,
    ),
    _declare(
        "Erf",
        erf,
        lambda x, y: 2.0 / math.sqrt(math.pi) * np.exp(-(x**2)),
        summary="the error function",
        latex=r"\operatorname{erf}\left({x}\right)",
    ),
)
