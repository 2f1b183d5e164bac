"""Pooling of regions: boxes of any size in an image, each brought to the same small size.

The one rule: every entry of a result is made of a few reads of the image, its terms, with a share of
each; gradients go back along the shares. There is a loop over the boxes, and none within one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.indexing import add_at

#: How often a bin is read along an axis at most; a larger box lies mostly outside of any image.
_MOST_READS = 10_000


@dataclass(frozen=True)
class _Side:
    """How a box is read along one axis: (bins, reads of a bin) each.

    `slopes` are ∂weight/∂(near border, far border) of the box.
    """

    index: Array
    weight: Array
    slopes: tuple[Array, Array]


def _side(near: float, far: float, size: int, bins: int, sampling: int, scale: float, half: bool) -> _Side:
    """Reads between the entries of an axis of `size`, at evenly spread places of every bin of the box."""
    start, end = near * scale - 0.5 * half, far * scale - 0.5 * half
    fixed = not half and end - start < 1.0  # such a box counts as one entry wide
    extent = 1.0 if fixed else end - start
    count = sampling if sampling > 0 else max(0, int(np.ceil(extent / bins)))
    if count > _MOST_READS:
        raise InputError(f"RoiAlign: a box {extent:g} entries wide is read too often; set a sampling ratio")
    part = (np.arange(bins)[:, None] + (np.arange(count) + 0.5) / max(count, 1)) / bins
    at = start + part * extent
    outside = (at < -1.0) | (at > size)
    held = (at < 0) | (at >= size - 1)  # at a border the value no longer follows the place
    inner = np.clip(at, 0, size - 1)
    low = np.minimum(np.floor(inner).astype(np.int64), max(size - 2, 0))
    distance = inner - low
    index = np.stack([low, np.minimum(low + 1, size - 1)], axis=-1)
    weight = np.stack([1.0 - distance, distance], axis=-1) * ~outside[..., None]
    slope = np.stack([-np.ones_like(at), np.ones_like(at)], axis=-1) * ~(outside | held)[..., None]
    by_near, by_far = (np.ones_like(part), np.zeros_like(part)) if fixed else (1.0 - part, part)
    slopes = tuple(np.reshape(slope * (by * scale)[..., None], (bins, -1)) for by in (by_near, by_far))
    return _Side(np.reshape(index, (bins, -1)), np.reshape(weight, (bins, -1)), (slopes[0], slopes[1]))


def _crossed(rows: Array, columns: Array) -> Array:
    """The products of what stands for rows and columns: (row bins, column bins, reads)."""
    made = rows[:, None, :, None] * columns[None, :, None, :]
    return np.reshape(made, (*made.shape[:2], -1))


@dataclass(frozen=True)
class _Box:
    """One box: its image, the flat place and weight of every read, and ∂weight/∂(x1, y1, x2, y2)."""

    image: int
    place: Array
    weight: Array
    slopes: tuple[Array, ...]
    reads: int  # of one bin, for a mean


def _boxes(
    x: Array, rois: Array, batch_indices: Any, *, coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg", output_height: int = 1, output_width: int = 1, sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Iterator[_Box]:  # fmt: skip
    if mode not in ("avg", "max") or coordinate_transformation_mode not in (
        "half_pixel",
        "output_half_pixel",
    ):
        raise InputError(f"RoiAlign: unknown mode '{mode}' or '{coordinate_transformation_mode}'")
    if np.ndim(x) != 4 or np.ndim(rois) != 2 or np.shape(rois)[1] != 4:
        raise InputError(f"RoiAlign: boxes of shape {np.shape(rois)} on images of shape {np.shape(x)}")
    images = whole(batch_indices)
    if len(images) != len(rois) or any(not 0 <= image < len(x) for image in images):
        raise InputError(f"RoiAlign: {len(images)} indices of images do not fit {len(rois)} boxes")
    height, width = np.shape(x)[2:]
    half = coordinate_transformation_mode == "half_pixel"
    for image, (x1, y1, x2, y2) in zip(images, np.asarray(rois, np.float64).tolist(), strict=True):
        rows = _side(y1, y2, height, output_height, sampling_ratio, spatial_scale, half)
        columns = _side(x1, x2, width, output_width, sampling_ratio, spatial_scale, half)
        place = rows.index[:, None, :, None] * width + columns.index[None, :, None, :]
        slopes = (
            _crossed(rows.weight, columns.slopes[0]),
            _crossed(rows.slopes[0], columns.weight),
            _crossed(rows.weight, columns.slopes[1]),
            _crossed(rows.slopes[1], columns.weight),
        )
        weight = _crossed(rows.weight, columns.weight)
        reads = max(1, rows.weight.shape[1] // 2 * (columns.weight.shape[1] // 2))
        yield _Box(image, np.reshape(place, weight.shape), weight, slopes, reads)


def _terms(x: Array, box: _Box) -> tuple[Array, Array]:
    """What is read, (channels, rows, columns, reads), unweighted; and its weights."""
    planes = np.reshape(x[box.image], (np.shape(x)[1], -1))
    return planes[:, box.place], box.weight.astype(x.dtype)


def _shares(terms: Array, reads: int, mode: str) -> Array:
    """How much of every weighted term the result is: an equal part, or all of the largest."""
    if mode == "avg" or not terms.shape[-1]:
        return np.asarray(1.0 / reads, terms.dtype)
    best = np.argmax(terms, axis=-1)[..., None]
    return (np.arange(terms.shape[-1]) == best).astype(terms.dtype)


def roi_align(
    x: Array, rois: Array, batch_indices: Any, *, coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg", output_height: int = 1, output_width: int = 1, sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Array:  # fmt: skip
    """Every box (x1, y1, x2, y2) of its image, read at evenly spread places, as a small image."""
    made = np.zeros((len(rois), np.shape(x)[1], output_height, output_width), x.dtype)
    boxes = _boxes(
        x, rois, batch_indices, mode=mode, coordinate_transformation_mode=coordinate_transformation_mode,
        output_height=output_height, output_width=output_width, sampling_ratio=sampling_ratio,
        spatial_scale=spatial_scale,
    )  # fmt: skip
    for result, box in zip(made, boxes, strict=True):
        read, weight = _terms(x, box)
        result[...] = np.sum(_shares(read * weight, box.reads, mode) * read * weight, axis=-1)
    return made


def _image_back(g: Array, y: Array, x: Array, rois: Array, batch_indices: Any, **more: Any) -> Array:
    total = np.zeros(np.shape(x), g.dtype)
    size = np.shape(x)[2] * np.shape(x)[3]
    planes = np.reshape(np.arange(np.shape(x)[1]) * size, (-1, 1, 1, 1))
    for above, box in zip(g, _boxes(x, rois, batch_indices, **more), strict=True):
        read, weight = _terms(x, box)
        shares = _shares(read * weight, box.reads, more.get("mode", "avg")) * weight
        values = np.broadcast_to(above[..., None] * shares, read.shape)
        total[box.image] += add_at(np.shape(x)[1:], box.place + planes, values)
    return total


def _image_push(d: Array, y: Array, x: Array, rois: Array, batch_indices: Any, **more: Any) -> Array:
    made = np.zeros(np.shape(y), d.dtype)
    for result, box in zip(made, _boxes(x, rois, batch_indices, **more), strict=True):
        read, weight = _terms(x, box)
        shares = _shares(read * weight, box.reads, more.get("mode", "avg")) * weight
        result[...] = np.sum(shares * _terms(d, box)[0], axis=-1)
    return made


def _slopes(x: Array, box: _Box, mode: str) -> list[Array]:
    """∂result/∂(x1, y1, x2, y2) of a box: (channels, rows, columns) each."""
    read, weight = _terms(x, box)
    shares = _shares(read * weight, box.reads, mode)
    return [np.sum(shares * read * slope.astype(x.dtype), axis=-1) for slope in box.slopes]


def _boxes_back(g: Array, y: Array, x: Array, rois: Array, batch_indices: Any, **more: Any) -> Array:
    found = [
        [np.sum(above * slope) for slope in _slopes(x, box, more.get("mode", "avg"))]
        for above, box in zip(g, _boxes(x, rois, batch_indices, **more), strict=True)
    ]
    return np.reshape(np.asarray(found, g.dtype), np.shape(rois))


def _boxes_push(d: Array, y: Array, x: Array, rois: Array, batch_indices: Any, **more: Any) -> Array:
    made = np.zeros(np.shape(y), d.dtype)
    for result, moved, box in zip(made, d, _boxes(x, rois, batch_indices, **more), strict=True):
        slopes = _slopes(x, box, more.get("mode", "avg"))
        result[...] = sum(slope * step for slope, step in zip(slopes, moved, strict=True))
    return made


# ── the largest entry of every part of a box ──────────────────────────────────────────────────


def _bins(near: float, far: float, size: int, bins: int) -> tuple[Array, Array]:
    """The entries of every bin between two whole places, as indices, and which of those count."""
    extent = max(far - near + 1, 1.0)
    starts = np.clip(np.floor(np.arange(bins) * extent / bins) + near, 0, size)
    ends = np.clip(np.ceil(np.arange(1, bins + 1) * extent / bins) + near, 0, size)
    most = int(np.max(ends - starts, initial=0))
    index = starts[:, None] + np.arange(max(most, 1))
    return np.minimum(index, size - 1).astype(np.int64), index < ends[:, None]


def _largest(x: Array, rois: Array, pooled_shape: Any, spatial_scale: float) -> tuple[Array, Array]:
    """The flat place in x of the largest entry of every bin, and whether the bin has any."""
    if np.ndim(x) != 4 or np.ndim(rois) != 2 or np.shape(rois)[1] != 5 or len(whole(pooled_shape)) != 2:
        raise InputError(f"MaxRoiPool: boxes of shape {np.shape(rois)} on images of shape {np.shape(x)}")
    channels, height, width = np.shape(x)[1:]
    rows_made, columns_made = whole(pooled_shape)
    size = (len(rois), channels, rows_made, columns_made)
    places, filled = np.zeros(size, np.int64), np.zeros(size, bool)
    for box, (image, *corners) in enumerate(np.asarray(rois, np.float64).tolist()):
        if not 0 <= image < len(x):
            raise InputError(f"MaxRoiPool: there is no image {image:g} among {len(x)}")
        x1, y1, x2, y2 = (np.floor(corner * spatial_scale + 0.5) for corner in corners)
        rows, of_rows = _bins(y1, y2, height, rows_made)
        columns, of_columns = _bins(x1, x2, width, columns_made)
        place = rows[:, None, :, None] * width + columns[None, :, None, :]
        counts = of_rows[:, None, :, None] & of_columns[None, :, None, :]
        place, counts = (np.reshape(one, (rows_made, columns_made, -1)) for one in (place, counts))
        planes = np.reshape(x[int(image)], (channels, -1))
        best = np.argmax(np.where(counts, planes[:, place], -np.inf), axis=-1)
        chosen = np.take_along_axis(np.broadcast_to(place, (channels, *place.shape)), best[..., None], -1)
        first = (int(image) * channels + np.arange(channels)) * height * width
        places[box] = chosen[..., 0] + np.reshape(first, (-1, 1, 1))
        filled[box] = np.any(counts, axis=-1)
    return places, filled


def max_roi_pool(x: Array, rois: Array, *, pooled_shape: Any, spatial_scale: float = 1.0) -> Array:
    """The largest entry of every part of each box (image, x1, y1, x2, y2); 0 where a part is empty."""
    places, filled = _largest(x, rois, pooled_shape, spatial_scale)
    return np.where(filled, np.ravel(x)[places], np.zeros((), x.dtype))


def _pool_back(
    g: Array, y: Array, x: Array, rois: Array, *, pooled_shape: Any, spatial_scale: float = 1.0
) -> Array:
    places, filled = _largest(x, rois, pooled_shape, spatial_scale)
    return add_at(np.shape(x), places, g * filled)


def _pool_push(
    d: Array, y: Array, x: Array, rois: Array, *, pooled_shape: Any, spatial_scale: float = 1.0
) -> Array:
    places, filled = _largest(x, rois, pooled_shape, spatial_scale)
    return np.ravel(d)[places] * filled


OPERATIONS = (
    Operation(
        name="RoiAlign", family="image", forward=roi_align, inputs=("X", "rois", "batch_indices"),
        summary="boxes of an image, each read at evenly spread places",
        pulls=(_image_back, _boxes_back, None), pushes=(_image_push, _boxes_push, None),
        operators=(r"\sum_{\text{reads}} w \,\cdot", r"\sum x \,\frac{\partial w}{\partial \text{box}}", ""),
        reference="He et al. 2017",
    ),
    Operation(
        name="MaxRoiPool", family="pooling", forward=max_roi_pool, inputs=("X", "rois"), selects=True,
        summary="the largest entry of every part of each box", pulls=(_pool_back, None),
        pushes=(_pool_push, None), operators=(r"\left[\text{first largest of its part}\right]", ""),
        flat="boxes are rounded to whole places", reference="Girshick 2015",
    ),
)  # fmt: skip
