"""Directions in which the leaves of a graph can move: the axes of a surface.

The one rule: an axis that is a parameter, or one entry of it, has that number as its coordinate; an
axis through many entries counts from where they are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from graph_explorer.engine.errors import InputError, check_entry, unknown
from graph_explorer.engine.graph import Graph

Array = np.ndarray[Any, Any]

#: Operations that hand on weights as they are, all or some of them.
_PARTS = ("Gather", "Identity", "Slice", "Squeeze", "Split")


class Direction(Protocol):
    """One axis: `here` is the present coordinate, `names` are the leaves that move along it."""

    @property
    def label(self) -> str: ...

    @property
    def here(self) -> float: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def place(self, leaves: dict[str, Array], coordinate: Any) -> None:
        """Puts new arrays into `leaves`, moved to the coordinate; the old ones are not changed."""

    def tangent(self, name: str) -> Array:
        """What one unit along the axis adds to the leaf `name`."""


@dataclass(frozen=True)
class Entry:
    """A number, or one number of an array, as an axis."""

    name: str
    index: tuple[int, ...]
    value: Array

    @property
    def label(self) -> str:
        return f"{self.name}[{','.join(map(str, self.index))}]" if self.index else self.name

    @property
    def here(self) -> float:
        return float(self.value[self.index])

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def place(self, leaves: dict[str, Array], coordinate: Any) -> None:
        if not self.index:
            leaves[self.name] = np.asarray(coordinate, self.value.dtype)
            return
        moved = leaves[self.name].copy()
        moved[self.index] = coordinate
        leaves[self.name] = moved

    def tangent(self, name: str) -> Array:
        unit = np.zeros_like(self.value)
        unit[self.index] = 1
        return unit


@dataclass(frozen=True)
class Along:
    """A direction through many entries: one array a leaf, added once for every unit."""

    label: str
    parts: Mapping[str, Array]

    @property
    def here(self) -> float:
        return 0.0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.parts)

    def place(self, leaves: dict[str, Array], coordinate: Any) -> None:
        for name, part in self.parts.items():
            leaves[name] = leaves[name] + np.asarray(coordinate, part.dtype) * part

    def tangent(self, name: str) -> Array:
        return self.parts[name]


def entry(name: str, index: tuple[int, ...] | None, leaves: Mapping[str, Array]) -> Entry:
    """The axis `name`, or `name[index]`; `InputError` where that is no single floating-point number."""
    if name not in leaves:
        raise unknown("input or parameter", name, leaves)
    value = np.asarray(leaves[name])
    if value.dtype.kind != "f":
        raise InputError(f"'{name}' is {value.dtype}; an axis must be a floating-point number")
    place = index or ()
    if len(place) != value.ndim:
        written = f"{name}[{','.join('0' * value.ndim)}]"
        advice = f"name one entry, like {written}" if value.ndim else f"write {name} alone"
        raise InputError(f"the axis '{name}' has the shape {value.shape}; {advice}")
    check_entry(name, value.shape, place)
    return Entry(name, place, value)


def random_directions(parameters: Mapping[str, Array], seed: int, count: int = 2) -> tuple[Along, ...]:
    """Random directions through all numbers of all parameters, one unit as long as the parameters themselves.

    Every number is as likely to move as any other, so that large layers and large weights outweigh small
    ones; `filter_directions` are without that bias.
    """
    random = np.random.default_rng(seed)
    floats = {name: value for name, value in parameters.items() if value.dtype.kind == "f"}
    length = _length(floats) or 1.0
    made = []
    for number in range(1, count + 1):
        drawn = {name: np.asarray(random.standard_normal(value.shape)) for name, value in floats.items()}
        factor = length / (_length(drawn) or 1.0)
        parts = {name: np.asarray(drawn[name] * factor, value.dtype) for name, value in floats.items()}
        made.append(Along(f"random {number}", parts))
    return tuple(made)


def filter_directions(
    parameters: Mapping[str, Array], units: Mapping[str, tuple[int, ...]], seed: int, count: int = 2
) -> tuple[Along, ...]:
    """Random directions of which each filter or unit has the length of the weights that it moves.

    Scaling the weights of a unit, which another layer can undo, then scales the direction too, so that
    two networks can be compared (Li et al.: Visualizing the loss landscape of neural nets, 2018, section
    4). `units` are the axes that `unit_axes` finds. Parameters of one axis or none, such as
    biases and the scales of a normalisation, stay as they are, as in the paper's own program.
    """
    random = np.random.default_rng(seed)
    weights = {
        name: value for name, value in parameters.items() if value.ndim > 1 and value.dtype.kind == "f"
    }
    if not weights:
        raise InputError(
            "filter-normalised directions need weights with two axes or more, and there are none; "
            "choose random directions"
        )
    return tuple(
        Along(
            f"filter {number}",
            {name: _like(value, units.get(name, ()), random) for name, value in weights.items()},
        )
        for number in range(1, count + 1)
    )


def unit_axes(graph: Graph, names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Along which axes the weights of a unit lie, by parameter: down a column in x @ W, along a row in W @ x.

    Told from the first operation that takes it, axes counted from the last, () where that does not tell: then
    a unit is an index along the first axis, as of a convolution.
    """
    return {name: _unit_axes(graph, name) for name in names}


