"""What operators meant in older opsets, said in today's form.

The one rule: a row stands for one operator since one version, up to the next row of it, and turns a call
of that version into one of the newest; an operator without a row for its version means today what it
meant then. The versions are those of ONNX's operator schemas.

`onnx.version_converter` was not used: it converts a whole model or nothing, knows no functions and no
subgraphs, and refuses a model for one operator that it lacks an adapter for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

import numpy as np
import onnx

from graph_explorer.formats.onnx.building import Call

Array = np.ndarray[Any, Any]


class Write(Protocol):
    """Writes what a call of old needs beside it."""

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:
        """A node in today's form before the call; the id of its output."""

    def number(self, value: float, like: str) -> str:
        """A constant of the type of the value `like`."""

    def constant(self, value: Any, dtype: Any = np.int64) -> str:
        """A constant."""

    def rank(self, name: str) -> int:
        """How many axes a value has."""

    def used(self, index: int) -> bool:
        """Whether something takes the output `index` of the call."""


#: Turns the call into today's form; False where that cannot be done, and the reference runs it.
Adaptation = Callable[[Call, Write], bool | None]


def _flattened(call: Call, write: Write) -> None:
    """Softmax, LogSoftmax and Hardmax before 13 work on rows of a matrix, flattened at the axis."""
    axis = call.attributes.pop("axis", 1)
    x = call.inputs[0]
    rows = write(call.op, write("Flatten", x, axis=axis), axis=1)
    call.op, call.inputs, call.attributes = "Reshape", [rows, write("Shape", x)], {}


def _bounds(call: Call, write: Write) -> None:
    """Clip before 11 has its bounds as attributes."""
    x = call.inputs[0]
    low, high = call.attributes.pop("min", None), call.attributes.pop("max", None)
    call.inputs = [x, *("" if bound is None else write.number(bound, x) for bound in (low, high))]


def _padded(call: Call, write: Write) -> None:
    """Pad before 11 has its widths and its value as attributes."""
    call.attributes["pads"] = call.attributes.pop("paddings", call.attributes.get("pads", ()))
    value = call.attributes.pop("value", 0.0)
    if value and call.attributes.get("mode", "constant") == "constant":
        widths = write.constant(call.attributes.pop("pads"))
        call.inputs += [widths, write.number(value, call.inputs[0])]


def _passed_on(call: Call, write: Write) -> None:
    """Dropout before 12 drops nothing when a model is run."""
    for name in ("ratio", "is_test", "consumed_inputs"):
        call.attributes.pop(name, None)


def _passed_on_with_mask(call: Call, write: Write) -> bool:
    """Before 10 its mask is of the input's type: ours is not, and left out where nobody wants it."""
    _passed_on(call, write)
    if write.used(1):
        return False
    call.outputs = call.outputs[:1]
    return True


def _averaged(call: Call, write: Write) -> bool:
    """BatchNormalization before 14 trains where more than one output is asked for."""
    trains = any(call.outputs[1:]) or call.attributes.pop("is_test", 1) == 0
    call.attributes.pop("consumed_inputs", None)
    return not trains and call.attributes.pop("spatial", 1) == 1


def _scaled(call: Call, write: Write) -> None:
    """Upsample is Resize with plain coordinates, rounded down."""
    if "height_scale" in call.attributes:
        sides = [call.attributes.pop("height_scale"), call.attributes.pop("width_scale")]
        call.inputs = [call.inputs[0], write.constant([1.0, 1.0, *sides], np.float32)]
    elif "scales" in call.attributes:
        call.inputs = [call.inputs[0], write.constant(call.attributes.pop("scales"), np.float32)]
    mode = str(call.attributes.get("mode", "nearest"))
    call.attributes["mode"] = {"bilinear": "linear"}.get(mode, mode)
    _resized(call, write)


def _resized(call: Call, write: Write) -> None:
    """Resize before 11 has no region of interest; its coordinates are plain, rounded down."""
    call.op = "Resize"
    call.inputs = [call.inputs[0], "", call.inputs[1]]
    call.attributes |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def _resized_by_all_inputs(call: Call, write: Write) -> None:
    """Resize before 13 is given empty scales where sizes count."""
    if len(call.inputs) > 3 and call.inputs[3]:
        call.inputs[2] = ""
    if call.attributes.get("coordinate_transformation_mode") != "tf_crop_and_resize":
        call.inputs[1] = ""


def _scattered(call: Call, write: Write) -> None:
    call.op = "ScatterElements"


def _halved(call: Call, write: Write) -> None:
    """Split before 18 halves where no sizes are given."""
    if len([name for name in call.inputs if name]) < 2 and "split" not in call.attributes:
        call.attributes["num_outputs"] = len(call.outputs)


def _per_channel(call: Call, write: Write) -> None:
    """GroupNormalization before 21 scales and shifts per group, not per channel."""
    x, scale, bias = call.inputs
    groups = call.attributes["num_groups"]
    each = write("Div", write("Shape", x, start=1, end=2), write.constant([groups]))
    shape = write("Concat", write.constant([groups]), each, axis=0)
    call.inputs = [
        x,
        *(
            write("Reshape", write("Expand", write("Unsqueeze", one, axes=(1,)), shape), shape=(-1,))
            for one in (scale, bias)
        ),
    ]


