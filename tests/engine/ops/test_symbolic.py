"""Rules of smooth operations run on values that only stand for arrays: so gradients can be derived again.

Such a value answers NumPy's functions and operators and refuses to become an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.ops.exponential import erf
from tests.engine.ops import laws
from tests.engine.ops.samples import Sample, samples

#: Operations whose rules need the numbers themselves, beside the linear and the choosing ones: → why.
NUMERIC = {
    "Det": "its cofactors come from singular values",
    "ScatterElements": "it asks which entries are overwritten, equal or zero",
    "ScatterND": "it asks which entries are overwritten, equal or zero",
    "TensorScatter": "it asks which entries are overwritten",
    "LpPool": "its windows are views of memory",
    "DeformConv": "it finds its places from the numbers of the offset",
    "RoiAlign": "it finds its places from the numbers of the boxes",
    "GridSample": "it finds its places from the numbers of the grid",
    "RNN": "it is put together from other operations",
    "GRU": "it is put together from other operations",
    "LSTM": "it is put together from other operations",
    "Attention": "it is put together from other operations",
    "RotaryEmbedding": "it is put together from other operations",
    "LinearAttention": "it is put together from other operations",
    "CausalConvWithState": "it is put together from other operations",
}


class Standing(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands for an array; every function of NumPy gives another one."""

    def __init__(self, value: Any) -> None:
        self.hidden = np.asarray(value)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.hidden.shape

    @property
    def ndim(self) -> int:
        return self.hidden.ndim

    @property
    def size(self) -> int:
        return self.hidden.size

    @property
    def dtype(self) -> Any:
        return self.hidden.dtype

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("this only stands for an array")

    def __array_ufunc__(self, ufunc: Any, method: str, *parts: Any, **options: Any) -> Any:
        if method != "__call__" or "out" in options:
            raise TypeError(f"{ufunc.__name__}.{method} writes in place or reduces")
        return Standing(ufunc(*map(_shown, parts), **options))

    def __array_function__(self, function: Any, types: Any, parts: Any, options: Any) -> Any:
        found = function(*map(_shown, parts), **{key: _shown(value) for key, value in options.items()})
        if function in (np.shape, np.ndim, np.size):  # known without the numbers
            return found
        return [Standing(part) for part in found] if isinstance(found, list) else Standing(found)

    def __getitem__(self, index: Any) -> Standing:
        return Standing(self.hidden[index])

    def __bool__(self) -> bool:
        raise TypeError("this only stands for an array")

    __float__ = __int__ = __bool__


def _shown(value: Any) -> Any:
    if isinstance(value, Standing):
        return value.hidden
    if isinstance(value, list | tuple):
        return type(value)(_shown(part) for part in value)
    return value


def _standing(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_standing, value))
    return Standing(value) if laws.is_float(value) else value


CASES = [
    pytest.param(op, sample, id=f"{op.name}-{k}")
    for op in OPERATIONS.values()
    if op.has_gradient and not op.multilinear and not op.selects and op.name not in NUMERIC
    for k, sample in enumerate(samples(op))
]


@pytest.mark.parametrize(("op", "sample"), CASES)
def test_rules_need_no_numbers(op: Operation, sample: Sample) -> None:
    inputs, attributes = sample
    y = laws.forward(op, inputs, attributes)
    g = laws.random_gradient(y, np.random.default_rng(1))
    takes = laws.gradient_inputs(op, inputs)
    standing = [_standing(value) if k in takes else value for k, value in enumerate(inputs)]
    with np.errstate(all="ignore"):
        for index in takes:
            for found, expected in (
                (
                    op.pull(index, _standing(g), _standing(y), standing, attributes),
                    op.pull(index, g, y, inputs, attributes),
                ),
                (
                    op.push(index, standing[index], _standing(y), standing, attributes),
                    op.push(index, inputs[index], y, inputs, attributes),
                ),
            ):
                for part, wanted in zip(laws.as_tuple(found), laws.as_tuple(expected), strict=True):
                    if wanted is not None:
                        np.testing.assert_allclose(_shown(part), wanted, rtol=1e-12, atol=1e-14)


def test_erf_asks_the_value() -> None:
    assert float(_shown(erf(Standing(0.0)))) == 0.0
