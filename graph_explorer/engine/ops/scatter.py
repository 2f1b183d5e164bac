"""Writing entries to places: scatters and cache updates.

The one rule: an update meets the value at its place by a reduction; how much the result moves with
each of the two is a weight, from which pull and push follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axis_of, whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.indexing import add_at, gather_elements, gather_nd, places_of

Weights = tuple[Array, Array]
#: flat places of the updates in the data, the updates, and how they meet what is there
Found = tuple[Array, Array, str]

_REDUCTIONS: dict[str, Any] = {
    "none": None,
    "add": np.add,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
}


def _written(data: Array, places: Array, updates: Array, reduction: str) -> Array:
    """`data` with the `updates` brought to its flat `places`."""
    if reduction not in _REDUCTIONS:
        raise InputError(f"unknown reduction '{reduction}'; known: {', '.join(_REDUCTIONS)}")
    if np.shape(places) != np.shape(updates):
        raise InputError(
            f"the indices choose a part of shape {np.shape(places)}; the updates have {np.shape(updates)}"
        )
    flat = np.array(data, copy=True).reshape(-1)
    if reduction == "none":
        flat[np.ravel(places)] = np.ravel(updates)
    else:
        _REDUCTIONS[reduction].at(flat, np.ravel(places), np.ravel(updates))
    return flat.reshape(np.shape(data))


def _weights(data: Array, places: Array, updates: Array, reduction: str, y: Array) -> Weights:
    """∂y/∂data and ∂y/∂updates, entry by entry."""
    ones = np.ones_like(data), np.ones_like(updates)
    if reduction == "add":
        return ones
    if reduction == "none":
        last = np.full(np.size(data), -1)
        count = np.arange(np.size(updates))
        last[np.ravel(places)] = count
        wins = np.reshape(last[np.ravel(places)] == count, np.shape(updates))
        return np.reshape(last < 0, np.shape(data)).astype(data.dtype), wins.astype(updates.dtype)
    if reduction == "mul":
        return _weights_of_product(data, places, updates)
    hits = (data == y).astype(data.dtype), (updates == np.ravel(y)[places]).astype(updates.dtype)
    ties = hits[0] + add_at(np.shape(data), places, hits[1])
    return hits[0] / ties, hits[1] / np.ravel(ties)[places]


def _weights_of_product(data: Array, places: Array, updates: Array) -> Weights:
    """The product of the other factors, right also where some factors are zero."""
    kept = [np.where(value == 0, 1.0, value).astype(value.dtype) for value in (data, updates)]
    product = _written(kept[0], places, kept[1], "mul")
    zeros = (data == 0) + add_at(np.shape(data), places, (updates == 0).astype(np.float64))
    without_data = np.where(zeros > (data == 0), 0.0, product / kept[0])
    at = np.ravel(zeros)[places] > (updates == 0)
    without_update = np.where(at, 0.0, np.ravel(product)[places] / kept[1])
    return without_data, without_update


def scatter_elements(
    data: Array, indices: Any, updates: Array, *, axis: int = 0, reduction: str = "none"
) -> Array:
    """Every update goes to its own place in `data`, but with the given index along `axis`."""
    return _written(data, *_of_elements(data, indices, updates, axis=axis, reduction=reduction))


def _of_elements(
    data: Array, indices: Any, updates: Array, *, axis: int = 0, reduction: str = "none"
) -> Found:
    return gather_elements(places_of(data), indices, axis=axis), updates, reduction


def scatter_nd(data: Array, indices: Any, updates: Array, *, reduction: str = "none") -> Array:
    """The updates go to the entries or slices of `data` at the given index tuples."""
    return _written(data, *_of_tuples(data, indices, updates, reduction=reduction))


def _of_tuples(data: Array, indices: Any, updates: Array, *, reduction: str = "none") -> Found:
    return gather_nd(places_of(data), indices), updates, reduction


def tensor_scatter(
    past_cache: Array, update: Array, write_indices: Any = None, *, axis: int = -2, mode: str = "linear"
) -> Array:
    """The update replaces entries of the cache along `axis`, from an index of its own in each sample."""
    return _written(past_cache, *_of_cache(past_cache, update, write_indices, axis=axis, mode=mode))


def _of_cache(
    past_cache: Array, update: Array, write_indices: Any = None, *, axis: int = -2, mode: str = "linear"
) -> Found:
    along = axis_of(axis, np.ndim(past_cache), "TensorScatter")
    size = np.shape(past_cache)
    starts = np.zeros(size[0], np.int64) if write_indices is None else np.asarray(whole(write_indices))
    rows = starts[:, None] + np.arange(np.shape(update)[along])
    if mode == "circular":
        rows = rows % size[along]
    elif np.any(rows < 0) or np.any(rows >= size[along]):
        raise InputError(f"TensorScatter: the update leaves the cache of {size[along]} entries")
    shape = [1] * len(size)
    shape[0], shape[along] = rows.shape
    return np.take_along_axis(places_of(past_cache), np.reshape(rows, shape), axis=along), update, "none"


def _rules(find: Callable[..., Found], index_of_updates: int) -> dict[str, Any]:
    """The pulls and pushes of a scatter that `find` describes."""

    def weights(y: Array, inputs: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[Array, Weights]:
        places, updates, reduction = find(*inputs, **attributes)
        return places, _weights(inputs[0], places, updates, reduction, y)

    def data_back(g: Array, y: Array, *inputs: Any, **attributes: Any) -> Array:
        return g * weights(y, inputs, attributes)[1][0]

    def updates_back(g: Array, y: Array, *inputs: Any, **attributes: Any) -> Array:
        places, slopes = weights(y, inputs, attributes)
        return np.ravel(g)[places] * slopes[1]

    def data_push(d: Array, y: Array, *inputs: Any, **attributes: Any) -> Array:
        return d * weights(y, inputs, attributes)[1][0]

    def updates_push(d: Array, y: Array, *inputs: Any, **attributes: Any) -> Array:
        places, slopes = weights(y, inputs, attributes)
        return add_at(np.shape(y), places, d * slopes[1])

    between = [None] * (index_of_updates - 1)
    return {
        "pulls": (data_back, *between, updates_back),
        "pushes": (data_push, *between, updates_push),
        "operators": (
            r"\text{where not overwritten}",
            *[""] * (index_of_updates - 1),
            r"\text{taken from its place}",
        ),
    }


OPERATIONS = (
    Operation(
        name="ScatterElements",
        family="indexing",
        summary="every update to its place, with an index of its own along one axis",
        forward=scatter_elements,
        inputs=("data", "indices", "updates"),
        **_rules(_of_elements, 2),
    ),
    Operation(
        name="ScatterND",
        family="indexing",
        summary="updates to the places at given index tuples",
        forward=scatter_nd,
        inputs=("data", "indices", "updates"),
        **_rules(_of_tuples, 2),
    ),
    Operation(
        name="TensorScatter",
        family="indexing",
        summary="new entries into a cache, from an index of its own in each sample",
        forward=tensor_scatter,
        inputs=("past_cache", "update", "write_indices"),
        settings={"write_indices": 2},
        **_rules(_of_cache, 1),
    ),
)
