"""Comparisons, logic, choice and type: what selects, and passes no gradient of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from graph_explorer.engine.ops.declare import Array, discrete, elementwise

_compare = partial(discrete, family="logic", inputs=("a", "b"))

#: ONNX's codes of the element types that NumPy has: TensorProto.DataType.
TYPES: dict[int, Any] = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64,
    9: np.bool_, 10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}  # fmt: skip


def cast(x: Array, *, to: int, saturate: int = 1) -> Array:
    """x in the element type that ONNX numbers `to`."""
    return np.asarray(x).astype(TYPES[to])


def _cast_partial(x: Array, y: Array, *, to: int, saturate: int = 1) -> float:
    # a whole number does not follow small changes
    return 1.0 if np.issubdtype(TYPES[to], np.floating) else 0.0


def cast_like(x: Array, like: Array, *, saturate: int = 1) -> Array:
    """x in the element type of `like`."""
    return np.asarray(x).astype(np.asarray(like).dtype)


OPERATIONS = (
    _compare("Greater", np.greater, summary="whether a > b", latex="{a} > {b}"),
    _compare("GreaterOrEqual", np.greater_equal, summary="whether a >= b", latex=r"{a} \ge {b}"),
    _compare("Less", np.less, summary="whether a < b", latex="{a} < {b}"),
    _compare("LessOrEqual", np.less_equal, summary="whether a <= b", latex=r"{a} \le {b}"),
    _compare("Equal", np.equal, summary="whether a equals b", latex="{a} = {b}"),
    _compare("And", np.logical_and, summary="whether both hold", latex=r"{a} \wedge {b}"),
    _compare("Or", np.logical_or, summary="whether one holds", latex=r"{a} \vee {b}"),
    _compare("Xor", np.logical_xor, summary="whether exactly one holds", latex=r"{a} \oplus {b}"),
    discrete("Not", np.logical_not, family="logic", inputs=("x",), summary="the contrary", latex=r"\neg {x}"),
    elementwise(
        "Where", lambda c, a, b: np.where(c, a, b), None,
        lambda c, a, b, y: np.where(c, 1.0, 0.0), lambda c, a, b, y: np.where(c, 0.0, 1.0),
        family="logic", inputs=("c", "a", "b"), summary="a where c holds, b elsewhere",
        latex=r"\operatorname{where}\left({c}, {a}, {b}\right)",
    ),
    elementwise(
        "Cast", cast, _cast_partial, family="logic",
        summary="the value in another element type", latex="{x}",
    ),
    elementwise(
        "CastLike", cast_like, lambda x, like, y, **attributes: 1.0, None, family="logic",
        inputs=("x", "like"), summary="the value in the element type of another", latex="{x}",
    ),
)  # fmt: skip
