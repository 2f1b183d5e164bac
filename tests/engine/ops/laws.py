"""The laws that every operation keeps, as checks on one sample of inputs and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graph_explorer.engine.ops.declare import Operation


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and np.asarray(value).dtype.kind == "f"


def forward(op: Operation, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    with np.errstate(all="ignore"):
        return op.forward(*inputs, **attributes)


def gradient_inputs(op: Operation, inputs: Sequence[Any]) -> list[int]:
    return [k for k, value in enumerate(inputs) if op.differentiable(k) and is_float(value)]


def inner(left: Any, right: Any) -> float:
    """⟨left, right⟩ over all outputs that are both there."""
    total = 0.0
    for a, b in zip(as_tuple(left), as_tuple(right), strict=True):
        if a is not None and b is not None:
            total += float(np.sum(np.asarray(a, np.float64) * np.asarray(b, np.float64)))
    return total


def magnitude(left: Any, right: Any) -> float:
    """The size that rounding errors of `inner` are measured against."""
    pairs = zip(as_tuple(left), as_tuple(right), strict=True)
    return 1.0 + sum(
        float(np.sum(np.abs(np.asarray(a) * np.asarray(b))))
        for a, b in pairs
        if a is not None and b is not None
    )


def random_gradient(y: Any, random: np.random.Generator) -> Any:
    """A gradient for every float output, as the runner would hand it over."""
    found = tuple(
        random.standard_normal(np.shape(part)).astype(part.dtype) if is_float(part) else None
        for part in as_tuple(y)
    )
    return found if isinstance(y, tuple) else found[0]


def random_tangent(x: Any, random: np.random.Generator) -> Any:
    """A direction in which x can move: none where it is infinite."""
    return np.where(np.isfinite(x), random.standard_normal(np.shape(x)), 0.0).astype(x.dtype)


def assert_adjoint(
    op: Operation, inputs: Sequence[Any], attributes: Mapping[str, Any], random: np.random.Generator
) -> None:
    """⟨g, push(d)⟩ = ⟨pull(g), d⟩ at every input that takes a gradient; float64 inputs."""
    y = forward(op, inputs, attributes)
    with np.errstate(all="ignore"):
        for index in gradient_inputs(op, inputs):
            g, d = random_gradient(y, random), random_tangent(inputs[index], random)
            pushed = op.push(index, d, y, inputs, attributes)
            pulled = op.pull(index, g, y, inputs, attributes)
            for part, out in zip(as_tuple(pushed), as_tuple(y), strict=True):
                assert part is None or np.shape(part) == np.shape(out)
            assert np.shape(pulled) == np.shape(inputs[index])
            size = magnitude(g, pushed) + magnitude(pulled, d)
            assert abs(inner(g, pushed) - inner(pulled, d)) <= 1e-11 * size, f"input {index}"


def assert_differences(
    op: Operation,
    inputs: Sequence[Any],
    attributes: Mapping[str, Any],
    random: np.random.Generator,
    tolerance: float = 1e-6,
) -> None:
    """The pulled gradient against central differences along random directions; float64 inputs."""
    y = forward(op, inputs, attributes)
    with np.errstate(all="ignore"):
        for index in gradient_inputs(op, inputs):
            g = random_gradient(y, random)
            pulled = op.pull(index, g, y, inputs, attributes)
            for _ in range(2):
                d = random_tangent(inputs[index], random)
                size = np.abs(inputs[index][np.isfinite(inputs[index])])
                width = 1e-6 * (1.0 + np.max(size, initial=0.0))
                ends = []
                for side in (1.0, -1.0):
                    moved = [
                        value + side * width * d if k == index else value for k, value in enumerate(inputs)
                    ]
                    ends.append(as_tuple(op.forward(*moved, **attributes)))
                slopes = tuple(
                    np.nan_to_num((a - b) / (2 * width), nan=0.0) if is_float(a) else None
                    for a, b in zip(*ends, strict=True)
                )
                expected, found = inner(as_tuple(g), slopes), inner(pulled, d)
                size = magnitude(as_tuple(g), slopes) + magnitude(pulled, d)
                assert abs(found - expected) <= tolerance * size, f"input {index}: {found} is not {expected}"


def assert_single_output(
    op: Operation, inputs: Sequence[Any], attributes: Mapping[str, Any], random: np.random.Generator
) -> None:
    """A node that keeps only the first of several outputs pulls the same as one with all of them."""
    y = forward(op, inputs, attributes)
    if not isinstance(y, tuple) or not is_float(y[0]):
        return
    g = random_gradient(y, random)[0]
    with np.errstate(all="ignore"):
        for index in gradient_inputs(op, inputs):
            every = op.pull(index, (g, *[None] * (len(y) - 1)), y, inputs, attributes)
            np.testing.assert_array_equal(op.pull(index, g, y[0], inputs, attributes), every)


def assert_types(op: Operation, inputs: Sequence[Any], attributes: Mapping[str, Any], dtype: Any) -> None:
    """Values and gradients stay in the type of the inputs."""
    cast = [value.astype(dtype) if is_float(value) else value for value in inputs]
    y = forward(op, cast, attributes)
    for part in as_tuple(y):
        assert not is_float(part) or part.dtype == dtype, f"forward makes {part.dtype}"
    if dtype == np.float16:
        return
    with np.errstate(all="ignore"):
        for index in gradient_inputs(op, cast):
            g = random_gradient(y, np.random.default_rng(0))
            pulled = op.pull(index, g, y, cast, attributes)
            assert pulled.dtype == dtype, f"pull into input {index} makes {pulled.dtype}"
            pushed = op.push(index, cast[index], y, cast, attributes)
            for part in as_tuple(pushed):
                assert part is None or part.dtype == dtype, f"push of input {index} makes {part.dtype}"
