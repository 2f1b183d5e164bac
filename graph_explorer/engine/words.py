"""The words of the program language: what a call such as `mean(x, axis=0)` means in ONNX operators.

The one rule: a word is a function of this file. Its Python signature is the signature that the
program sees; a parameter annotated `Value` takes a value of the graph, any other a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from graph_explorer.engine.errors import InputError

Value = Any  # a value of the graph, or a number or list that becomes a constant of it
Ints = int | Sequence[int]


class Build(Protocol):
    """Adds nodes to the graph that is being written."""

    def __call__(self, op: str, *inputs: Value, **attributes: Any) -> Value:
        """Adds a node with one output and returns it; attributes that are None are left out."""

    def several(self, outputs: int, op: str, *inputs: Value, **attributes: Any) -> tuple[Value, ...]:
        """Adds a node with several outputs and returns them."""

    def detached(self, x: Value) -> Value:
        """Adds a node that passes the value on, and no gradient back."""

    def constant(self, value: Any, dtype: str) -> Value:
        """Adds a constant of a type of its own."""


#: Words that mean one operator with the same inputs; its attributes keep ONNX's names.
SAME: Mapping[str, str] = {
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "asin": "Asin", "arcsin": "Asin", "acos": "Acos", "arccos": "Acos", "atan": "Atan", "arctan": "Atan",
    "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh", "asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh",
    "abs": "Abs", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "round": "Round", "erf": "Erf",
    "reciprocal": "Reciprocal", "sigmoid": "Sigmoid", "relu": "Relu", "leaky_relu": "LeakyRelu",
    "prelu": "PRelu", "elu": "Elu", "selu": "Selu", "celu": "Celu", "softplus": "Softplus",
    "softsign": "Softsign", "hard_sigmoid": "HardSigmoid", "hardsigmoid": "HardSigmoid",
    "hardswish": "HardSwish", "swish": "Swish", "silu": "Swish", "mish": "Mish", "gelu": "Gelu",
    "maximum": "Max", "minimum": "Min", "power": "Pow", "pow": "Pow", "mod": "Mod", "matmul": "MatMul",
    "dot": "MatMul", "where": "Where", "identity": "Identity", "det": "Det", "add": "Add",
    "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg",
    "global_avg_pool": "GlobalAveragePool", "global_max_pool": "GlobalMaxPool",
    "logical_not": "Not", "logical_and": "And", "logical_or": "Or",
}  # fmt: skip


def _ints(value: Ints) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


def _repeated(value: Ints, times: int) -> tuple[int, ...]:
    return (value,) * times if isinstance(value, int) else tuple(value)


def _reduction(operator: str) -> Callable[..., Value]:
    def reduce(build: Build, x: Value, axis: Ints | None = None, keepdims: bool = False) -> Value:
        axes = None if axis is None else _ints(axis)
        return build(operator, x, axes=axes, keepdims=int(keepdims))

    return reduce


def _var(build: Build, x: Value, axis: Ints | None = None, keepdims: bool = False) -> Value:
    axes = None if axis is None else _ints(axis)
    centred = build("Sub", x, build("ReduceMean", x, axes=axes, keepdims=1))
    return build("ReduceMean", build("Mul", centred, centred), axes=axes, keepdims=int(keepdims))


def _std(build: Build, x: Value, axis: Ints | None = None, keepdims: bool = False) -> Value:
    return build("Sqrt", _var(build, x, axis, keepdims))


def _softmax(build: Build, x: Value, axis: int = -1) -> Value:
    return build("Softmax", x, axis=axis)


def _log_softmax(build: Build, x: Value, axis: int = -1) -> Value:
    return build("LogSoftmax", x, axis=axis)


def _square(build: Build, x: Value) -> Value:
    return build("Pow", x, 2.0)


def _transpose(build: Build, x: Value, axes: Ints | None = None) -> Value:
    return build("Transpose", x, perm=None if axes is None else _ints(axes))


def _reshape(build: Build, x: Value, *shape: Ints) -> Value:
    sizes = _ints(shape[0]) if len(shape) == 1 else tuple(shape)
    return build("Reshape", x, shape=sizes)


def _flatten(build: Build, x: Value, axis: int = 1) -> Value:
    return build("Flatten", x, axis=axis)


def _squeeze(build: Build, x: Value, axis: Ints | None = None) -> Value:
    return build("Squeeze", x, axes=None if axis is None else _ints(axis))


def _unsqueeze(build: Build, x: Value, axis: Ints) -> Value:
    return build("Unsqueeze", x, axes=_ints(axis))


def _broadcast_to(build: Build, x: Value, shape: Ints) -> Value:
    return build("Expand", x, shape=_ints(shape))


def _concat(build: Build, values: Value, axis: int = 0) -> Value:
    return build("Concat", *values, axis=axis)


def _stack(build: Build, values: Value, axis: int = 0) -> Value:
    return build("Concat", *(build("Unsqueeze", value, axes=(axis,)) for value in values), axis=axis)


def _split(build: Build, x: Value, parts: int, axis: int = 0) -> Value:
    if type(parts) is not int or parts < 1:
        raise InputError("split(): 'parts' is a whole number from 1")
    return build.several(parts, "Split", x, axis=axis, num_outputs=parts)


def _tile(build: Build, x: Value, repeats: Ints) -> Value:
    return build("Tile", x, repeats=_ints(repeats))


def _pad(build: Build, x: Value, pads: Ints, mode: str = "constant") -> Value:
    return build("Pad", x, pads=_ints(pads), mode=mode)


def _clip(build: Build, x: Value, low: Value = None, high: Value = None) -> Value:
    return build("Clip", x, low, high)


def _cumsum(build: Build, x: Value, axis: int = 0) -> Value:
    return build("CumSum", x, axis=axis)


def _take(build: Build, x: Value, indices: Ints, axis: int = 0) -> Value:
    return build("Gather", x, indices=indices, axis=axis)


def _embedding(build: Build, indices: Value, weight: Value) -> Value:
    return build("Gather", weight, build("Cast", indices, to=7), axis=0)


def _one_hot(build: Build, indices: Value, depth: int, axis: int = -1) -> Value:
    return build("OneHot", build("Cast", indices, to=7), float(depth), [0.0, 1.0], axis=axis)


def _tril(build: Build, x: Value, k: int = 0) -> Value:
    return build("Trilu", x, k=k, upper=0)


def _triu(build: Build, x: Value, k: int = 0) -> Value:
    return build("Trilu", x, k=k, upper=1)


def _einsum(build: Build, equation: str, *values: Value) -> Value:
    return build("Einsum", *values, equation=equation)


def _linear(build: Build, x: Value, weight: Value, bias: Value = None) -> Value:
    product = build("MatMul", x, build("Transpose", weight))
    return product if bias is None else build("Add", product, bias)


def _detach(build: Build, x: Value) -> Value:
    return build.detached(x)


def _constant(build: Build, value: Ints, dtype: str = "") -> Value:
    return build.constant(value, dtype)


def _astype(build: Build, x: Value, dtype: str) -> Value:
    codes = {"float32": 1, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11}
    if dtype not in codes:
        raise InputError(f"unknown type '{dtype}'; known: {', '.join(codes)}")
    return build("Cast", x, to=codes[dtype])


def _convolution(dimensions: int, operator: str = "Conv") -> Callable[..., Value]:
    def convolve(
        build: Build,
        x: Value,
        weight: Value,
        bias: Value = None,
        stride: Ints = 1,
        padding: Ints = 0,
        dilation: Ints = 1,
        groups: int = 1,
    ) -> Value:
        pads = _repeated(padding, dimensions)
        return build(
            operator, x, weight, *(() if bias is None else (bias,)), strides=_repeated(stride, dimensions),
            pads=pads + pads, dilations=_repeated(dilation, dimensions), group=groups,
        )  # fmt: skip

    return convolve


def _pooling(dimensions: int, operator: str) -> Callable[..., Value]:
    def pool(
        build: Build, x: Value, kernel_size: Ints, stride: Ints | None = None, padding: Ints = 0
    ) -> Value:
        pads = _repeated(padding, dimensions)
        more = {"count_include_pad": 1} if operator == "AveragePool" and any(pads) else {}
        return build(
            operator, x, kernel_shape=_repeated(kernel_size, dimensions),
            strides=_repeated(kernel_size if stride is None else stride, dimensions),
            pads=pads + pads, **more,
        )  # fmt: skip

    return pool


def _layer_norm(
    build: Build, x: Value, scale: Value, bias: Value = None, axis: int = -1, eps: float = 1e-5
) -> Value:
    return build("LayerNormalization", x, scale, *(() if bias is None else (bias,)), axis=axis, epsilon=eps)


def _rms_norm(build: Build, x: Value, scale: Value, axis: int = -1, eps: float = 1e-5) -> Value:
    return build("RMSNormalization", x, scale, axis=axis, epsilon=eps)


def _batch_norm(
    build: Build, x: Value, scale: Value, bias: Value, running_mean: Value = 0.0, running_var: Value = 1.0,
    training: bool = True, momentum: float = 0.9, eps: float = 1e-5,
) -> Value:  # fmt: skip
    arguments = (x, scale, bias, running_mean, running_var)
    if not training:
        return build("BatchNormalization", *arguments, epsilon=eps)
    return build.several(
        3, "BatchNormalization", *arguments, epsilon=eps, momentum=momentum, training_mode=1
    )[0]


def _instance_norm(build: Build, x: Value, scale: Value, bias: Value, eps: float = 1e-5) -> Value:
    return build("InstanceNormalization", x, scale, bias, epsilon=eps)


def _group_norm(build: Build, x: Value, groups: int, scale: Value, bias: Value, eps: float = 1e-5) -> Value:
    return build("GroupNormalization", x, scale, bias, num_groups=groups, epsilon=eps)


def _dropout(build: Build, x: Value, p: float = 0.5, seed: int = 0, training: bool = True) -> Value:
    return build("Dropout", x, p, training, seed=seed)


def _mse(build: Build, prediction: Value, target: Value, reduction: str = "mean") -> Value:
    squares = build("Pow", build("Sub", prediction, target), 2.0)
    return _reduced(build, squares, reduction)


def _l1(build: Build, prediction: Value, target: Value, reduction: str = "mean") -> Value:
    return _reduced(build, build("Abs", build("Sub", prediction, target)), reduction)


def _binary_cross_entropy(build: Build, probability: Value, target: Value, reduction: str = "mean") -> Value:
    hit = build("Mul", target, build("Log", probability))
    miss = build("Mul", build("Sub", 1.0, target), build("Log", build("Sub", 1.0, probability)))
    return _reduced(build, build("Neg", build("Add", hit, miss)), reduction)


def _reduced(build: Build, losses: Value, reduction: str) -> Value:
    operators = {"mean": "ReduceMean", "sum": "ReduceSum"}
    if reduction == "none":
        return losses
    if reduction not in operators:
        raise InputError(f"unknown reduction '{reduction}'; known: mean, sum, none")
    return build(operators[reduction], losses, keepdims=0)


def _cross_entropy(build: Build, logits: Value, target: Value, reduction: str = "mean") -> Value:
    return build("SoftmaxCrossEntropyLoss", logits, build("Cast", target, to=7), reduction=reduction)


def _nll(build: Build, log_probabilities: Value, target: Value, reduction: str = "mean") -> Value:
    return build(
        "NegativeLogLikelihoodLoss",
        log_probabilities,
        build("Cast", target, to=7),
        reduction=reduction,
    )


def _attention(build: Build, query: Value, key: Value, value: Value, is_causal: bool = False) -> Value:
    return build("Attention", query, key, value, is_causal=int(is_causal))


#: Words with a signature of their own.
WORDS: Mapping[str, Callable[..., Value]] = {
    "sum": _reduction("ReduceSum"), "mean": _reduction("ReduceMean"), "max": _reduction("ReduceMax"),
    "amax": _reduction("ReduceMax"), "min": _reduction("ReduceMin"), "amin": _reduction("ReduceMin"),
    "prod": _reduction("ReduceProd"), "logsumexp": _reduction("ReduceLogSumExp"),
    "norm": _reduction("ReduceL2"), "var": _var, "std": _std, "square": _square,
    "softmax": _softmax, "log_softmax": _log_softmax, "transpose": _transpose, "reshape": _reshape,
    "flatten": _flatten, "squeeze": _squeeze, "unsqueeze": _unsqueeze, "expand_dims": _unsqueeze,
    "broadcast_to": _broadcast_to, "concat": _concat, "concatenate": _concat, "cat": _concat,
    "stack": _stack, "split": _split, "tile": _tile, "pad": _pad, "clip": _clip, "clamp": _clip,
    "cumsum": _cumsum, "take": _take, "embedding": _embedding, "one_hot": _one_hot, "tril": _tril,
    "triu": _triu, "einsum": _einsum, "linear": _linear, "detach": _detach, "stop_gradient": _detach,
    "astype": _astype, "constant": _constant,
    "conv1d": _convolution(1), "conv2d": _convolution(2), "conv3d": _convolution(3),
    "conv_transpose1d": _convolution(1, "ConvTranspose"),
    "conv_transpose2d": _convolution(2, "ConvTranspose"),
    "conv_transpose3d": _convolution(3, "ConvTranspose"),
    "max_pool1d": _pooling(1, "MaxPool"), "max_pool2d": _pooling(2, "MaxPool"),
    "max_pool3d": _pooling(3, "MaxPool"), "avg_pool1d": _pooling(1, "AveragePool"),
    "avg_pool2d": _pooling(2, "AveragePool"), "avg_pool3d": _pooling(3, "AveragePool"),
    "layer_norm": _layer_norm, "rms_norm": _rms_norm, "batch_norm": _batch_norm,
    "instance_norm": _instance_norm, "group_norm": _group_norm, "dropout": _dropout,
    "mse": _mse, "mse_loss": _mse, "l1_loss": _l1, "binary_cross_entropy": _binary_cross_entropy,
    "cross_entropy": _cross_entropy, "nll_loss": _nll, "scaled_dot_product_attention": _attention,
}  # fmt: skip
