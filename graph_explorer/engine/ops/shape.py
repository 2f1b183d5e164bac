"""Operations that move entries without changing them: new shapes, orders, joins and copies.

The one rule: each is linear with entries 0 and 1, so its pull moves every gradient back to where the
entry came from, and adds where one entry went to several places.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axes_of, axis_of, whole
from graph_explorer.engine.ops.declare import Array, Operation, Rule, unbroadcast


def target_shape(old: tuple[int, ...], shape: Any, allowzero: int = 0) -> tuple[int, ...]:
    """What ONNX's Reshape makes of `shape`: 0 keeps the size, one −1 takes what is left."""
    sizes = whole(shape)
    wanted = [
        old[k] if size == 0 and not allowzero and k < len(old) else size for k, size in enumerate(sizes)
    ]
    total = int(np.prod(old, dtype=np.int64))
    if wanted.count(-1) == 1:
        known = -int(np.prod(wanted, dtype=np.int64))
        if known and total % known == 0:
            wanted[wanted.index(-1)] = total // known
    if min(wanted, default=0) < 0 or int(np.prod(wanted, dtype=np.int64)) != total:
        raise InputError(f"Reshape: {old} has {total} entries, which do not fill the shape {sizes}")
    return tuple(wanted)


def reshape(x: Array, shape: Any, *, allowzero: int = 0) -> Array:
    """The same entries, row by row, in another shape."""
    return np.reshape(x, target_shape(np.shape(x), shape, allowzero))


def _reshape_back(g: Array, y: Array, x: Array, *settings: Any, **attributes: Any) -> Array:
    return np.reshape(g, np.shape(x))


def flatten(x: Array, *, axis: int = 1) -> Array:
    """A matrix: the axes before `axis` are its rows, the others its columns."""
    size = np.shape(x)
    cut = axis + len(size) if axis < 0 else axis
    if not 0 <= cut <= len(size):
        raise InputError(f"Flatten: there is no axis {axis} in an array of {len(size)} dimensions")
    rows = int(np.prod(size[:cut], dtype=np.int64))
    return np.reshape(x, (rows, int(np.prod(size[cut:], dtype=np.int64))))


def squeeze(x: Array, axes: Any = None) -> Array:
    """Without axes of size 1: all of them, or those named."""
    size = np.shape(x)
    if axes is None:
        gone = tuple(k for k, length in enumerate(size) if length == 1)
    else:
        gone = axes_of(axes, len(size), "Squeeze")
    for axis in gone:
        if size[axis] != 1:
            raise InputError(f"Squeeze: axis {axis} of {size} has size {size[axis]}, not 1")
    return np.reshape(x, tuple(length for k, length in enumerate(size) if k not in gone))


def unsqueeze(x: Array, axes: Any) -> Array:
    """With new axes of size 1, at the places `axes` of the result."""
    count = np.ndim(x) + len(whole(axes))
    added = axes_of(axes, count, "Unsqueeze")
    sizes = iter(np.shape(x))
    return np.reshape(x, tuple(1 if k in added else next(sizes) for k in range(count)))


def transpose(x: Array, *, perm: Any = None) -> Array:
    """The axes in another order; reversed unless `perm` tells it."""
    if perm is not None and sorted(axes_of(perm, np.ndim(x), "Transpose")) != list(range(np.ndim(x))):
        raise InputError(f"Transpose: {whole(perm)} does not order {np.ndim(x)} axes")
    return np.transpose(x, None if perm is None else whole(perm))


def _transpose_back(g: Array, y: Array, x: Array, *, perm: Any = None) -> Array:
    return np.transpose(g, None if perm is None else tuple(int(k) for k in np.argsort(whole(perm))))


def expand(x: Array, shape: Any) -> Array:
    """x repeated to `shape`, by the rules of broadcasting."""
    try:
        wanted = np.broadcast_shapes(np.shape(x), whole(shape))
    except ValueError:
        raise InputError(f"Expand: {np.shape(x)} does not broadcast to {whole(shape)}") from None
    return np.broadcast_to(x, wanted)


