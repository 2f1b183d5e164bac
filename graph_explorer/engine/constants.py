"""Arithmetic on the constants of a program, done while it is read.

The one rule: it cannot take long or overflow: whole numbers stay small, and what grows beyond them
becomes a floating-point number.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

from graph_explorer.engine.errors import InputError

#: Names that stand for numbers in every program.
NAMED: Mapping[str, float] = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

_LARGEST_WHOLE = 2**53


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quotient(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _power(a: float, b: float) -> float:
    if isinstance(a, int) and isinstance(b, int) and 0 <= b <= 64 and abs(a) <= 2**16:
        return int(a**b)
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


_FOLD: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: _quotient,
    ast.Pow: _power,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


def fold(symbol: ast.operator, a: float, b: float) -> float:
    """`a symbol b` for two constants."""
    if type(symbol) not in _FOLD:
        raise InputError("only + - * / // % ** join constants")
    if b == 0 and isinstance(symbol, ast.FloorDiv | ast.Mod):
        raise InputError("a division of constants by zero")
    value: float = _FOLD[type(symbol)](a, b)
    if isinstance(value, int) and abs(value) > _LARGEST_WHOLE:
        return float(value)
    return value
