"""Sample inputs of every operation: drawn for elementwise ones, from a table for the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation

Sample = tuple[tuple[Any, ...], dict[str, Any]]


def numbers(*shape: int, seed: int = 0) -> Any:
    """Normal numbers in float64."""
    return np.random.default_rng((seed, *shape)).standard_normal(shape)


def positive(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng((seed, *shape)).uniform(0.2, 2.0, shape)


def integers(*values: int) -> Any:
    return np.array(values, np.int64)


#: Attributes under which an elementwise operation is tried, beside its defaults.
ATTRIBUTES: dict[str, list[dict[str, Any]]] = {
    "LeakyRelu": [{"alpha": 0.3}],
    "Elu": [{"alpha": 0.5}],
    "Selu": [{"alpha": 2.0, "gamma": 3.0}],
    "Celu": [{"alpha": 2.0}],
    "HardSigmoid": [{"alpha": 0.5, "beta": 0.6}],
    "Swish": [{"alpha": 0.5}],
    "Gelu": [{"approximate": "tanh"}],
    "ThresholdedRelu": [{"alpha": 0.7}],
    "Shrink": [{"bias": 0.3, "lambd": 0.6}],
    "Mod": [{"fmod": 1}],
}


def drawn(op: Operation, attributes: dict[str, Any], size: int = 12) -> tuple[Any, ...]:
    """Numbers inside the domain of an elementwise operation and away from its kinks; 1-D."""
    count = 3 if op.variadic else len(op.inputs)
    random = np.random.default_rng(len(op.name))
    inputs = tuple(random.uniform(-2.5, 2.5, 2000) for _ in range(count))
    allowed = np.ones(2000, bool)
    with np.errstate(all="ignore"):
        if op.domain is not None:
            allowed &= op.domain(*inputs)
        if op.kinks is not None:
            allowed &= ~op.kinks(*inputs, **attributes)
    return tuple(value[allowed][:size] for value in inputs)


def _images(*shape: int) -> Any:
    """Different entries, so that no two tie."""
    count = int(np.prod(shape))
    return np.random.default_rng(count).permutation(count).reshape(shape) / 7.0


_X = numbers(3, 4)
_REDUCTION: list[Sample] = [
    ((positive(3, 4),), {}),
    ((positive(2, 3, 4),), {"axes": (0, -1), "keepdims": 0}),
    ((positive(2, 3, 4), integers(1)), {"keepdims": 1}),
    ((positive(2, 3),), {"axes": (), "noop_with_empty_axes": 1}),
    ((positive(5),), {"axes": 0, "keepdims": 0}),
]


def _recurrent(gates: int, states: int) -> list[Sample]:
    """Inputs of a recurrent layer of 3 hidden units on sequences of 4 steps of 2 entries."""

    def given(directions: int, batch: int = 2, layout: int = 0, **more: Any) -> Sample:
        x = numbers(batch, 4, 2) if layout else numbers(4, batch, 2)
        size = (batch, directions, 3) if layout else (directions, batch, 3)
        start = [numbers(*size, seed=5 + k) for k in range(states)]
        weights = (
            numbers(directions, gates * 3, 2, seed=1),
            numbers(directions, gates * 3, 3, seed=2) / 2,
            numbers(directions, 2 * gates * 3, seed=3) / 2,
        )
        return (x, *weights, None, *start), {"layout": layout, **more}

    plain = given(1)
    lengths = list(given(2, batch=3, direction="bidirectional")[0])
    lengths[4] = np.array([4, 2, 1])
    return [
        (plain[0][:3], {}),
        plain,
        given(2, direction="bidirectional", layout=1),
        given(1, direction="reverse", clip=0.7),
        (tuple(lengths), {"direction": "bidirectional"}),
    ]


_ACTIVATED = {"activation_alpha": (0.3, 0.2), "activation_beta": (0.4,)}

SAMPLES: dict[str, list[Sample]] = {
    "Where": [((_X > 0, numbers(3, 4, seed=1), numbers(4)), {})],
    "Clip": [
        ((_X, np.array(-0.5), np.array(0.8)), {}),
        ((_X, None, np.array(0.8)), {}),
        ((_X, np.array(-0.5)), {}),
    ],
    "Cast": [((_X,), {"to": 11})],
    **{name: _REDUCTION for name in OPERATIONS if name.startswith("Reduce")},
    "CumSum": [
        ((_X, np.array(1)), {}),
        ((_X,), {"axis": 0, "exclusive": 1}),
        ((_X,), {"axis": -1, "reverse": 1}),
        ((_X,), {"axis": 1, "reverse": 1, "exclusive": 1}),
    ],
    "CumProd": [
        ((_X, np.array(1)), {}),
        ((_X,), {"axis": 0, "exclusive": 1}),
        ((_X,), {"axis": -1, "reverse": 1}),
        ((np.where(np.abs(_X) < 0.4, 0.0, _X),), {"axis": 1, "reverse": 1, "exclusive": 1}),
    ],
    "TopK": [((_X, integers(2)), {}), ((_X,), {"k": 2, "axis": 0, "largest": 0})],
    "Reshape": [((_X,), {"shape": (2, -1)}), ((_X, integers(0, 2, 2)), {})],
    "Flatten": [((numbers(2, 3, 4),), {}), ((numbers(2, 3, 4),), {"axis": -1}), ((_X,), {"axis": 0})],
    "Squeeze": [((numbers(1, 3, 1),), {}), ((numbers(1, 3, 1),), {"axes": (-1,)})],
    "Unsqueeze": [((_X,), {"axes": (0, -1)}), ((_X, integers(1)), {})],
    "Transpose": [((_X,), {}), ((numbers(2, 3, 4),), {"perm": (1, 2, 0)})],
    "Expand": [((numbers(3, 1),), {"shape": (2, 1, 4)}), ((numbers(3, 1), integers(3, 4)), {})],
    "Tile": [((_X,), {"repeats": (2, 3)})],
    "Split": [
        ((_X,), {"axis": 1, "num_outputs": 3}),
        ((_X, integers(1, 3)), {"axis": -1}),
        ((_X,), {"split": (1, 2), "axis": 0}),
    ],
    "DepthToSpace": [((numbers(2, 8, 2, 3),), {"blocksize": 2, "mode": mode}) for mode in ("DCR", "CRD")],
    "SpaceToDepth": [((numbers(2, 3, 4, 6),), {"blocksize": 2, "mode": mode}) for mode in ("DCR", "CRD")],
    "Concat": [((_X, numbers(3, 2), numbers(3, 1)), {"axis": 1}), ((_X, numbers(1, 4)), {"axis": -2})],
    "Pad": [
        ((_X, integers(1, 0, 2, 1), np.array(1.5)), {}),
        ((_X,), {"pads": (-1, 2, 1, -1)}),
        ((_X,), {"pads": (1, 2), "axes": (1,), "mode": "edge"}),
        ((_X,), {"pads": (2, 1, 1, 3), "mode": "reflect"}),
        ((_X,), {"pads": (4, 1, 1, 5), "mode": "wrap"}),
        ((_X,), {"pads": (2, -1, -1, 3), "mode": "reflect"}),
    ],
    "CenterCropPad": [((_X,), {"shape": (6, 3)}), ((_X, integers(7)), {"axes": (-1,)})],
    "Range": [((np.array(1.0), np.array(4.1), np.array(0.7)), {})],
    "Dropout": [
        ((_X,), {}),
        ((_X, np.array(0.4), np.array(True)), {"seed": 3}),
        ((_X,), {"ratio": 0.3, "training_mode": 1, "seed": 1}),
    ],
    "MatMul": [
        ((numbers(*a), numbers(*b, seed=1)), {})
        for a, b in (
            ((3, 4), (4, 2)),
            ((4,), (4, 2)),
            ((3, 4), (4,)),
            ((4,), (4,)),
            ((2, 5, 3, 4), (4, 2)),
            ((3, 4), (2, 4, 2)),
            ((2, 1, 3, 4), (5, 4, 2)),
            ((4,), (2, 4, 3)),
            ((2, 3, 4), (4,)),
        )
    ],
    "Gemm": [
        ((numbers(3, 4), numbers(4, 2), numbers(2)), {}),
        (
            (numbers(4, 3), numbers(2, 4), numbers(3, 1)),
            {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0},
        ),
        ((numbers(3, 4), numbers(4, 2)), {"alpha": 0.5}),
        ((numbers(3, 4), numbers(4, 2), np.array(0.3)), {}),
    ],
    "Einsum": [
        ((numbers(3, 4), numbers(4, 2)), {"equation": "ij,jk->ik"}),
        ((numbers(3, 3),), {"equation": "ii"}),
        ((numbers(3, 3),), {"equation": "ii->i"}),
        ((numbers(3, 4),), {"equation": "ij->i"}),
        ((numbers(3, 4),), {"equation": "ij -> ji"}),
        ((numbers(2, 3, 4), numbers(2, 4, 5)), {"equation": "...ij,...jk->...ik"}),
        ((numbers(1, 3, 4), numbers(2, 4, 5)), {"equation": "...ij,...jk"}),
        ((numbers(3), numbers(4), numbers(5)), {"equation": "i,j,k->ki"}),
        ((numbers(3, 4), numbers(3, 4)), {"equation": "ij,ij->"}),
    ],
    "Det": [((numbers(3, 3),), {}), ((numbers(2, 4, 4),), {}), ((np.outer([1.0, 2.0], [3.0, 1.0]),), {})],
    "Slice": [
        ((_X, integers(0, 1), integers(2, 9), integers(0, 1)), {}),
        ((_X,), {"starts": (-1,), "ends": (-9,), "axes": (1,), "steps": (-2,)}),
    ],
    "Gather": [
        ((_X, integers(2, 0, 2)), {}),
        ((_X,), {"indices": -1, "axis": 1}),
        ((_X, np.array([[0, 1], [3, 3]])), {"axis": -1}),
    ],
    "GatherElements": [((_X, np.array([[0, 0], [2, -1]])), {"axis": 1})],
    "GatherND": [
        ((_X, np.array([[0, 1], [2, 3], [0, 1]])), {}),
        ((_X,), {"indices": (1,)}),
        ((numbers(2, 3, 4), np.array([[[1, 0]], [[-1, 2]]])), {"batch_dims": 1}),
    ],
    "Compress": [((_X, np.array([True, False, True])), {"axis": 1}), ((_X, np.array([False, True])), {})],
    "ReverseSequence": [
        ((numbers(4, 3), integers(1, 4, 2)), {}),
        ((numbers(3, 4, 2), integers(1, 4, 2)), {"time_axis": 1, "batch_axis": 0}),
    ],
    "OneHot": [((integers(0, 2, -1, 7), np.array(3.0), np.array([0.5, 2.0])), {"axis": 0})],
    "ScatterElements": [
        ((_X, np.array([[0, 1], [3, 2]]), numbers(2, 2, seed=2)), {"axis": 1}),
        *(
            ((_X, np.array([[0, 1, 2, 2], [0, 2, 2, 1]]), numbers(2, 4, seed=2)), {"reduction": how})
            for how in ("add", "mul", "max", "min")
        ),
        (
            (np.where(_X > 0, _X, 0.0), np.zeros((2, 4), int), np.array([[1.0, 0, 2, 0], [1, 1, 0, 3]])),
            {"reduction": "mul"},
        ),
    ],
    "ScatterND": [
        ((_X, np.array([[0], [2]]), numbers(2, 4, seed=2)), {}),
        *(
            ((_X, np.array([[0], [2], [2]]), numbers(3, 4, seed=2)), {"reduction": how})
            for how in ("add", "mul", "max", "min")
        ),
    ],
    "TensorScatter": [
        ((numbers(2, 4, 3), numbers(2, 2, 3, seed=1), integers(1, 2)), {}),
        ((numbers(2, 4, 3), numbers(2, 2, 3, seed=1)), {"write_indices": (3, 0), "mode": "circular"}),
    ],
    "Softmax": [((_X,), {}), ((_X * 400,), {"axis": 0})],
    "LogSoftmax": [((_X,), {}), ((_X * 4,), {"axis": 0})],
    **{
        name: [
            ((_X, integers(0, 3, 1)), {}),
            ((_X, integers(0, 3, 1)), {"reduction": "sum"}),
            ((numbers(2, 3, 4), np.array([[0, 2, 1, 1], [2, 2, 0, 1]])), {"reduction": "none"}),
            ((_X, integers(0, 3, 1), positive(4)), {"ignore_index": 3}),
            ((_X, integers(0, 3, 1), positive(4)), {"reduction": "none"}),
        ]
        for name in ("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")
    },
    "Conv": [
        ((numbers(2, 3, 6), numbers(4, 3, 3), numbers(4)), {}),
        ((numbers(2, 3, 5, 6), numbers(4, 3, 3, 2), numbers(4)), {"pads": (1, 0, 2, 1)}),
        ((numbers(1, 4, 7, 6), numbers(6, 2, 3, 3)), {"group": 2, "strides": (2, 1), "dilations": (1, 2)}),
        ((numbers(2, 3, 5, 5), numbers(4, 3, 1, 1)), {}),
        ((numbers(2, 3, 5, 5), numbers(4, 3, 1, 1)), {"strides": (2, 2)}),
        (
            (numbers(2, 4, 5, 5), numbers(4, 1, 3, 3)),
            {"group": 4, "auto_pad": "SAME_LOWER", "strides": (2, 2)},
        ),
        ((numbers(1, 2, 4, 5, 3), numbers(3, 2, 2, 2, 2)), {"auto_pad": "SAME_UPPER"}),
    ],
    "ConvTranspose": [
        ((numbers(2, 3, 6), numbers(3, 4, 3), numbers(4)), {"strides": (2,)}),
        ((numbers(2, 4, 3, 4), numbers(4, 3, 3, 2), numbers(6)), {"group": 2, "pads": (1, 0, 1, 1)}),
        (
            (numbers(1, 2, 3, 3), numbers(2, 2, 3, 3)),
            {"strides": (2, 3), "output_padding": (1, 2), "dilations": (1, 2)},
        ),
        ((numbers(1, 2, 3, 3), numbers(2, 2, 3, 3)), {"strides": (2, 2), "output_shape": (6, 7)}),
        ((numbers(1, 2, 3, 3), numbers(2, 2, 3, 3)), {"strides": (2, 2), "auto_pad": "SAME_UPPER"}),
        ((numbers(1, 2, 2, 3, 2), numbers(2, 2, 2, 2, 3)), {"strides": (2, 1, 1)}),
    ],
    "MaxPool": [
        ((_images(2, 3, 6, 7),), {"kernel_shape": (2, 3)}),
        ((_images(2, 3, 6, 7),), {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 1, 1)}),
        ((_images(1, 2, 7, 8),), {"kernel_shape": (2, 3), "strides": (3, 3), "ceil_mode": 1}),
        ((_images(1, 2, 7, 8),), {"kernel_shape": (2, 3), "dilations": (2, 2), "auto_pad": "SAME_LOWER"}),
        ((_images(1, 2, 9),), {"kernel_shape": (3,), "strides": (2,)}),
        ((_images(1, 2, 4, 5, 4),), {"kernel_shape": (2, 2, 2), "strides": (2, 2, 2)}),
    ],
    **{
        name: [
            ((numbers(2, 3, 6, 7),), {"kernel_shape": (2, 3)}),
            ((numbers(1, 2, 6, 7),), {"kernel_shape": (3, 3), "strides": (2, 2), "pads": (1, 1, 0, 1)}),
            ((numbers(1, 2, 7, 8),), {"kernel_shape": (3, 3), "strides": (3, 3), "ceil_mode": 1, **more}),
            ((numbers(1, 2, 7, 8),), {"kernel_shape": (2, 3), "dilations": (2, 2), "auto_pad": "SAME_UPPER"}),
            ((numbers(1, 2, 9),), {"kernel_shape": (3,), "strides": (2,), "pads": (1, 1), **more}),
        ]
        for name, more in (("AveragePool", {"count_include_pad": 1}), ("LpPool", {"p": 3}))
    },
    "GlobalAveragePool": [((numbers(2, 3, 4, 5),), {})],
    "GlobalMaxPool": [((_images(2, 3, 4, 5),), {}), ((_images(2, 3, 4),), {})],
    "GlobalLpPool": [((numbers(2, 3, 4, 5),), {}), ((numbers(2, 3, 4),), {"p": 3})],
    "LayerNormalization": [
        ((numbers(3, 4), numbers(4), numbers(4, seed=1)), {}),
        ((numbers(2, 3, 4), numbers(3, 4), numbers(3, 4, seed=1)), {"axis": 1, "epsilon": 0.1}),
        ((numbers(2, 3, 4), numbers(3, 1)), {"axis": -2}),
    ],
    "RMSNormalization": [
        ((numbers(3, 4), numbers(4)), {}),
        ((numbers(2, 3, 4), numbers(3, 4)), {"axis": 1, "epsilon": 0.1}),
    ],
    "InstanceNormalization": [((numbers(2, 3, 4, 2), numbers(3), numbers(3, seed=1)), {})],
    "GroupNormalization": [
        ((numbers(2, 6, 4), numbers(6), numbers(6, seed=1)), {"num_groups": 3}),
        ((numbers(2, 4, 3, 2), numbers(4), numbers(4, seed=1)), {"num_groups": 1, "epsilon": 0.1}),
    ],
    "MeanVarianceNormalization": [((numbers(2, 3, 4, 2),), {}), ((_X,), {"axes": (1,)})],
    "BatchNormalization": [
        ((numbers(*shape), numbers(3), numbers(3, seed=1), numbers(3, seed=2), positive(3)), more)
        for shape in ((4, 3), (2, 3, 4, 2))
        for more in ({}, {"training_mode": 1}, {"training_mode": 1, "momentum": 0.5, "epsilon": 0.1})
    ],
    "LpNormalization": [((_X,), {}), ((_X,), {"p": 1, "axis": 0})],
    "LRN": [
        ((numbers(2, 5, 2, 3),), {"size": 3}),
        ((numbers(2, 5, 2),), {"size": 4, "alpha": 0.5, "beta": 0.6, "bias": 2.0}),
    ],
    "RNN": [
        *_recurrent(1, 1),
        *(
            (_recurrent(1, 1)[1][0], {"activations": (name,), **_ACTIVATED})
            for name in ("Affine", "ScaledTanh", "HardSigmoid", "LeakyRelu", "Elu", "softsign", "Softplus")
        ),
    ],
    "GRU": [
        *_recurrent(3, 1),
        *((inputs, {**more, "linear_before_reset": 1}) for inputs, more in _recurrent(3, 1)),
    ],
    "LSTM": [
        *_recurrent(4, 2),
        (_recurrent(4, 2)[1][0], {"input_forget": 1}),
        ((*_recurrent(4, 2)[1][0], numbers(1, 9, seed=8)), {}),
    ],
    "Attention": [
        ((numbers(2, 3, 4, 5), numbers(2, 3, 6, 5), numbers(2, 3, 6, 2)), {}),
        ((numbers(2, 4, 6), numbers(2, 5, 6), numbers(2, 5, 4)), {"q_num_heads": 2, "kv_num_heads": 2}),
        ((numbers(1, 4, 3, 2), numbers(1, 2, 3, 2), numbers(1, 2, 3, 2)), {"is_causal": 1, "softcap": 1.5}),
        (
            (numbers(1, 2, 3, 2), numbers(1, 2, 4, 2), numbers(1, 2, 4, 2), numbers(3, 4), None, None),
            {"scale": 0.3, "qk_matmul_output_mode": 3},
        ),
        (
            (
                *(numbers(1, 2, 2, 3, seed=k) for k in range(3)),
                np.array([[True, False, True, True], [False, False, False, False]]),
                *(numbers(1, 2, 2, 3, seed=k) for k in range(3, 5)),
            ),
            {"qk_matmul_output_mode": 1},
        ),
        (
            tuple(numbers(2, 1, 4, 3, seed=k) for k in range(3)),
            {"nonpad_kv_seqlen": (3, 4), "left_window_size": 1, "right_window_size": 0},
        ),
    ],
    "RotaryEmbedding": [
        ((numbers(2, 3, 4, 6), numbers(2, 4, 3), numbers(2, 4, 3, seed=1)), {}),
        (
            (numbers(2, 4, 6), numbers(2, 4, 1), numbers(2, 4, 1, seed=1)),
            {"num_heads": 2, "rotary_embedding_dim": 2},
        ),
        (
            (numbers(1, 2, 3, 4), numbers(5, 2), numbers(5, 2, seed=1), np.array([[1, 0, 4]])),
            {"interleaved": 1},
        ),
    ],
    "Resize": [
        ((numbers(1, 2, 3, 4),), {"sizes": (1, 2, 5, 6), "mode": mode, **more})
        for mode in ("nearest", "linear", "cubic")
        for more in (
            {},
            {"coordinate_transformation_mode": "align_corners"},
            {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
            {"coordinate_transformation_mode": "tf_half_pixel_for_nn"},
            {"exclude_outside": 1},
        )
    ]
    + [
        ((numbers(1, 2, 7, 8), None, np.array([0.6, 0.5])), {"axes": (2, 3), "mode": mode, "antialias": 1})
        for mode in ("linear", "cubic")
    ]
    + [
        (
            (numbers(3, 4), np.array([-0.2, 0.1, 0.9, 1.3]), None, integers(4, 5)),
            {
                "mode": "linear",
                "coordinate_transformation_mode": "tf_crop_and_resize",
                "extrapolation_value": 7.0,
            },
        )
    ],
    "GridSample": [
        (
            (numbers(2, 3, 4, 5), 1.3 * np.tanh(numbers(2, 3, 2, 2))),
            {"mode": mode, "padding_mode": padding, "align_corners": align},
        )
        for mode in ("linear", "nearest", "cubic")
        for padding in ("zeros", "border", "reflection")
        for align in (0, 1)
    ]
    + [((numbers(1, 2, 3, 3, 4), np.tanh(numbers(1, 2, 2, 1, 3))), {})],
    "AffineGrid": [
        ((numbers(2, 2, 3),), {"size": (2, 1, 3, 4)}),
        ((numbers(1, 3, 4), integers(1, 1, 2, 3, 2)), {"align_corners": 1}),
    ],
    "Col2Im": [
        ((numbers(2, 12, 9), integers(4, 4), integers(2, 2)), {}),
        (
            (numbers(1, 4, 6),),
            {"image_shape": (4, 5), "block_shape": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 1)},
        ),
    ],
    "MaxUnpool": [
        (
            (numbers(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]])),
            {"kernel_shape": (2, 2), "strides": (2, 2)},
        ),
        (
            (numbers(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]])),
            {"kernel_shape": (2, 2), "strides": (2, 2), "output_shape": (1, 1, 5, 5)},
        ),
    ],
    "LinearAttention": [
        (
            (
                numbers(2, 3, 8),
                numbers(2, 3, 4) / 2,
                numbers(2, 3, 6),
                start,
                numbers(2, 3, 4, seed=3) if rule.startswith("gated") else None,
                positive(2, 3, 2) if rule.endswith("delta") else None,
            ),
            {"q_num_heads": 4, "kv_num_heads": 2, "update_rule": rule},
        )
        for rule, start in (
            ("linear", None),
            ("gated", numbers(2, 2, 2, 3)),
            ("delta", None),
            ("gated_delta", numbers(2, 2, 2, 3)),
        )
    ],
    "CausalConvWithState": [
        ((numbers(2, 3, 5), numbers(3, 1, 3), numbers(3), numbers(2, 3, 2)), {"activation": "silu"}),
        ((numbers(2, 3, 5), numbers(3, 1, 3)), {}),
    ],
    "Unique": [
        ((numbers(5),), {}),
        ((numbers(2, 3),), {"sorted": 0}),
        ((numbers(3, 2),), {"axis": 1}),
        ((numbers(3, 2),), {"axis": 0, "sorted": 0}),
    ],
    "DFT": [
        ((numbers(2, 5, count),), {**more})
        for count in (1, 2)
        for more in (
            {},
            {"inverse": 1},
            {"axis": 0},
            {"dft_length": 8},
            {"dft_length": 3},
            {"inverse": 1, "dft_length": 7},
        )
    ]
    + [((numbers(2, size, 1),), {"onesided": 1}) for size in (5, 6)]
    + [((numbers(2, 4, 2),), {"onesided": 1, "inverse": 1, **more}) for more in ({}, {"dft_length": 5})],
    "STFT": [
        ((numbers(2, 16, 1), np.array(4), numbers(8)), {}),
        ((numbers(2, 16, 1), np.array(3), numbers(6), np.array(8)), {"onesided": 0}),
        ((numbers(1, 12, 2), np.array(2), None, np.array(6)), {"onesided": 0}),
    ],
    "DeformConv": [
        (
            (
                numbers(2, 4, 5, 6),
                numbers(6, 2, 2, 3),
                numbers(2, 2 * 6 * 2, 4, 4),
                numbers(6),
                positive(2, 2 * 6, 4, 4),
            ),
            {"group": 2, "offset_group": 2},
        ),
        (
            (numbers(1, 2, 5, 5), numbers(3, 2, 2, 2), 2 * numbers(1, 8, 3, 3)),
            {"strides": (2, 1), "pads": (1, 0, 1, 0), "dilations": (2, 2)},
        ),
        ((numbers(1, 2, 6), numbers(3, 2, 2), numbers(1, 2, 5)), {}),
    ],
    "RoiAlign": [
        (
            (numbers(2, 3, 6, 7), np.array([[0.3, 0.71, 4.2, 5.1], [1.1, 0.2, 1.6, 9.3]]), integers(1, 0)),
            {"output_height": 2, "output_width": 3, **more},
        )
        for mode in ("avg", "max")
        for more in (
            {"mode": mode},
            {"mode": mode, "sampling_ratio": 2, "spatial_scale": 0.7},
            {"mode": mode, "coordinate_transformation_mode": "output_half_pixel"},
        )
    ],
    "MaxRoiPool": [
        (
            (_images(2, 3, 6, 7), np.array([[0, 0.3, 0.7, 4.2, 5.1], [1, 2.0, 3.0, 12.0, 3.0]])),
            {"pooled_shape": (2, 3), "spatial_scale": scale},
        )
        for scale in (1.0, 0.5)
    ],
    "DequantizeLinear": [
        ((np.array([[3, 7, 0], [5, 1, 2]], np.uint8), np.array(0.3), np.array(2, np.uint8)), {}),
        ((np.array([[3, 7, 0], [5, 1, 2]], np.int8), positive(2)), {"axis": 0}),
        (
            (np.arange(10, dtype=np.uint8).reshape(2, 5), positive(2, 3), np.ones((2, 3), np.uint8)),
            {"block_size": 2},
        ),
    ],
    "Trilu": [((_X,), {}), ((_X,), {"k": 1, "upper": 0}), ((_X, np.array(-1)), {})],
}


def samples(op: Operation) -> Iterator[Sample]:
    """Inputs and attributes under which `op` is tried; float64."""
    if op.name in SAMPLES:
        yield from SAMPLES[op.name]
    elif op.elementwise:
        for attributes in [{}, *ATTRIBUTES.get(op.name, [])]:
            yield tuple(value.reshape(3, 4) for value in drawn(op, attributes)), attributes
