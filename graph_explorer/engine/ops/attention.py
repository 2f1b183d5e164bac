"""Attention: every query takes a mean of the values, weighted by how well it fits their keys.

The one rule: what may not be attended is known before the run (masks, causality, windows, padding), so
it is worked out once with plain numbers; a query that may attend nothing gives zeros.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.composed import Apply, composed, named, numbers_of
from graph_explorer.engine.ops.declare import Array

Value = Any


def _by_head(apply: Apply, x: Value, heads: int | None, name: str) -> Value:
    """(batch, length, heads·size) as (batch, heads, length, size)."""
    shape = np.shape(x)
    if len(shape) == 4:
        return x
    if len(shape) != 3 or not heads or shape[2] % heads:
        raise InputError(f"{name}: {shape} cannot be shared among {heads} heads")
    parted = apply("Reshape", x, (shape[0], shape[1], heads, shape[2] // heads))
    return apply("Transpose", parted, perm=(0, 2, 1, 3))


def _mask_as_wide(apply: Apply, mask: Value, length: int) -> Value:
    """The mask with all its missing last keys closed."""
    missing = length - np.shape(mask)[-1]
    if missing <= 0:
        return mask
    dimensions = len(np.shape(mask))
    pads = (*[0] * (2 * dimensions - 1), missing)
    closed = False if mask.dtype == np.bool_ else np.asarray(-np.inf, mask.dtype)
    return apply("Pad", mask, pads, closed)


def _closed(
    mask: Array, shape: tuple[int, ...], offset: Any, is_causal: int, left: int, right: int, lengths: Any
) -> Array:
    """Which keys every query may not attend: of `shape` (batch, heads, queries, keys), or broadcastable."""
    queries, keys = shape[-2:]
    position = np.arange(queries)[:, None] + np.reshape(offset, (-1, 1, 1, 1))
    key = np.arange(keys)
    closed = np.zeros((1, 1, queries, keys), bool)
    if is_causal:
        closed = closed | (key > position)
    if left >= 0:
        closed = closed | (key < position - left)
    if right >= 0:
        closed = closed | (key > position + right)
    if lengths is not None:
        closed = closed | (key >= np.reshape(lengths, (-1, 1, 1, 1)))
    if mask is not None:
        closed = closed | (~mask if mask.dtype == np.bool_ else np.isneginf(mask))
    return closed


def _check(q: Value, k: Value, v: Value, past_key: Value, past_value: Value, lengths: Any) -> None:
    shapes = np.shape(q), np.shape(k), np.shape(v)
    if (past_key is None) != (past_value is None):
        raise InputError("Attention: past_key and past_value are given together or not at all")
    if lengths is not None and past_key is not None:
        raise InputError("Attention: nonpad_kv_seqlen and a past exclude each other")
    fits = shapes[0][3] == shapes[1][3] and shapes[1][2] == shapes[2][2]
    if not fits or shapes[1][1] != shapes[2][1] or shapes[0][1] % shapes[1][1]:
        raise InputError(f"Attention: query {shapes[0]}, key {shapes[1]} and value {shapes[2]} do not fit")


def _scores(apply: Apply, q: Value, k: Value, scale: float | None, softcap: float) -> tuple[Value, Value]:
    """How well every query fits every key, and the same limited to ±softcap if that is not 0."""
    factor = 1.0 / math.sqrt(np.shape(q)[3]) if scale is None else scale
    root = np.asarray(math.sqrt(factor), q.dtype)
    keys = apply("Transpose", apply("Mul", k, root), perm=(0, 1, 3, 2))
    scores = apply("MatMul", apply("Mul", q, root), keys)
    if softcap <= 0:
        return scores, scores
    cap = np.asarray(softcap, q.dtype)
    return scores, apply("Mul", apply("Tanh", apply("Div", scores, cap)), cap)


def _weights(apply: Apply, scores: Value, closed: Value, precision: int | None) -> tuple[Value, Value]:
    """The scores, −∞ where closed, and their softmax: zeros for a query to which all is closed."""
    nothing = np.all(numbers_of(closed), axis=-1, keepdims=True)
    zero = np.zeros((), scores.dtype)
    biased = apply("Where", closed, np.asarray(-np.inf, scores.dtype), scores)
    weights = apply("Where", nothing, zero, biased)
    if precision is not None:
        weights = apply("Cast", weights, to=precision)
    weights = apply("Softmax", weights, axis=-1)
    if precision is not None:
        weights = apply("CastLike", weights, zero)
    return biased, apply("Where", nothing, zero, weights)


def _shared_heads(apply: Apply, k: Value, v: Value, repeats: int) -> tuple[Value, Value]:
    """Keys and values for every query head, where several of them share one."""
    if repeats <= 1:
        return k, v
    heads = np.repeat(np.arange(np.shape(k)[1]), repeats)
    return (
        named(apply, "k_shared", apply("Gather", k, heads, axis=1)),
        named(apply, "v_shared", apply("Gather", v, heads, axis=1)),
    )


def _attention(
    apply: Apply, q: Value, k: Value, v: Value, attn_mask: Value = None, past_key: Value = None,
    past_value: Value = None, nonpad_kv_seqlen: Value = None, *, is_causal: int = 0,
    kv_num_heads: int | None = None, left_window_size: int = -1, q_num_heads: int | None = None,
    qk_matmul_output_mode: int = 0, right_window_size: int = -1, scale: float | None = None,
    softcap: float = 0.0, softmax_precision: int | None = None,
) -> tuple[Value, ...]:  # fmt: skip
    flat = len(np.shape(q)) == 3
    q = named(apply, "q", _by_head(apply, q, q_num_heads, "Attention"))
    k = named(apply, "k", _by_head(apply, k, kv_num_heads, "Attention"))
    v = named(apply, "v", _by_head(apply, v, kv_num_heads, "Attention"))
    _check(q, k, v, past_key, past_value, nonpad_kv_seqlen)
    if past_key is not None:
        k, v = apply("Concat", past_key, k, axis=2), apply("Concat", past_value, v, axis=2)
    present = k, v
    k, v = _shared_heads(apply, k, v, np.shape(q)[1] // np.shape(k)[1])
    scores, capped = _scores(apply, q, k, scale, softcap)
    scores = named(apply, "scores", scores)
    shown = capped if qk_matmul_output_mode else scores
    lengths = None if nonpad_kv_seqlen is None else np.asarray(whole(nonpad_kv_seqlen))
    offset = 0 if past_key is None else np.shape(past_key)[2]
    if lengths is not None:
        offset = lengths - np.shape(q)[2]
    if attn_mask is not None:
        attn_mask = _mask_as_wide(apply, attn_mask, np.shape(k)[2])
        if attn_mask.dtype != np.bool_:
            capped = apply("Add", capped, attn_mask)
    closed = _closed(
        numbers_of(attn_mask), np.shape(capped), offset, is_causal, left_window_size, right_window_size,
        lengths,
    )  # fmt: skip
    biased, weights = _weights(apply, capped, named(apply, "closed", closed), softmax_precision)
    weights = named(apply, "weights", weights)
    shown = {2: biased, 3: weights}.get(qk_matmul_output_mode, shown)
    y = apply("MatMul", weights, v)
    if flat:
        merged = apply("Transpose", y, perm=(0, 2, 1, 3))
        y = apply("Reshape", merged, (*np.shape(merged)[:2], -1))
    return y, *present, shown


def _rotary_embedding(
    apply: Apply, x: Value, cos_cache: Value, sin_cache: Value, position_ids: Value = None, *,
    interleaved: int = 0, num_heads: int | None = None, rotary_embedding_dim: int = 0,
) -> Value:  # fmt: skip
    flat = len(np.shape(x)) == 3
    by_head = _by_head(apply, x, num_heads, "RotaryEmbedding")
    size = np.shape(by_head)[3]
    turned = rotary_embedding_dim or size
    cos, sin = cos_cache, sin_cache
    if position_ids is not None:
        cos, sin = (apply("Gather", cache, position_ids, axis=0) for cache in (cos, sin))
    if np.shape(cos)[-1] * 2 != turned:
        raise InputError(
            f"RotaryEmbedding: caches of {np.shape(cos)[-1]} angles do not turn {turned} entries"
        )
    cos, sin = (apply("Unsqueeze", cache, axes=(1,)) for cache in (cos, sin))
    step, half = (2, 1) if interleaved else (1, turned // 2)
    a, b = (
        apply("Slice", by_head, starts=(start,), ends=(end,), axes=(3,), steps=(step,))
        for start, end in ((0, turned if interleaved else half), (half, turned))
    )
    real = apply("Sub", apply("Mul", cos, a), apply("Mul", sin, b))
    imaginary = apply("Add", apply("Mul", sin, a), apply("Mul", cos, b))
    if interleaved:
        pairs = [apply("Unsqueeze", part, axes=(4,)) for part in (real, imaginary)]
        rotated = apply("Reshape", apply("Concat", *pairs, axis=4), (*np.shape(real)[:3], turned))
    else:
        rotated = apply("Concat", real, imaginary, axis=3)
    if turned < size:
        rest = apply("Slice", by_head, starts=(turned,), ends=(size,), axes=(3,))
        rotated = apply("Concat", rotated, rest, axis=3)
    if not flat:
        return rotated
    return apply("Reshape", apply("Transpose", rotated, perm=(0, 2, 1, 3)), np.shape(x))


_OF_SCORES = r"D\operatorname{softmax} \left(\cdot\, V^{\top}\right)"
_OF_QUERY = rf"\frac{{1}}{{\sqrt{{d}}}}\, {_OF_SCORES}\, K"
_OF_KEY = rf"\frac{{1}}{{\sqrt{{d}}}}\, \left({_OF_SCORES}\right)^{{\top}} Q"
_OF_VALUE = r"P^{\top}\,\cdot"

OPERATIONS = (
    composed(
        "Attention", _attention, family="attention",
        inputs=("Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen"),
        discrete=("nonpad_kv_seqlen",), settings={"nonpad_kv_seqlen": 6},
        summary="a mean of the values for every query, weighted by how well it fits their keys",
        latex=r"\operatorname{softmax}\left(\frac{{Q}\,{K}^{\top}}{\sqrt{d}}\right) {V}",
        operators=(_OF_QUERY, _OF_KEY, _OF_VALUE, _OF_SCORES, _OF_KEY, _OF_VALUE),
        reference="Vaswani et al. 2017",
    ),
    composed(
        "RotaryEmbedding", _rotary_embedding, family="attention",
        inputs=("X", "cos_cache", "sin_cache", "position_ids"), discrete=("position_ids",),
        settings={"position_ids": 3},
        summary="pairs of entries turned by an angle that grows with the position",
        operators=(r"R_{-\theta}\,\cdot", r"\sum x \,\cdot", r"\sum x^{\perp} \,\cdot"),
        reference="Su et al. 2021",
    ),
)  # fmt: skip
