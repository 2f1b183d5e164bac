"""Attention with a state of fixed size in place of all keys, and the convolution that goes before it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.composed import Apply, composed, named

Value = Any

#: For every rule of update whether the state decays, and whether it is corrected by what it already says.
_RULES = {
    "linear": (False, False),
    "gated": (True, False),
    "delta": (False, True),
    "gated_delta": (True, True),
}


def _by_head(apply: Apply, x: Value, heads: int) -> Value:
    """(batch, length, heads·size) as (batch, heads, length, size), in at least 32 bits."""
    shape = np.shape(x)
    if len(shape) != 3 or heads < 1 or shape[2] % heads:
        raise InputError(f"LinearAttention: {shape} cannot be shared among {heads} heads")
    if x.dtype == np.float16:
        x = apply("Cast", x, to=1)
    parted = apply("Reshape", x, (shape[0], shape[1], heads, shape[2] // heads))
    return apply("Transpose", parted, perm=(0, 2, 1, 3))


def _steps(apply: Apply, x: Value, count: int) -> Any:
    return [None] * count if x is None else apply("Split", x, axis=2, num_outputs=count)


def _linear_attention(
    apply: Apply, query: Value, key: Value, value: Value, past_state: Value = None, decay: Value = None,
    beta: Value = None, *, kv_num_heads: int, q_num_heads: int, chunk_size: int = 64,
    scale: float = 0.0, update_rule: str = "gated_delta",
) -> tuple[Value, Value]:  # fmt: skip
    if update_rule not in _RULES:
        raise InputError(f"LinearAttention: unknown rule '{update_rule}'; known: {', '.join(_RULES)}")
    gated, corrected = _RULES[update_rule]
    if gated != (decay is not None) or corrected != (beta is not None):
        raise InputError(f"LinearAttention: '{update_rule}' does not go with this choice of decay and beta")
    if q_num_heads % max(1, kv_num_heads):
        raise InputError(f"LinearAttention: {q_num_heads} query heads for {kv_num_heads} key heads")
    half = query.dtype == np.float16
    q = named(apply, "q", _by_head(apply, query, q_num_heads))
    k = named(apply, "k", _by_head(apply, key, kv_num_heads))
    v = named(apply, "v", _by_head(apply, value, kv_num_heads))
    batch, _, length, size = np.shape(q)
    rate = None if decay is None else apply("Exp", _by_head(apply, decay, kv_num_heads))
    strength = None if beta is None else _by_head(apply, beta, np.shape(beta)[2])
    state = past_state
    if state is None:
        state = np.zeros((batch, kv_num_heads, size, np.shape(v)[3]), q.dtype)
    elif half:
        state = apply("Cast", state, to=1)
    state = named(apply, "S_0", state)
    factor = np.asarray(scale or 1.0 / math.sqrt(size), q.dtype)
    shared = np.repeat(np.arange(kv_num_heads), q_num_heads // kv_num_heads)
    outputs = []
    for step, (q_now, k_now, v_now, rate_now, strength_now) in enumerate(
        zip(*(_steps(apply, x, length) for x in (q, k, v, rate, strength)), strict=True)
    ):
        column = apply("Transpose", k_now, perm=(0, 1, 3, 2))
        if gated:
            state = apply("Mul", state, apply("Transpose", rate_now, perm=(0, 1, 3, 2)))
        if corrected:
            said = apply("MatMul", k_now, state)
            v_now = apply("Mul", strength_now, apply("Sub", v_now, said))
        state = named(apply, f"t={step}/S", apply("Add", state, apply("Mul", column, v_now)))
        read = state if len(shared) == kv_num_heads else apply("Gather", state, shared, axis=1)
        outputs.append(named(apply, f"t={step}/y", apply("Mul", apply("MatMul", q_now, read), factor)))
    together = apply("Transpose", apply("Concat", *outputs, axis=2), perm=(0, 2, 1, 3))
    y = apply("Reshape", together, (batch, length, -1))
    if half:
        y, state = apply("Cast", y, to=10), apply("Cast", state, to=10)
    return y, state


def _causal_convolution(
    apply: Apply, x: Value, weight: Value, bias: Value = None, past_state: Value = None, *,
    activation: str = "none",
) -> tuple[Value, Value]:  # fmt: skip
    if activation not in ("none", "silu", "swish"):
        raise InputError(f"CausalConvWithState: unknown activation '{activation}'; known: none, silu, swish")
    before = np.shape(weight)[-1] - 1
    if past_state is None:
        past_state = np.zeros((*np.shape(x)[:2], before), x.dtype)
    padded = apply("Concat", past_state, x, axis=2)
    y = apply("Conv", padded, weight, bias, group=np.shape(x)[1])
    if activation != "none":
        y = apply("Swish", y)
    length = np.shape(padded)[2]
    return y, apply("Slice", padded, starts=(length - before,), ends=(length,), axes=(2,))


_THROUGH_TIME = r"\sum_t q_t \prod_s \frac{\partial S_{s+1}}{\partial S_s}\, \frac{\partial S_t}{\partial"

OPERATIONS = (
    composed(
        "LinearAttention", _linear_attention, family="attention",
        inputs=("query", "key", "value", "past_state", "decay", "beta"),
        summary="attention whose keys and values are added up in a state of fixed size",
        latex=r"S_t = S_{t-1} + k_t\,v_t^{\top},\quad y_t = q_t^{\top} S_t",
        operators=(
            r"\left(S_t\, \cdot\right)",
            *(f"{_THROUGH_TIME} {name}}}" for name in ("k", "v", "S_0", "g", r"\beta")),
        ),
        reference="Katharopoulos et al. 2020; delta rule: Schlag et al. 2021",
    ),
    composed(
        "CausalConvWithState", _causal_convolution, family="convolution",
        inputs=("input", "weight", "bias", "past_state"),
        summary="a convolution of every channel over the steps before, which it remembers",
        operators=(r"w^{\top} \ast \,\cdot", r"x \star \,\cdot", r"\sum_t", r"w^{\top} \ast \,\cdot"),
    ),
)  # fmt: skip
