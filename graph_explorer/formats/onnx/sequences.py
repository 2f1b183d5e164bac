"""Lists of values, and values that may be missing, seen through: who takes from a list takes the value.

The one rule: what a list holds is known while the model is read, wherever the list is made in the graph
itself. Taking from it is then no operation on lists but the value, so gradients pass. The list itself
stays, run by ONNX's reference, only where something else takes it as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.attributes import attributes_of
from graph_explorer.formats.onnx.building import Call, Scope, scoped
from graph_explorer.formats.onnx.control import Way
from graph_explorer.formats.onnx.nodes import Operator

if TYPE_CHECKING:
    from graph_explorer.formats.onnx.reader import Reader

#: The ids of what a list holds.
Held = tuple[str, ...]
_Inputs = Sequence[str]


def _made(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, held: Held) -> bool:
    """A list: the reference makes it, and what it holds is noted."""
    reader.run_by_reference(node, inputs, scope)
    found = scope.find(node.output[0])
    if found is not None:
        reader.lists[found] = held
    return True


def _place(reader: Reader, name: str) -> int | None:
    """The whole number that `name` is; None where it cannot be had."""
    try:
        return int(np.reshape(reader.build.decide(name), ()))
    except (InputError, ValueError, TypeError):
        return None


def construct(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A list of these values, or an empty one."""
    return _made(reader, node, inputs, scope, tuple(inputs))


def insert(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A list with a value more, at a place or at the end."""
    held = reader.lists.get(inputs[0])
    at = len(held or ()) if len(inputs) < 3 else _place(reader, inputs[2])
    if held is None or at is None or not -len(held) <= at <= len(held):
        return False
    at += len(held) if at < 0 else 0
    return _made(reader, node, inputs, scope, (*held[:at], inputs[1], *held[at:]))


def erase(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A list without the value at a place, or without its last."""
    held = reader.lists.get(inputs[0])
    at = -1 if len(inputs) < 2 else _place(reader, inputs[1])
    if not held or at is None or not -len(held) <= at < len(held):
        return False
    at += len(held) if at < 0 else 0
    return _made(reader, node, inputs, scope, held[:at] + held[at + 1 :])


def split(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A value cut into a list of pieces: the pieces are those of a Split."""
    build, told = reader.build, attributes_of(node, reader.tensors)
    axis, one_each = int(told.get("axis", 0)), len(inputs) < 2 or not inputs[1]
    try:
        size = int(np.shape(build.decide(inputs[0]))[axis])
        sizes = np.ones((), np.int64) if one_each else build.decide(inputs[1])
    except (InputError, IndexError):
        return False
    each = max(int(sizes), 1) if sizes.ndim == 0 else 0
    pieces = tuple(min(each, size - k) for k in range(0, size, each)) if each else tuple(map(int, sizes))
    if sum(pieces) != size or min(pieces, default=0) < 1:
        return False
    group, _ = reader.place_of(node, scope)
    held = [build.fresh(scoped(scope.group, f"{node.output[0].strip('/')}.{k}")) for k in range(len(pieces))]
    build.add(Call("Split", [inputs[0]], list(held), {"split": pieces, "axis": axis}, group))
    if one_each and not told.get("keepdims", 1):
        for k, piece in enumerate(held):
            held[k] = build.fresh(f"{piece}.entry")
            build.add(Call("Squeeze", [piece], [held[k]], {"axes": (axis,)}, group))
    return _made(reader, node, inputs, scope, tuple(held))


def take(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """The value at a place of a list."""
    held, at = reader.lists.get(inputs[0]), _place(reader, inputs[1])
    if not held or at is None or not -len(held) <= at < len(held):
        return False
    return _copied(reader, node, held[at], scope)


def optional(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A value that may be missing and is not: the value itself."""
    if not inputs or not inputs[0] or not _copied(reader, node, inputs[0], scope):
        return False
    reader.present.update(filter(None, [scope.find(node.output[0])]))
    return True


def element(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """The value that might have been missing, where it is not."""
    return inputs[0] in reader.present and _copied(reader, node, inputs[0], scope)


def copy(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """A list passed on."""
    return inputs[0] in reader.lists and _copied(reader, node, inputs[0], scope)


def _copied(reader: Reader, node: Operator, source: str, scope: Scope) -> bool:
    group, _ = reader.place_of(node, scope)
    outputs = reader.outputs(node, scope)
    reader.build.add(Call("Identity", [source], outputs, {}, group))
    reader.alias(node, outputs)
    if source in reader.lists:
        reader.lists[outputs[0]] = reader.lists[source]
    return True


def join(reader: Reader, node: Operator, inputs: _Inputs, scope: Scope, place: int) -> bool:
    """The values of a list one behind the other, along an axis or a new one."""
    held, build = reader.lists.get(inputs[0]), reader.build
    if not held:
        return False
    told = attributes_of(node, reader.tensors)
    group, _ = reader.place_of(node, scope)
    rows = list(held)
    if told.get("new_axis", 0):
        for k, value in enumerate(held):
            rows[k] = build.fresh(scoped(scope.group, f"{node.output[0].strip('/')}.row"))
            build.add(Call("Unsqueeze", [value], [rows[k]], {"axes": (int(told["axis"]),)}, group))
    outputs = reader.outputs(node, scope)
    build.add(Call("Concat", rows, outputs, {"axis": int(told["axis"])}, group))
    reader.alias(node, outputs)
    return True


def clear(reader: Reader, outputs: Iterable[str]) -> None:
    """Leaves out the lists that nothing takes as a whole, and the pieces that nothing takes at all."""
    used, kept = set(outputs), []
    for node in reversed(reader.build.nodes):
        if node.id in reader.lists and used.isdisjoint(node.outputs):
            continue
        used.update(node.inputs)
        kept.append(node)
    reader.build.nodes[:] = reversed(kept)


#: Operator → how it is seen through; False where it is not.
WAYS: Mapping[str, Way] = {
    "SequenceConstruct": construct, "SequenceEmpty": construct, "Optional": optional,
    "SequenceInsert": insert, "SequenceErase": erase, "SplitToSequence": split, "SequenceAt": take,
    "OptionalGetElement": element, "ConcatFromSequence": join, "Identity": copy,
}  # fmt: skip
