"""Every row of the table of operations keeps the laws of derivatives, shapes and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from tests.engine.ops import laws
from tests.engine.ops.samples import Sample, drawn, samples

CASES = [
    pytest.param(op, sample, id=f"{op.name}-{k}")
    for op in OPERATIONS.values()
    for k, sample in enumerate(samples(op))
]
BROADCAST = [
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((1, 1, 3), (2, 1)),
]
ELEMENTWISE_PAIRS = [
    op
    for op in OPERATIONS.values()
    if (op.elementwise and op.variadic) or (len(op.partials) == 2 and None not in op.partials)
]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_every_differentiable_operation_has_samples() -> None:
    without = [op.name for op in OPERATIONS.values() if op.has_gradient and not list(samples(op))]
    assert without == []


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_pull_is_the_adjoint_of_push(op: Operation, sample: Sample, random: np.random.Generator) -> None:
    laws.assert_adjoint(op, *sample, random)


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_pull_agrees_with_central_differences(
    op: Operation, sample: Sample, random: np.random.Generator
) -> None:
    laws.assert_differences(op, *sample, random)


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_one_output_pulls_as_all_do(op: Operation, sample: Sample, random: np.random.Generator) -> None:
    laws.assert_single_output(op, *sample, random)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("op", "sample"), CASES)
def test_types_are_kept(op: Operation, sample: Sample, dtype: Any) -> None:
    if op.name != "Cast":
        laws.assert_types(op, *sample, dtype)


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_rules_change_no_argument(op: Operation, sample: Sample, random: np.random.Generator) -> None:
    inputs, attributes = sample
    y = laws.forward(op, inputs, attributes)
    g = laws.random_gradient(y, random)
    kept = [np.copy(v) for v in (*laws.as_tuple(y), *laws.as_tuple(g), *inputs) if v is not None]
    with np.errstate(all="ignore"):
        for index in laws.gradient_inputs(op, inputs):
            op.pull(index, g, y, inputs, attributes)
            op.push(index, inputs[index], y, inputs, attributes)
            op.local(index, y, inputs, attributes)
    now = [v for v in (*laws.as_tuple(y), *laws.as_tuple(g), *inputs) if v is not None]
    for before, after in zip(kept, now, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("shapes", BROADCAST, ids=str)
@pytest.mark.parametrize("op", ELEMENTWISE_PAIRS, ids=lambda op: op.name)
def test_broadcasting_sums_the_copies(
    op: Operation, shapes: tuple[tuple[int, ...], ...], random: np.random.Generator
) -> None:
    values = drawn(op, {}, size=12)[:2]
    inputs = tuple(
        value[: int(np.prod(shape))].reshape(shape) for value, shape in zip(values, shapes, strict=True)
    )
    y = laws.forward(op, inputs, {})
    assert np.shape(y) == np.broadcast_shapes(*shapes)
    laws.assert_adjoint(op, inputs, {}, random)


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_local_derivative_has_the_shape_it_promises(op: Operation, sample: Sample) -> None:
    inputs, attributes = sample
    y = laws.forward(op, inputs, attributes)
    for index in laws.gradient_inputs(op, inputs):
        local = op.local(index, y, inputs, attributes)
        assert local.text
        if local.form in ("scalar", "elementwise"):
            assert np.shape(local.value) == np.shape(y)
        elif local.form == "selection":
            assert np.shape(local.value) == np.shape(inputs[index])


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_domain_and_kinks_speak_of_every_entry(op: Operation, sample: Sample) -> None:
    inputs, attributes = sample
    shape = np.broadcast_shapes(
        np.shape(inputs[0]), np.shape(inputs[1]) if op.elementwise and inputs[1:] else ()
    )
    with np.errstate(all="ignore"):
        for rule in (op.domain, op.kinks):
            if rule is not None:
                flags = np.asarray(rule(*inputs, **attributes))
                assert flags.dtype == bool
                assert np.broadcast_shapes(flags.shape, shape) or not shape
