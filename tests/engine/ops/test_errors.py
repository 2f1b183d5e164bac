"""What does not fit is said in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.errors import InputError, UnknownName
from graph_explorer.engine.ops import OPERATIONS, operation


def zeros(*shape: int) -> Any:
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("name", "inputs", "attributes", "sentence"),
    [
        ("MatMul", (zeros(2, 3), zeros(4, 5)), {}, "MatMul: the inner sizes differ: (2, 3) @ (4, 5)"),
        ("MatMul", (zeros(), zeros(2)), {}, "MatMul: it multiplies arrays, not numbers: () @ (2,)"),
        ("Gemm", (zeros(2, 3), zeros(2, 3)), {}, "Gemm: the inner sizes differ: (2, 3) @ (2, 3)"),
        (
            "Gemm",
            (zeros(2, 3), zeros(3, 4), zeros(3)),
            {},
            "Gemm: C of shape (3,) does not broadcast to (2, 4)",
        ),
        ("Concat", (zeros(2, 3), zeros(3, 3)), {"axis": 1}, "Concat: (2, 3) and (3, 3) differ beside axis 1"),
        (
            "Reshape",
            (zeros(2, 3),),
            {"shape": (4, -1)},
            "Reshape: (2, 3) has 6 entries, which do not fill the shape (4, -1)",
        ),
        (
            "ReduceSum",
            (zeros(2, 3),),
            {"axes": (2,)},
            "ReduceSum: there is no axis 2 in an array of 2 dimensions",
        ),
        ("Gather", (zeros(2, 3),), {"indices": 2}, "Gather: index 2 is outside an axis of size 2"),
        (
            "Conv",
            (zeros(1, 3, 5, 5), zeros(4, 2, 3, 3)),
            {},
            "Conv: 3 channels in 1 group(s) do not fit a kernel of shape (4, 2, 3, 3)",
        ),
        (
            "Conv",
            (zeros(1, 3, 2, 2), zeros(4, 3, 3, 3)),
            {},
            "Conv: a kernel of extent 3 does not fit 2 entries with 0+0 of padding",
        ),
        (
            "MaxPool",
            (zeros(3, 3),),
            {"kernel_shape": (2,)},
            "MaxPool: it needs (batch, channels, …), not the shape (3, 3)",
        ),
        (
            "SoftmaxCrossEntropyLoss",
            (zeros(2, 3), np.array([0, 3])),
            {},
            "SoftmaxCrossEntropyLoss: label 3 is none of the 3 classes",
        ),
        ("Range", (zeros(), zeros(), zeros()), {}, "Range: the step is 0; the range would never end"),
        ("Einsum", (zeros(2),), {"equation": "i,j->ij"}, "Einsum: 'i,j->ij' is for 2 values; 1 given"),
        ("Squeeze", (zeros(2, 1),), {"axes": (0,)}, "Squeeze: axis 0 of (2, 1) has size 2, not 1"),
        ("Expand", (zeros(2, 3),), {"shape": (2,)}, "Expand: (2, 3) does not broadcast to (2,)"),
        ("Dropout", (zeros(2), 1.5), {}, "Dropout: the ratio 1.5 is not between 0 and 1"),
        (
            "LSTM",
            (zeros(2, 1, 3), zeros(1, 8, 4), zeros(1, 8, 2)),
            {},
            "LSTM: inputs of shape (2, 1, 3) do not fit weights of (1, 8, 4)",
        ),
        (
            "RNN",
            (zeros(2, 1, 3), zeros(1, 2, 3), zeros(1, 2, 2)),
            {"activations": ("Tan",)},
            "unknown activation 'Tan'; did you mean 'Tanh'?",
        ),
        ("Resize", (zeros(2, 3),), {}, "Resize: it needs scales or sizes"),
        (
            "DFT",
            (zeros(2, 3, 2),),
            {"axis": 2},
            "DFT: the last axis holds the parts of the numbers; transform another one",
        ),
        (
            "STFT",
            (zeros(1, 8, 1), 2, zeros(9)),
            {},
            "STFT: frames of 9 entries every 2 do not fit a signal of 8",
        ),
        (
            "DeformConv",
            (zeros(1, 2, 4, 4), zeros(3, 2, 2, 2), zeros(1, 8, 2, 2)),
            {},
            "DeformConv: the offset has shape (1, 8, 2, 2); it must have (1, 8, 3, 3)",
        ),
        (
            "RoiAlign",
            (zeros(1, 2, 4, 4), zeros(2, 4), (0,)),
            {},
            "RoiAlign: 1 indices of images do not fit 2 boxes",
        ),
        (
            "RoiAlign",
            (zeros(1, 2, 4, 4), np.array([[0.0, 0, 1e9, 1]]), (0,)),
            {},
            "RoiAlign: a box 1e+09 entries wide is read too often; set a sampling ratio",
        ),
        (
            "RandomNormal",
            (),
            {"shape": (100000, 100000)},
            "RandomNormal: (100000, 100000) is no shape of at most 2³¹ entries",
        ),
        (
            "MaxRoiPool",
            (zeros(1, 2, 4, 4), np.array([[3.0, 0, 0, 1, 1]])),
            {"pooled_shape": (1, 1)},
            "MaxRoiPool: there is no image 3 among 1",
        ),
        (
            "Multinomial",
            (zeros(2),),
            {},
            "Multinomial: it draws from rows of chances, not from the shape (2,)",
        ),
        (
            "BitShift",
            (zeros(2), zeros(2)),
            {"direction": "UP"},
            "BitShift: the direction is LEFT or RIGHT, not 'UP'",
        ),
        (
            "QuantizeLinear",
            (zeros(2), 1.0),
            {"output_dtype": 7},
            "QuantizeLinear: it makes whole numbers of 8 or 16 bits",
        ),
        (
            "Pad",
            (zeros(2),),
            {"pads": (1, 1), "mode": "mirror"},
            "Pad: unknown mode 'mirror'; known: constant, reflect, edge, wrap",
        ),
    ],
)
def test_sentence(name: str, inputs: tuple[Any, ...], attributes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        OPERATIONS[name].forward(*inputs, **attributes)
    assert caught.value.message == sentence


def test_unknown_operation_offers_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        operation("MatMull")
    assert caught.value.message == "unknown operation 'MatMull'; did you mean 'MatMul'?"


def test_table_is_named_as_its_operations() -> None:
    assert all(name == found.name for name, found in OPERATIONS.items())
    assert all(operation(name) is found for name, found in OPERATIONS.items())
    assert len(OPERATIONS) > 100
