"""Operations that are made of other operations: recurrent layers, attention.

The one rule: such an operation declares how it is put together and nothing else. Its pull runs the parts
forward, noting each, and then their pulls in reverse; its push runs their pushes alongside.
"""

from __future__ import annotations

import inspect
import threading
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from graph_explorer.engine.ops import (
    activations,
    arithmetic,
    convolution,
    exponential,
    indexing,
    linear_algebra,
    logic,
    padding,
    reductions,
    shape,
    softmax,
)
from graph_explorer.engine.ops.declare import Array, Operation

#: `apply(operator, *inputs, **attributes)` gives the operator's output, or its outputs as a tuple.
Apply = Callable[..., Any]
#: `build(apply, *inputs, **attributes)` puts an operation together; see `named` for how it names values.
Build = Callable[..., Any]

PARTS: Mapping[str, Operation] = {
    found.name: found
    for family in (
        arithmetic,
        exponential,
        activations,
        logic,
        linear_algebra,
        reductions,
        shape,
        padding,
        indexing,
        softmax,
        convolution,
    )
    for found in family.OPERATIONS
}


class Followed:
    """A value that depends on inputs in question.

    `note` is its number on the tape, its tangent, or, where a graph is being written, its name.
    """

    __slots__ = ("note", "value")

    def __init__(self, value: Array, note: Any) -> None:
        self.value = value
        self.note = note

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    @property
    def dtype(self) -> Any:
        return self.value.dtype


def numbers_of(value: Any) -> Array:
    """The numbers of a value while an operation is put together."""
    return value.value if isinstance(value, Followed) else value


def named(apply: Apply, name: str, value: Any) -> Any:
    """`value`, which is called `name` where the operation is opened up into its parts.

    A "/" in the name makes a group; the nodes since the last name belong to it too. For several values
    the names are separated by a blank.
    """
    note = getattr(apply, "named", None)
    return value if note is None else note(name, value)


def _plain(name: str, *inputs: Any, **attributes: Any) -> Any:
    return PARTS[name].forward(*inputs, **attributes)


