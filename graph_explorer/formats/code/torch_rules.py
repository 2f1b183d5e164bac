"""How PyTorch spells each operator.

The one rule: a rule gets a `Call`, which knows the texts and shapes of a node's inputs, and returns one
expression. What PyTorch has no word for is not in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.axes import axes_of, axis_of, whole
from graph_explorer.formats.code.spelled import Spelled
from graph_explorer.formats.code.torch_call import Call, Rule, Unspelled
from graph_explorer.formats.code.torch_layers import LAYERS


def _function(word: str, *options: str) -> Rule:
    """A function of all inputs; `options` are attributes that it takes under the same name."""

    def rule(call: Call) -> str:
        named = [f"{key}={call.get(key)!r}" for key in options if key in call.attributes]
        return f"{word}({', '.join([*(call.tensor(k) for k in range(len(call.names))), *named])})"

    return rule


def _infix(sign: str) -> Rule:
    def rule(call: Call) -> str:
        first = call.names[0] if call.names[1].isidentifier() else call.tensor(0)
        return f"{first} {sign} {_signed(call.names[1])}"

    return rule


def _signed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _folded(word: str) -> Rule:
    def rule(call: Call) -> str:
        made = call.tensor(0)
        for index in range(1, len(call.names)):
            made = f"{word}({made}, {call.tensor(index)})"
        return made

    return rule


def _sum(call: Call) -> str:
    return " + ".join(call.tensor(k) for k in range(len(call.names)))


def _axes(call: Call) -> tuple[int, ...]:
    given = call.setting("axes", 1)
    if given is None or not whole(given):
        return () if call.get("noop_with_empty_axes") else tuple(range(len(call.shape())))
    return axes_of(given, len(call.shape()), "Reduce")


def _reduction(template: str) -> Rule:
    def rule(call: Call) -> str:
        axes = _axes(call)
        if not call.shape() or not axes:
            return template.format(x=f"{call.tensor(0)}.unsqueeze(0)", d="dim=0")
        keep = ", keepdim=True" if call.get("keepdims", 1) else ""
        whole_array = (
            len(axes) == len(call.shape()) and not keep and template.startswith(("torch.sum", "torch.mean"))
        )
        dims = "" if whole_array else f"dim={axes}{keep}"
        return template.format(x=call.tensor(0), d=dims).replace(", )", ")")

    return rule


def _product(call: Call) -> str:
    made = call.tensor(0)
    for axis in sorted(_axes(call), reverse=True):
        made = f"{made}.prod(dim={axis}, keepdim={bool(call.get('keepdims', 1))})"
    return made


def _along(word: str, default: int = -1) -> Rule:
    return lambda call: f"{word}({call.tensor(0)}, dim={call.get('axis', default)})"


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


def _reshape(call: Call) -> str:
    sizes = list(whole(call.setting("shape", 1)))
    if not call.get("allowzero"):
        sizes = [call.shape()[k] if size == 0 else size for k, size in enumerate(sizes)]
    return f"{call.tensor(0)}.reshape({tuple(sizes)})"


def _flatten(call: Call) -> str:
    axis = call.get("axis", 1)
    shape = call.shape()
    return f"{call.tensor(0)}.reshape({int(np.prod(shape[:axis]))}, {int(np.prod(shape[axis:]))})"


def _squeeze(call: Call) -> str:
    axes = call.setting("axes", 1)
    return f"{call.tensor(0)}.squeeze()" if axes is None else f"{call.tensor(0)}.squeeze({whole(axes)})"


def _unsqueeze(call: Call) -> str:
    axes = whole(call.setting("axes", 1))
    made = call.tensor(0)
    for axis in sorted(axes_of(axes, len(call.shape()) + len(axes), "Unsqueeze")):
        made = f"{made}.unsqueeze({axis})"
    return made


def _expand(call: Call) -> str:
    sizes = np.broadcast_shapes(call.shape(), tuple(whole(call.setting("shape", 1))))
    return f"{call.tensor(0)}.expand({sizes})"


def _transpose(call: Call) -> str:
    order = call.get("perm") or tuple(reversed(range(len(call.shape()))))
    return f"{call.tensor(0)}.permute({tuple(order)})"


def _concat(call: Call) -> str:
    parts = ", ".join(call.tensor(k) for k in range(len(call.names)))
    return f"torch.cat([{parts}], dim={call.get('axis', 0)})"


def _split(call: Call) -> str:
    axis = call.get("axis", 0)
    sizes = call.setting("split", 1)
    if sizes is None:
        size = -(-call.shape()[axis] // int(call.get("num_outputs", call.outputs)))
        return f"torch.split({call.tensor(0)}, {size}, dim={axis})"
    return f"torch.split({call.tensor(0)}, {list(whole(sizes))}, dim={axis})"


def _pad(call: Call) -> str:
    count, pads = len(call.shape()), whole(call.setting("pads", 1))
    if call.get("mode", "constant") != "constant" or len(pads) != 2 * count:
        raise Unspelled("mode")
    flat = [pads[axis + side * count] for axis in reversed(range(count)) for side in (0, 1)]
    fill = f", value={call.names[2]}" if call.has(2) else ""
    return f"F.pad({call.tensor(0)}, {tuple(flat)}{fill})"


def _trilu(call: Call) -> str:
    word = "triu" if call.get("upper", 1) else "tril"
    return f"torch.{word}({call.tensor(0)}, {int(np.ravel(call.setting('k', 1, 0))[0])})"


# ── chosen entries ────────────────────────────────────────────────────────────────────────────


def _item(part: Any) -> str:
    if isinstance(part, slice):
        step = "" if part.step in (None, 1) else f":{part.step}"
        return f"{'' if part.start is None else part.start}:{'' if part.stop is None else part.stop}{step}"
    return str(part)


def _slice(call: Call) -> str:
    keys = ("starts", "ends", "axes", "steps")
    settings = {key: call.setting(key, 1 + place) for place, key in enumerate(keys)}
    given = {key: value for key, value in settings.items() if value is not None}
    cut = OPERATIONS["Slice"].forward(Spelled(call.values[0], name="x"), **given)
    index = cut.parts[1]
    backward = [isinstance(part, slice) and (part.step or 1) < 0 for part in index]
    if sum(backward) > 1 or (any(backward) and Ellipsis in index):
        raise Unspelled("a slice that runs backward")
    items = [
        f"torch.arange{part.indices(size)}" if back else _item(part)
        for part, back, size in zip(index, backward, call.shape(), strict=False)
    ]
    return f"{call.tensor(0)}[{', '.join(items)}]"


def _gather(call: Call) -> str:
    axis = axis_of(call.get("axis", 0), len(call.shape()), "Gather")
    indices = call.setting("indices", 1) if "indices" in call.attributes or call.fixed[1] else call.names[1]
    shown = list(indices) if isinstance(indices, tuple) else indices
    return f"{call.tensor(0)}[{', '.join([*[':'] * axis, str(shown)])}]"


def _gather_nd(call: Call) -> str:
    if call.get("batch_dims"):
        raise Unspelled("batch_dims")
    if "indices" in call.attributes and np.ndim(call.get("indices")) == 1:
        return f"{call.tensor(0)}[{', '.join(map(str, call.get('indices')))}]"
    return f"{call.tensor(0)}[tuple({call.tensor(1)}.movedim(-1, 0))]"


def _one_hot(call: Call) -> str:
    off, on = (float(one) for one in np.ravel(call.setting("values", 2)))
    if call.get("axis", -1) not in (-1, len(call.shape())):
        raise Unspelled("axis")
    depth = int(np.ravel(call.setting("depth", 1))[0])
    hot = f"F.one_hot({call.tensor(0)} % {depth}, {depth}).to(torch.get_default_dtype())"
    return hot if (off, on) == (0.0, 1.0) else f"{off} + {on - off} * {hot}"


def _full(call: Call) -> str:
    fill = np.asarray(call.get("value", np.zeros(1, np.float32))).reshape(-1)[0]
    kind = "" if fill.dtype.kind == "f" else f", dtype=torch.{fill.dtype.name}"
    return f"torch.full({whole(call.setting('shape', 0))}, {fill.item()!r}{kind})"


def _dropout(call: Call) -> str:
    """NumPy draws what is left out, as it does here; `F.dropout` would draw other entries."""
    chance = float(call.setting("ratio", 1, 0.5))
    if not call.setting("training_mode", 2, False) or chance == 0:
        return call.tensor(0)
    drawn = f"np.random.RandomState({call.get('seed') or 0}).uniform(size={call.shape()})"
    scale = 1.0 / (1.0 - chance) if chance < 1 else 0.0
    return f"{call.tensor(0)} * torch.from_numpy({drawn} >= {chance!r}) * {scale!r}"


def _cast(call: Call) -> str:
    names = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64"}
    if call.get("to") not in names:
        raise Unspelled("to")
    return f"{call.tensor(0)}.to(torch.{names[call.get('to')]})"


def _gemm(call: Call) -> str:
    a = call.tensor(0) + (".T" if call.get("transA") else "")
    b = call.tensor(1) + (".T" if call.get("transB") else "")
    alpha, beta = call.get("alpha", 1.0), call.get("beta", 1.0)
    product = f"{a} @ {b}" if alpha == 1 else f"{alpha} * ({a} @ {b})"
    if not call.has(2):
        return product
    return f"{product} + {call.tensor(2) if beta == 1 else f'{beta} * {call.tensor(2)}'}"


def _clip(call: Call) -> str:
    bounds = [f"{key}={call.names[k]}" for k, key in ((1, "min"), (2, "max")) if call.has(k)]
    return f"torch.clamp({', '.join([call.tensor(0), *bounds])})"


def _gelu(call: Call) -> str:
    return f"F.gelu({call.tensor(0)}, approximate={call.get('approximate', 'none')!r})"


def _einsum(call: Call) -> str:
    parts = ", ".join(call.tensor(k) for k in range(len(call.names)))
    return f"torch.einsum({call.get('equation')!r}, {parts})"


def _where(call: Call) -> str:
    return f"torch.where({call.tensor(0)}, {call.tensor(1)}, {call.tensor(2)})"


def _swish(call: Call) -> str:
    alpha = call.get("alpha", 1.0)
    scaled = call.tensor(0) if alpha == 1 else f"{alpha} * {call.tensor(0)}"
    return f"{call.tensor(0)} * torch.sigmoid({scaled})"


def _hard_sigmoid(call: Call) -> str:
    return f"torch.clamp({call.get('alpha', 0.2)} * {call.tensor(0)} + {call.get('beta', 0.5)}, 0.0, 1.0)"


def _cumsum(call: Call) -> str:
    if call.get("reverse") or call.get("exclusive"):
        raise Unspelled("direction")
    return f"torch.cumsum({call.tensor(0)}, dim={int(np.ravel(call.setting('axis', 1))[0])})"


def _elu(word: str, **defaults: float) -> Rule:
    def rule(call: Call) -> str:
        named = [f"{call.get(key, default)}" for key, default in defaults.items()]
        return f"F.{word}({', '.join([call.tensor(0), *named])})"

    return rule


_UNARY = {
    "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin",
    "Acos": "acos", "Atan": "atan", "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh", "Asinh": "asinh",
    "Acosh": "acosh", "Atanh": "atanh", "Abs": "abs", "Sign": "sign", "Floor": "floor", "Ceil": "ceil",
    "Round": "round", "Erf": "erf", "Reciprocal": "reciprocal", "Sigmoid": "sigmoid", "Relu": "relu",
    "Not": "logical_not", "And": "logical_and", "Or": "logical_or", "Xor": "logical_xor", "Det": "det",
    "IsNaN": "isnan", "IsInf": "isinf", "Neg": "neg",
}  # fmt: skip

#: Operator → its PyTorch expression.
RULES: Mapping[str, Rule] = {
    **{name: _function(f"torch.{word}") for name, word in _UNARY.items()},
    "Add": _infix("+"), "Sub": _infix("-"), "Mul": _infix("*"), "Div": _infix("/"), "Pow": _infix("**"),
    "MatMul": _infix("@"), "Greater": _infix(">"), "GreaterOrEqual": _infix(">="), "Less": _infix("<"),
    "LessOrEqual": _infix("<="), "Equal": _infix("=="),
    "Max": _folded("torch.maximum"), "Min": _folded("torch.minimum"), "Sum": _sum,
    "Identity": lambda call: call.tensor(0), "Cast": _cast, "Where": _where, "Clip": _clip, "Gemm": _gemm,
    "Softplus": _function("F.softplus"), "Softsign": _function("F.softsign"), "Mish": _function("F.mish"),
    "HardSwish": _function("F.hardswish"), "Gelu": _gelu, "Swish": _swish, "HardSigmoid": _hard_sigmoid,
    "LeakyRelu": _elu("leaky_relu", alpha=0.01), "Elu": _elu("elu", alpha=1.0),
    "Celu": _elu("celu", alpha=1.0), "PRelu": lambda c: f"torch.where({c.tensor(0)} > 0, {c.tensor(0)}, "
    f"{c.tensor(1)} * {c.tensor(0)})",
    "ReduceSum": _reduction("torch.sum({x}, {d})"), "ReduceMean": _reduction("torch.mean({x}, {d})"),
    "ReduceMax": _reduction("torch.amax({x}, {d})"), "ReduceMin": _reduction("torch.amin({x}, {d})"),
    "ReduceL2": _reduction("torch.linalg.vector_norm({x}, {d})"),
    "ReduceL1": _reduction("torch.sum(torch.abs({x}), {d})"), "ReduceProd": _product,
    "ReduceSumSquare": _reduction("torch.sum({x} ** 2, {d})"),
    "ReduceLogSumExp": _reduction("torch.logsumexp({x}, {d})"),
    "ReduceLogSum": _reduction("torch.log(torch.sum({x}, {d}))"),
    "Softmax": _along("torch.softmax"), "LogSoftmax": _along("torch.log_softmax"), "CumSum": _cumsum,
    "Reshape": _reshape, "Flatten": _flatten, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze,
    "Expand": _expand, "Transpose": _transpose, "Concat": _concat, "Split": _split, "Pad": _pad,
    "Tile": lambda call: f"{call.tensor(0)}.tile({tuple(whole(call.setting('repeats', 1)))})",
    "Trilu": _trilu, "Slice": _slice, "Gather": _gather, "GatherND": _gather_nd, "OneHot": _one_hot,
    "ConstantOfShape": _full, "Dropout": _dropout,
    "GatherElements": lambda c: f"torch.gather({c.tensor(0)}, {c.get('axis', 0)}, {c.tensor(1)})",
    "Einsum": _einsum, **LAYERS,
}  # fmt: skip
