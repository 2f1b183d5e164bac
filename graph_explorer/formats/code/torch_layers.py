"""How PyTorch spells the operators that networks are built of: convolutions, poolings, norms, losses.

The one rule: uneven padding, which PyTorch's layers do not know, is put on first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_explorer.engine.ops.axes import axis_of, whole
from graph_explorer.engine.ops.windows import windows
from graph_explorer.formats.code.torch_call import Call, Rule, Unspelled

# ── windows ───────────────────────────────────────────────────────────────────────────────────


def _window_options(call: Call, kernel: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Strides, padding before, padding behind, dilations."""
    found = windows(
        "Conv", call.shape()[2:], kernel, call.get("strides"), call.get("pads"), call.get("dilations"),
        call.get("auto_pad", "NOTSET"), call.get("ceil_mode", 0),
    )  # fmt: skip
    return found.strides, found.before, found.behind, found.dilations


def _padded(call: Call, before: tuple[int, ...], behind: tuple[int, ...], fill: str = "") -> tuple[str, Any]:
    """The image and the padding that is left to the operator: uneven padding is put on first."""
    if before == behind:
        return call.tensor(0), before
    flat = [pad for pair in reversed(list(zip(before, behind, strict=True))) for pad in pair]
    return f"F.pad({call.tensor(0)}, {tuple(flat)}{fill})", (0,) * len(before)


def _convolution(call: Call) -> str:
    kernel = call.shape(1)[2:]
    strides, before, behind, dilations = _window_options(call, kernel)
    image, padding = _padded(call, before, behind)
    bias = f", {call.tensor(2)}" if call.has(2) else ", None"
    return (
        f"F.conv{len(kernel)}d({image}, {call.tensor(1)}{bias}, stride={strides}, padding={padding}, "
        f"dilation={dilations}, groups={call.get('group', 1)})"
    )


def _transposed(call: Call) -> str:
    count = len(call.shape(1)) - 2
    pads = tuple(call.get("pads") or (0,) * 2 * count)
    if call.get("auto_pad", "NOTSET") != "NOTSET" or call.get("output_shape") or pads[:count] != pads[count:]:
        raise Unspelled("padding")
    bias = f", {call.tensor(2)}" if call.has(2) else ", None"
    one, zero = (1,) * count, (0,) * count
    return (
        f"F.conv_transpose{count}d({call.tensor(0)}, {call.tensor(1)}{bias}, "
        f"stride={tuple(call.get('strides') or one)}, padding={pads[:count]}, "
        f"output_padding={tuple(call.get('output_padding') or zero)}, groups={call.get('group', 1)}, "
        f"dilation={tuple(call.get('dilations') or one)})"
    )


def _max_pool(call: Call) -> str:
    kernel = tuple(whole(call.get("kernel_shape")))
    if call.outputs > 1 or call.get("ceil_mode"):
        raise Unspelled("indices")
    strides, before, behind, dilations = _window_options(call, kernel)
    image, padding = _padded(call, before, behind, ', value=float("-inf")')
    options = f"stride={strides}, padding={padding}, dilation={dilations}"
    return f"F.max_pool{len(kernel)}d({image}, {kernel}, {options})"


def _mean_pool(call: Call) -> str:
    kernel = tuple(whole(call.get("kernel_shape")))
    strides, before, behind, dilations = _window_options(call, kernel)
    if before != behind or set(dilations) != {1} or call.get("ceil_mode"):
        raise Unspelled("padding")
    counts = f", count_include_pad={bool(call.get('count_include_pad', 0))}"
    return f"F.avg_pool{len(kernel)}d({call.tensor(0)}, {kernel}, stride={strides}, padding={before}{counts})"


def _global(word: str) -> Rule:
    return lambda call: (
        f"torch.{word}({call.tensor(0)}, dim={tuple(range(2, len(call.shape())))}, keepdim=True)"
    )


# ── norms, losses ─────────────────────────────────────────────────────────────────────────────


def _layer_norm(call: Call) -> str:
    axis = axis_of(call.get("axis", -1), len(call.shape()), "LayerNormalization")
    if call.outputs > 1:
        raise Unspelled("outputs")
    sizes = call.shape()[axis:]
    weights = [call.tensor(k) if call.has(k) else "None" for k in (1, 2)]
    return f"F.layer_norm({call.tensor(0)}, {sizes}, {', '.join(weights)}, eps={call.get('epsilon', 1e-5)})"


def _rms_norm(call: Call) -> str:
    axis = axis_of(call.get("axis", -1), len(call.shape()), "RMSNormalization")
    eps = call.get("epsilon", 1e-5)
    return f"F.rms_norm({call.tensor(0)}, {call.shape()[axis:]}, {call.tensor(1)}, eps={eps})"


def _batch_norm(call: Call) -> str:
    training = bool(call.get("training_mode", 0))
    moments = "None, None" if training else f"{call.tensor(3)}, {call.tensor(4)}"
    if call.outputs > 1 and not training:
        raise Unspelled("outputs")
    eps = call.get("epsilon", 1e-5)
    if not training and not (call.fixed[3] and call.fixed[4]):  # F.batch_norm has no gradient of these
        sides = (1, -1, *[1] * (len(call.shape()) - 2))
        scale, shift, mean, variance = (f"{call.tensor(k)}.reshape({sides})" for k in range(1, 5))
        return f"({call.tensor(0)} - {mean}) / torch.sqrt({variance} + {eps}) * {scale} + {shift}"
    channels = call.shape()[1]
    weights = ", ".join(
        call.tensor(k) if call.shape(k) else f"{call.tensor(k)}.expand({channels})" for k in (1, 2)
    )
    return f"F.batch_norm({call.tensor(0)}, {moments}, {weights}, training={training}, eps={eps})"


def _instance_norm(call: Call) -> str:
    eps = call.get("epsilon", 1e-5)
    weights = f"weight={call.tensor(1)}, bias={call.tensor(2)}"
    return f"F.instance_norm({call.tensor(0)}, {weights}, eps={eps})"


def _group_norm(call: Call) -> str:
    eps = call.get("epsilon", 1e-5)
    groups = call.get("num_groups")
    return f"F.group_norm({call.tensor(0)}, {groups}, {call.tensor(1)}, {call.tensor(2)}, eps={eps})"


def _loss(word: str) -> Rule:
    def rule(call: Call) -> str:
        weights = f", weight={call.tensor(2)}" if call.has(2) else ""
        ignored = f", ignore_index={call.get('ignore_index')}" if call.get("ignore_index") is not None else ""
        reduction = call.get("reduction", "mean")
        return f"F.{word}({call.tensor(0)}, {call.tensor(1)}{weights}{ignored}, reduction={reduction!r})"

    return rule


#: Operator → its PyTorch expression.
LAYERS: Mapping[str, Rule] = {
    "Conv": _convolution, "ConvTranspose": _transposed, "MaxPool": _max_pool, "AveragePool": _mean_pool,
    "GlobalAveragePool": _global("mean"), "GlobalMaxPool": _global("amax"),
    "LayerNormalization": _layer_norm, "RMSNormalization": _rms_norm, "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm, "GroupNormalization": _group_norm,
    "SoftmaxCrossEntropyLoss": _loss("cross_entropy"), "NegativeLogLikelihoodLoss": _loss("nll_loss"),
}  # fmt: skip