def _unit_axes(graph: Graph, name: str) -> tuple[int, ...]:
    for use in graph.uses(name):
        node = graph.node(use.node)
        if node.op == "MatMul":
            return (-2,) if use.input_index == 1 else (-1,)
        if node.op == "Gemm":
            turned = int(node.attributes.get("transB" if use.input_index == 1 else "transA", 0))
            return (-1,) if use.input_index == turned else (-2,)
        if node.op in _PARTS:  # a layer of a stack, as in W[k], or the whole
            return _unit_axes(graph, node.id)
        if node.op == "Transpose" and not node.attributes.get("perm"):
            return tuple(-3 - axis for axis in _unit_axes(graph, node.id))
    return ()


def principal_directions(
    path: Sequence[Mapping[str, Array]], count: int = 2
) -> tuple[tuple[Along, ...], Array, Array]:
    """The directions in which a path of parameters moved most, seen from its end.

    `path` holds the parameters at each point. Returns the directions, each of length one through all
    parameters; the part of the path's variance that each explains, (count,); and the coordinates of
    every point along them, (points, count), zero at the end (Li et al. 2018, section 7).
    """
    names = tuple(path[-1])
    last = _flat(path[-1], names)
    moved = np.stack([_flat(point, names) - last for point in path])
    if len(moved) <= count or not np.isfinite(moved).all():
        raise InputError(
            f"principal directions need a finite path of more than {count} points, found {len(moved)}"
        )
    # directions of the space of points first: there are far fewer of them than parameters
    squares, mixtures = np.linalg.eigh(moved @ moved.T)
    largest = np.argsort(squares)[::-1][:count]
    sizes = np.sqrt(np.maximum(squares[largest], 0.0))
    if not (sizes > 1e-7 * sizes[0]).all():  # their squares are known to rounding
        raise InputError(f"the path runs along fewer than {count} directions; choose random directions")
    units = (mixtures[:, largest] / sizes).T @ moved
    directions = tuple(
        Along(f"principal {number}", _shaped(unit, path[-1])) for number, unit in enumerate(units, 1)
    )
    return directions, squares[largest] / np.sum(squares), moved @ units.T


def _flat(parameters: Mapping[str, Array], names: Sequence[str]) -> Array:
    return np.concatenate([np.ravel(parameters[name]).astype(float) for name in names])


def _shaped(flat: Array, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """One long vector as arrays like the parameters."""
    ends = np.cumsum([value.size for value in parameters.values()])
    parts = np.split(flat, ends[:-1])
    return {
        name: part.reshape(value.shape).astype(value.dtype)
        for (name, value), part in zip(parameters.items(), parts, strict=True)
    }


def _length(parts: Mapping[str, Array]) -> float:
    """The length of all parts as one vector."""
    return float(np.sqrt(sum(np.sum(part.astype(float) ** 2) for part in parts.values())))


def _like(value: Array, axes: tuple[int, ...], random: np.random.Generator) -> Array:
    """A random array of which each unit, the numbers along `axes`, is as long as `value`'s."""
    direction = random.standard_normal(value.shape)
    along = axes or tuple(range(1, value.ndim))
    lengths = np.sqrt(np.sum(value.astype(float) ** 2, axis=along, keepdims=True))
    own = np.sqrt(np.sum(direction**2, axis=along, keepdims=True))
    return np.asarray(direction * (lengths / own), dtype=value.dtype)
