"""Comparisons, logic, choice and type: what selects, and passes no gradient of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.declare import Array, Operation, Rule, discrete, elementwise

_TRUTH = "it is true or false, and jumps from one to the other"
_BITS = "it works on whole numbers"


def _compare(name: str, forward: Rule, *, summary: str, flat: str = _TRUTH, **more: Any) -> Operation:
    return discrete(name, forward, family="logic", inputs=("a", "b"), summary=summary, flat=flat, **more)


#: ONNX's codes of the element types that NumPy has: TensorProto.DataType.
TYPES: dict[int, Any] = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64,
    9: np.bool_, 10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}  # fmt: skip


def cast(x: Array, *, to: int, saturate: int = 1, round_mode: str = "up") -> Array:
    """x in the element type that ONNX numbers `to`; the other attributes are for types of 8 bits or less."""
    return np.asarray(x).astype(TYPES[to])


def _cast_partial(x: Array, y: Array, *, to: int, saturate: int = 1, round_mode: str = "up") -> float:
    # a whole number does not follow small changes
    return 1.0 if np.issubdtype(TYPES[to], np.floating) else 0.0


def cast_like(x: Array, like: Array, *, saturate: int = 1, round_mode: str = "up") -> Array:
    """x in the element type of `like`."""
    return np.asarray(x).astype(np.asarray(like).dtype)


def shifted(a: Array, b: Array, *, direction: str) -> Array:
    """The bits of a moved by b places, to the "LEFT" or "RIGHT"."""
    if direction not in ("LEFT", "RIGHT"):
        raise InputError(f"BitShift: the direction is LEFT or RIGHT, not '{direction}'")
    return np.asarray(np.left_shift(a, b) if direction == "LEFT" else np.right_shift(a, b))


OPERATIONS = (
    _compare("Greater", np.greater, summary="whether a > b", latex="{a} > {b}"),
    _compare("GreaterOrEqual", np.greater_equal, summary="whether a >= b", latex=r"{a} \ge {b}"),
    _compare("Less", np.less, summary="whether a < b", latex="{a} < {b}"),
    _compare("LessOrEqual", np.less_equal, summary="whether a <= b", latex=r"{a} \le {b}"),
    _compare("Equal", np.equal, summary="whether a equals b", latex="{a} = {b}"),
    _compare("And", np.logical_and, summary="whether both hold", latex=r"{a} \wedge {b}"),
    _compare("Or", np.logical_or, summary="whether one holds", latex=r"{a} \vee {b}"),
    _compare("Xor", np.logical_xor, summary="whether exactly one holds", latex=r"{a} \oplus {b}"),
    discrete(
        "Not", np.logical_not, family="logic", inputs=("x",), summary="the contrary", latex=r"\neg {x}",
        flat=_TRUTH,
    ),
    _compare("BitwiseAnd", np.bitwise_and, summary="the bits that both have", flat=_BITS),
    _compare("BitwiseOr", np.bitwise_or, summary="the bits that one has", flat=_BITS),
    _compare("BitwiseXor", np.bitwise_xor, summary="the bits that exactly one has", flat=_BITS),
    discrete(
        "BitwiseNot", np.bitwise_not, family="logic", inputs=("x",), summary="all bits turned", flat=_BITS
    ),
    _compare("BitShift", shifted, summary="the bits moved to the left or right", flat=_BITS),
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
        flat="of the second value only the type counts",
    ),
)  # fmt: skip
