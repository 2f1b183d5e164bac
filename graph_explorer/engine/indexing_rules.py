"""What `x[…]` means in ONNX operators: Gather for one number, GatherND for several, else Slice.

The one rule: the index is known while the program is read, the shape of x is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph_explorer.engine.errors import InputError

#: ONNX's spelling of "up to the end".
_END = 2**31 - 1


def take(build: Any, x: Any, index: Sequence[Any]) -> Any:
    """`x[index]`; each part is a whole number, a slice, None, … or a value of the graph."""
    if index.count(Ellipsis) > 1:
        raise InputError("'…' can stand only once in an index")
    if all(type(part) is int for part in index):
        if len(index) == 1:
            return build("Gather", x, indices=index[0], axis=0)
        return build("GatherND", x, indices=tuple(index))
    if len(index) == 1 and not isinstance(index[0], slice | type(None) | type(Ellipsis)):
        return build("Gather", x, build("Cast", index[0], to=7), axis=0)
    return _slice(build, x, index)


def _slice(build: Any, x: Any, index: Sequence[Any]) -> Any:
    starts: list[int] = []
    ends: list[int] = []
    axes: list[int] = []
    steps: list[int] = []
    squeezed: list[int] = []
    added: list[int] = []
    sizes = [part for part in index if part is not None]
    behind = len(sizes) - sizes.index(Ellipsis) - 1 if Ellipsis in sizes else 0
    axis, result_axis, from_end = 0, 0, False
    for part in index:
        if part is Ellipsis:
            axis, result_axis, from_end = -behind, 0, True
            continue
        if part is None:
            if from_end:
                raise InputError("'None' behind '…' is not supported; use unsqueeze(x, axis)")
            added.append(result_axis)
            result_axis += 1
            continue
        if isinstance(part, slice):
            _bounds(part, axis, starts, ends, axes, steps)
            result_axis += 1
        elif type(part) is int:
            starts.append(part)
            ends.append(part + 1 if part != -1 else _END)
            axes.append(axis)
            steps.append(1)
            squeezed.append(axis)
        else:
            raise InputError("a value of the graph can only be the sole index")
        axis += 1
    if axes:
        x = build("Slice", x, starts=tuple(starts), ends=tuple(ends), axes=tuple(axes), steps=tuple(steps))
    if squeezed:
        x = build("Squeeze", x, axes=tuple(squeezed))
    return build("Unsqueeze", x, axes=tuple(added)) if added else x


def _bounds(
    part: slice, axis: int, starts: list[int], ends: list[int], axes: list[int], steps: list[int]
) -> None:
    if part == slice(None):
        return
    if not all(bound is None or type(bound) is int for bound in (part.start, part.stop, part.step)):
        raise InputError("the bounds of a slice are whole constants")
    step = 1 if part.step is None else part.step
    if step == 0:
        raise InputError("the step of a slice cannot be 0")
    starts.append((0 if step > 0 else _END) if part.start is None else part.start)
    ends.append((_END if step > 0 else -_END) if part.stop is None else part.stop)
    axes.append(axis)
    steps.append(step)