def _transformed(call: Call, write: Write) -> None:
    """DFT before 20 has its axis as an attribute, the first behind the batch by default."""
    call.attributes.setdefault("axis", 1)


_SAMPLING = {"bilinear": "linear", "bicubic": "cubic"}


def _sampled(call: Call, write: Write) -> None:
    """GridSample before 20 calls its modes by the names for images."""
    mode = call.attributes.get("mode", "bilinear")
    call.attributes["mode"] = _SAMPLING.get(mode, mode)


def _aligned_at_pixels(call: Call, write: Write) -> None:
    """RoiAlign before 16 takes the corners of pixels as coordinates."""
    call.attributes["coordinate_transformation_mode"] = "output_half_pixel"


def _broadcast(call: Call, write: Write) -> None:
    """Before 7 the second operand is stretched only if asked to, from `axis` on."""
    call.attributes.pop("consumed_inputs", None)
    axis = call.attributes.pop("axis", None)
    if call.attributes.pop("broadcast", 0) and axis is not None:
        first, second = (write.rank(name) for name in call.inputs)
        behind = first - (axis % first if first else 0) - second
        if behind > 0:
            call.inputs[1] = write("Unsqueeze", call.inputs[1], axes=tuple(range(second, second + behind)))


def _per_channel_slope(call: Call, write: Write) -> None:
    """PRelu before 7 takes a slope a channel, whatever follows."""
    call.attributes.pop("consumed_inputs", None)
    behind = write.rank(call.inputs[0]) - 2
    if write.rank(call.inputs[1]) == 1 and behind > 0:
        call.inputs[1] = write("Unsqueeze", call.inputs[1], axes=tuple(range(1, 1 + behind)))


def _cast_by_name(call: Call, write: Write) -> None:
    """Cast before 6 names the type."""
    call.attributes["to"] = onnx.TensorProto.DataType.Value(str(call.attributes["to"]))


def _default(**values: Any) -> Adaptation:
    """Attributes that had another default then."""

    def adapt(call: Call, write: Write) -> None:
        for name, value in values.items():
            call.attributes.setdefault(name, value)

    return adapt


def _whole_power(call: Call, write: Write) -> None:
    """The power was a fraction before 2."""
    call.attributes["p"] = int(call.attributes.get("p", 2))


def _without(*names: str) -> Adaptation:
    """Attributes that said nothing about the result."""

    def adapt(call: Call, write: Write) -> None:
        for name in names:
            call.attributes.pop(name, None)

    return adapt


def _as_is(call: Call, write: Write) -> None:
    """From this version on it means what it means today."""


def _as_the_reference_does(call: Call, write: Write) -> bool:
    return False


_BROADCASTING = ("Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less")
_CONSUMING = (
    "Abs", "Ceil", "Elu", "Exp", "Floor", "HardSigmoid", "InstanceNormalization", "LeakyRelu", "Log", "Max",
    "Mean", "Min", "Neg", "Reciprocal", "Relu", "Sigmoid", "Sqrt", "Sum", "Tanh",
)  # fmt: skip

#: Operator → since which version → what to do up to the next version named here.
ADAPTATIONS: Mapping[str, Mapping[int, Adaptation]] = {
    **{op: {1: _broadcast, 7: _as_is} for op in _BROADCASTING},
    **{op: {1: _without("consumed_inputs"), 6: _as_is} for op in _CONSUMING},
    **{op: {1: _flattened, 13: _as_is} for op in ("Softmax", "LogSoftmax", "Hardmax")},
    **{op: {1: _without("output_sequence"), 7: _as_is} for op in ("LSTM", "RNN")},
    "BatchNormalization": {1: _averaged, 14: _as_is},
    "Cast": {1: _cast_by_name, 6: _as_is},
    "Clip": {1: _bounds, 11: _as_is},
    "Concat": {1: _default(axis=1), 4: _as_is},
    "DFT": {17: _transformed, 20: _as_is},
    "Dropout": {1: _passed_on_with_mask, 10: _passed_on, 12: _as_is},
    "GRU": {1: _without("output_sequence"), 7: _as_is},
    "Gemm": {1: _without("broadcast"), 7: _as_is},
    "GlobalLpPool": {1: _whole_power, 2: _as_is},
    "GridSample": {16: _sampled, 20: _as_is},
    "GroupNormalization": {18: _per_channel, 21: _as_is},
    "LpPool": {1: _whole_power, 2: _as_is},
    "PRelu": {1: _per_channel_slope, 7: _as_is},
    "Pad": {1: _padded, 11: _as_is},
    "Reshape": {1: _without("consumed_inputs"), 5: _as_is},
    "Resize": {10: _resized, 11: _resized_by_all_inputs, 13: _as_is},
    "RoiAlign": {10: _aligned_at_pixels, 16: _as_is},
    "Scatter": {9: _scattered},
    "Selu": {1: _default(alpha=1.6732, gamma=1.0507), 6: _as_is},
    "Split": {1: _halved, 18: _as_is},
    "Tile": {1: _as_the_reference_does, 6: _as_is},
    "Upsample": {1: _scaled},
}


@cache
def adaptation(op: str, version: int) -> Adaptation | None:
    """What to do with a call of `op` whose schema is of `version`; None where it means today what it did."""
    rows = ADAPTATIONS.get(op, {})
    found = rows[max(since for since in rows if since <= version)] if rows else _as_is
    return None if found is _as_is else found