def _together(parts: Any, many: bool) -> Any:
    return tuple(parts) if many else parts[0]


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class _Tape:
    """Notes the parts that followed values go through, to run their pulls in reverse."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: list[tuple[Operation, list[Any], list[Any], Mapping[str, Any], Any, list[int]]] = []

    def follow(self, value: Array) -> Followed:
        self._count += 1
        return Followed(value, self._count - 1)

    def apply(self, name: str, *inputs: Any, **attributes: Any) -> Any:
        """Computes a part; notes it if a followed value goes into it."""
        part, values = PARTS[name], [numbers_of(value) for value in inputs]
        notes = [
            value.note if isinstance(value, Followed) and part.differentiable(k) else None
            for k, value in enumerate(inputs)
        ]
        y = part.forward(*values, **attributes)
        if all(note is None for note in notes):
            return y
        made = [self.follow(out) for out in _as_tuple(y)]
        self._parts.append((part, notes, values, attributes, y, [out.note for out in made]))
        return _together(made, isinstance(y, tuple))

    def pull(self, g: Any, results: Any, starts: Mapping[int, Followed]) -> dict[int, Array]:
        """The gradients at the `starts` for the gradients g of the results."""
        gradients: dict[int, Array] = {}
        for arrived, result in zip(_as_tuple(g), _as_tuple(results), strict=False):
            if arrived is not None and isinstance(result, Followed):
                _add(gradients, result.note, arrived)
        for part, notes, values, attributes, y, made in reversed(self._parts):
            above = [gradients.pop(note, None) for note in made]
            if all(one is None for one in above):
                continue
            arrived = _together(above, isinstance(y, tuple))
            for index, note in enumerate(notes):
                if note is not None:
                    found = part.pull(index, arrived, y, values, attributes)
                    _add(gradients, note, found.astype(values[index].dtype, copy=False))
        return {
            k: gradients[start.note] if start.note in gradients else np.zeros_like(start.value)
            for k, start in starts.items()
        }


def _add(gradients: dict[int, Array], note: int, g: Array) -> None:
    gradients[note] = gradients[note] + g if note in gradients else g


def _with_tangents(name: str, *inputs: Any, **attributes: Any) -> Any:
    """Computes a part together with the tangents of its outputs."""
    part, values = PARTS[name], [numbers_of(value) for value in inputs]
    y = part.forward(*values, **attributes)
    total: list[Any] = [None] * len(_as_tuple(y))
    for index, value in enumerate(inputs):
        if not isinstance(value, Followed) or not part.differentiable(index):
            continue
        moved = _as_tuple(part.push(index, value.note, y, values, attributes))
        total = [b if a is None else a if b is None else a + b for a, b in zip(total, moved, strict=True)]
    made = [
        out if tangent is None else Followed(out, tangent.astype(out.dtype, copy=False))
        for out, tangent in zip(_as_tuple(y), total, strict=True)
    ]
    return _together(made, isinstance(y, tuple))


class _Memory(threading.local):
    """The gradients of the last backward pass through such an operation, until they are asked for.

    A trace pulls into one input after the other; the pass that serves them all is run once. It is
    recognised by the very arrays, of which weak references are kept, and every gradient is handed out once.
    """

    def __init__(self) -> None:
        self._arrays: list[Any] = []
        self._question: tuple[Any, ...] = ()
        self._gradients: dict[int, Array] = {}

    def take(self, build: Build, index: int, arrays: list[Any], attributes: Mapping[str, Any]) -> Any:
        """The gradient at input `index` for the same question as before; None if there is none."""
        known = len(arrays) == len(self._arrays) and all(
            reference is None if array is None else reference is not None and reference() is array
            for array, reference in zip(arrays, self._arrays, strict=True)
        )
        if not known or self._question != (build, dict(attributes)):
            return None
        return self._gradients.pop(index, None)

    def keep(
        self, build: Build, arrays: list[Any], attributes: Mapping[str, Any], found: dict[int, Array]
    ) -> None:
        self._arrays = [None if array is None else weakref.ref(array) for array in arrays]
        self._question, self._gradients = (build, dict(attributes)), found


_memory = _Memory()


def _pull(
    build: Build, flows: tuple[int, ...], index: int, g: Any, y: Any, *inputs: Any, **attributes: Any
) -> Array:
    arrays = [*_as_tuple(g), *inputs]
    weak = all(array is None or type(array) is np.ndarray for array in arrays)
    found = _memory.take(build, index, arrays, attributes) if weak else None
    if found is not None:
        return found
    tape, given = _Tape(), list(inputs)
    starts = {k: tape.follow(inputs[k]) for k in flows if k < len(inputs) and inputs[k] is not None}
    for k, start in starts.items():
        given[k] = start
    gradients = tape.pull(g, build(tape.apply, *given, **attributes), starts)
    result = gradients.pop(index)
    if weak:
        _memory.keep(build, arrays, attributes, gradients)
    return result


def _push(build: Build, index: int, d: Array, y: Any, *inputs: Any, **attributes: Any) -> Any:
    given = list(inputs)
    given[index] = Followed(inputs[index], d)
    results = build(_with_tangents, *given, **attributes)
    tangents = [out.note if isinstance(out, Followed) else np.zeros_like(out) for out in _as_tuple(results)]
    return _together(tangents, isinstance(results, tuple))


def _forward(build: Build, *inputs: Any, **attributes: Any) -> Any:
    return build(_plain, *inputs, **attributes)


def composed(
    name: str, build: Build, *, inputs: tuple[str, ...], discrete: tuple[str, ...] = (), **more: Any
) -> Operation:
    """The operation that `build` puts together; the inputs named in `discrete` take no gradient."""
    forward = partial(_forward, build)
    parameters = list(inspect.signature(build).parameters.values())[1:]
    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    flows = tuple(k for k, input_name in enumerate(inputs) if input_name not in discrete)
    return Operation(
        name=name,
        forward=forward,
        parts=build,
        inputs=inputs,
        pulls=tuple(partial(_pull, build, flows, k) if k in flows else None for k in range(len(inputs))),
        pushes=tuple(partial(_push, build, k) if k in flows else None for k in range(len(inputs))),
        **more,
    )