def concat(*values: Array, axis: int) -> Array:
    """The values one behind the other along `axis`."""
    shapes = [np.shape(value) for value in values]
    along = axis_of(axis, len(shapes[0]), "Concat")
    for shape in shapes[1:]:
        rest = shape[:along] + shape[along + 1 :]
        if len(shape) != len(shapes[0]) or rest != shapes[0][:along] + shapes[0][along + 1 :]:
            raise InputError(f"Concat: {shapes[0]} and {shape} differ beside axis {along}")
    return np.concatenate(values, axis=along)


def _part(x: Array, axis: int, start: int, stop: int) -> Array:
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _concat_back(index: int, g: Array, y: Array, *values: Array, axis: int) -> Array:
    along = axis_of(axis, np.ndim(values[0]), "Concat")
    ends = np.cumsum([np.shape(value)[along] for value in values])
    start = int(ends[index]) - np.shape(values[index])[along]
    return _part(g, along, start, int(ends[index]))


def _concat_push(index: int, d: Array, y: Array, *values: Array, axis: int) -> Array:
    parts = [d if k == index else np.zeros_like(value) for k, value in enumerate(values)]
    return concat(*parts, axis=axis)


def _pieces(size: int, split: Any, num_outputs: int | None) -> tuple[int, ...]:
    """The sizes of the pieces; of equal ones the last may be smaller."""
    if split is not None:
        found = whole(split)
        if sum(found) != size or min(found, default=0) < 0:
            raise InputError(f"Split: pieces of {found} do not add up to the {size} entries there are")
        return found
    count = 2 if num_outputs is None else num_outputs
    if not 1 <= count <= max(size, 1_000_000):
        raise InputError(f"Split: {count} pieces; it needs at least 1, and no more than there are entries")
    each = -(-size // count)
    return tuple(max(0, min(each, size - k * each)) for k in range(count))


def split(x: Array, split: Any = None, *, axis: int = 0, num_outputs: int | None = None) -> tuple[Array, ...]:
    """x cut into pieces along `axis`, of the sizes `split` or into `num_outputs` equal ones."""
    along = axis_of(axis, np.ndim(x), "Split")
    ends = accumulate(_pieces(np.shape(x)[along], split, num_outputs), initial=0)
    return tuple(_part(x, along, start, end) for start, end in pairwise(ends))


def _split_back(
    g: Any, y: Any, x: Array, split: Any = None, *, axis: int = 0, num_outputs: int | None = None
) -> Array:
    along = axis_of(axis, np.ndim(x), "Split")
    sizes = _pieces(np.shape(x)[along], split, num_outputs)
    arrived = list(g) if isinstance(g, tuple) else [g]
    arrived += [None] * (len(sizes) - len(arrived))
    if any(piece is None for piece in arrived):
        before, behind = np.shape(x)[:along], np.shape(x)[along + 1 :]
        arrived = [
            np.zeros((*before, size, *behind), x.dtype) if piece is None else piece
            for size, piece in zip(sizes, arrived, strict=True)
        ]
    return np.concatenate(arrived, axis=along)


def _repeats(x: Array, repeats: Any) -> tuple[int, ...]:
    times = whole(repeats)
    if len(times) != np.ndim(x):
        raise InputError(f"Tile: {len(times)} repeats for an array of {np.ndim(x)} dimensions")
    return times


def tile(x: Array, repeats: Any) -> Array:
    """x laid side by side, so many times along each axis."""
    return np.tile(x, _repeats(x, repeats))


def _tile_back(g: Array, y: Array, x: Array, repeats: Any) -> Array:
    pairs = zip(_repeats(x, repeats), np.shape(x), strict=True)
    copies = np.reshape(g, tuple(size for pair in pairs for size in pair))
    return np.sum(copies, axis=tuple(range(0, 2 * np.ndim(x), 2)))


#: where DepthToSpace's blocks stand in the depth, and the order that brings them to their place
_DEPTH_ORDERS = {"DCR": (0, 3, 4, 1, 5, 2), "CRD": (0, 1, 4, 2, 5, 3)}


def _block_order(name: str, mode: str) -> tuple[int, ...]:
    if mode not in _DEPTH_ORDERS:
        raise InputError(f"{name}: unknown mode '{mode}'; known: CRD, DCR")
    return _DEPTH_ORDERS[mode]


def depth_to_space(x: Array, *, blocksize: int, mode: str = "DCR") -> Array:
    """Channels become blocks of pixels; x is (batch, channels, rows, columns)."""
    order = _block_order("DepthToSpace", mode)
    n, c, h, w = np.shape(x)
    if c % blocksize**2:
        raise InputError(f"DepthToSpace: {c} channels do not fill blocks of {blocksize}×{blocksize}")
    depth = c // blocksize**2
    blocks = (blocksize, blocksize)
    inner = (*blocks, depth) if mode == "DCR" else (depth, *blocks)
    moved = np.transpose(np.reshape(x, (n, *inner, h, w)), order)
    return np.reshape(moved, (n, depth, h * blocksize, w * blocksize))


def space_to_depth(x: Array, *, blocksize: int, mode: str = "DCR") -> Array:
    """Blocks of pixels become channels; x is (batch, channels, rows, columns)."""
    order = _block_order("SpaceToDepth", mode)
    n, c, h, w = np.shape(x)
    if h % blocksize or w % blocksize:
        raise InputError(f"SpaceToDepth: {h}×{w} is not made of blocks of {blocksize}×{blocksize}")
    rows, columns = h // blocksize, w // blocksize
    cut = np.reshape(x, (n, c, rows, blocksize, columns, blocksize))
    moved = np.transpose(cut, tuple(order.index(k) for k in range(6)))
    return np.reshape(moved, (n, c * blocksize**2, rows, columns))


def _linear(
    name: str, forward: Rule, pull: Rule, summary: str, local: str, *settings: str, **more: Any
) -> Operation:
    """A linear operation on x; its other inputs are whole numbers."""
    return Operation(
        name=name,
        family="shape",
        summary=summary,
        forward=forward,
        inputs=("x", *settings),
        pulls=(pull, *[None] * len(settings)),
        multilinear=True,
        operators=(local,),
        settings={setting: 1 + k for k, setting in enumerate(settings)},
        **more,
    )


OPERATIONS = (
    _linear(
        "Reshape", reshape, _reshape_back, "the same entries in another shape",
        r"\text{reshape back}", "shape",
    ),
    _linear(
        "Flatten", flatten, _reshape_back, "the same entries as a matrix", r"\text{reshape back}"
    ),
    _linear(
        "Squeeze", squeeze, _reshape_back, "without axes of size 1", r"\text{reshape back}", "axes"
    ),
    _linear(
        "Unsqueeze", unsqueeze, _reshape_back, "with new axes of size 1", r"\text{reshape back}",
        "axes",
    ),
    _linear(
        "Transpose", transpose, _transpose_back, "the axes in another order",
        r"\left(\cdot\right)^{\top}", latex=r"{x}^{\top}",
    ),
    _linear(
        "Expand", expand, lambda g, y, x, shape: unbroadcast(g, np.shape(x)),
        "repeated to a larger shape; the copies' gradients add up",
        r"\sum_{\text{copies}}", "shape",
    ),
    _linear(
        "Tile", tile, _tile_back, "copies side by side; their gradients add up",
        r"\sum_{\text{copies}}", "repeats",
    ),
    _linear(
        "Split", split, _split_back, "cut into pieces along an axis", r"\text{join the pieces}",
        "split", outputs=2,
    ),
    _linear(
        "DepthToSpace", depth_to_space,
        lambda g, y, x, *, blocksize, mode="DCR": space_to_depth(g, blocksize=blocksize, mode=mode),
        "channels become blocks of pixels", r"\text{space to depth}",
    ),
    _linear(
        "SpaceToDepth", space_to_depth,
        lambda g, y, x, *, blocksize, mode="DCR": depth_to_space(g, blocksize=blocksize, mode=mode),
        "blocks of pixels become channels", r"\text{depth to space}",
    ),
    Operation(
        name="Concat", family="shape", summary="values one behind the other along an axis",
        forward=concat, inputs=("x",), variadic=True, pulls=(_concat_back,), pushes=(_concat_push,),
        operators=(r"\text{the part of this input}",),
    ),
)  # fmt: skip
