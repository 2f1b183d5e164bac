"""How an operation is written on its card: the sign a textbook would use, where there is one.

The one rule: a sign stands in the table, or it is the operator's own name.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import raised

SIGNS: Mapping[str, str] = {
    "Add": "+", "Sub": "−", "Mul": "×", "Div": "÷", "Neg": "−x", "Pow": "xⁿ", "Sqrt": "√x", "Mod": "mod",
    "Reciprocal": "1/x", "Abs": "|x|", "Sum": "+", "Mean": "mean", "Max": "max", "Min": "min",
    "Exp": "exp", "Log": "ln", "Erf": "erf", "Sign": "sign", "Floor": "floor", "Ceil": "ceil",
    "Round": "round", "Identity": "id", "Sigmoid": "σ", "Tanh": "tanh", "Relu": "ReLU",
    "LeakyRelu": "leaky ReLU", "PRelu": "PReLU", "Elu": "ELU", "Selu": "SELU", "Celu": "CELU",
    "Gelu": "GELU", "Softplus": "softplus", "Softsign": "softsign", "Swish": "swish", "Mish": "mish",
    "HardSigmoid": "hard σ", "HardSwish": "hard swish", "Softmax": "softmax", "LogSoftmax": "log softmax",
    "Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos", "Atan": "atan",
    "Sinh": "sinh", "Cosh": "cosh", "Asinh": "asinh", "Acosh": "acosh", "Atanh": "atanh",
    "Transpose": "xᵀ", "Det": "det", "Gemm": "Gemm", "MatMul": "MatMul", "Einsum": "einsum",
    "ReduceSum": "Σ", "ReduceMean": "mean", "ReduceMax": "max", "ReduceMin": "min", "ReduceProd": "Π",
    "ReduceL1": "‖x‖₁", "ReduceL2": "‖x‖", "ReduceSumSquare": "Σx²", "ReduceLogSum": "ln Σ",
    "ReduceLogSumExp": "ln Σexp", "CumSum": "cumsum", "CumProd": "cumprod", "ArgMax": "argmax",
    "ArgMin": "argmin", "TopK": "top k", "Greater": ">", "GreaterOrEqual": "≥", "Less": "<",
    "LessOrEqual": "≤", "Equal": "=", "Not": "not", "And": "and", "Or": "or", "Xor": "xor",
    "Where": "where", "Clip": "clip", "Cast": "cast", "Gather": "take", "Slice": "slice", "Pad": "pad",
    "Concat": "concat", "Split": "split", "Reshape": "reshape", "Flatten": "flatten", "Squeeze": "squeeze",
    "Unsqueeze": "unsqueeze", "Expand": "expand", "Tile": "tile", "OneHot": "one-hot", "Trilu": "tri",
    "Conv": "conv", "ConvTranspose": "convᵀ", "MaxPool": "max pool", "AveragePool": "mean pool",
    "GlobalAveragePool": "mean pool", "GlobalMaxPool": "max pool", "Dropout": "dropout",
    "BatchNormalization": "batch norm", "LayerNormalization": "layer norm", "RMSNormalization": "RMS norm",
    "InstanceNormalization": "instance norm", "GroupNormalization": "group norm",
    "SoftmaxCrossEntropyLoss": "cross-entropy", "NegativeLogLikelihoodLoss": "NLL", "Attention": "attention",
}  # fmt: skip


def sign(node: Node, constants: Mapping[str, float]) -> str:
    """What the card of an operation says it does; `constants` are the plain numbers of the program."""
    if node.op == "Pow" and len(node.inputs) == 2 and node.inputs[1] in constants:
        exponent = constants[node.inputs[1]]
        if exponent == 0.5:
            return "√x"
        if exponent == int(exponent) and abs(exponent) < 100:
            return f"x{raised(int(exponent))}"
    return SIGNS.get(node.op, node.op)
