"""Slices: planes through the space of all parameters, on which a loss can be drawn.

A network has thousands of parameters and a picture two axes. A slice says where its plane begins, which
two directions span it, and how the path of a training lies to it: where its points fall on the plane, and how
far from it they are.

The one rule: a slice says what it leaves out. It knows how much of a path's variance its axes explain, and a
point that does not lie on it is told with its distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.directions import Along, principal_directions

Array = np.ndarray[Any, Any]
Point = Mapping[str, Array]


@dataclass(frozen=True)
class Slice:
    """A plane through `origin`, where both coordinates are 0.

    `explained` are the parts of the variance of the path it was made from, () where it was made from none.
    """

    origin: Point
    axes: tuple[Along, ...]
    explained: tuple[float, ...] = ()

    def placed(self, points: Sequence[Point]) -> tuple[Array, Array]:
        """Where points fall on the plane, (points, axes), and how far off it they lie, (points,).

        Coordinates by least squares: the foot of the perpendicular. Distances are lengths through all
        parameters.
        """
        found = [self.foot(point) for point in points]
        return np.array([foot for foot, _ in found]), np.array([distance for _, distance in found])

    def foot(self, point: Point) -> tuple[Array, float]:
        """The same of one point: (axes,), and its distance."""
        gap = _flat(point, self.origin) - self._begin
        with np.errstate(all="ignore"):  # a path that diverged is infinitely far away
            foot = self._inverse @ (self._ways @ gap)
            return foot, float(np.linalg.norm(gap - foot @ self._ways))

    @cached_property
    def _begin(self) -> Array:
        return _flat(self.origin, self.origin)

    @cached_property
    def _ways(self) -> Array:
        """The axes, each as one long row."""
        return np.stack([_flat(axis.parts, self.origin) for axis in self.axes])

    @cached_property
    def _inverse(self) -> Array:
        """Of the products of the axes with each other, which need not stand at right angles."""
        return np.linalg.pinv(self._ways @ self._ways.T)


def _flat(parts: Point, like: Point) -> Array:
    """The numbers of all parameters one behind the other; zero where `parts` has none."""
    return np.concatenate(
        [
            np.ravel(parts[name] if name in parts else np.zeros(value.shape)).astype(float)
            for name, value in like.items()
        ]
    )


def principal_slice(points: Sequence[Point]) -> Slice:
    """The plane in which a path moves most, seen from its end (Li et al. 2018, section 7).

    One unit is as far as the path goes along an axis; it begins at positive coordinates.
    """
    units, shares, coordinates = principal_directions(points)
    reach = np.abs(coordinates).max(axis=0) * np.where(coordinates[0] < 0, -1, 1)
    axes = tuple(
        Along(unit.label, {name: np.asarray(part * size, part.dtype) for name, part in unit.parts.items()})
        for unit, size in zip(units, reach, strict=True)
    )
    return Slice(dict(points[-1]), axes, tuple(float(share) for share in shares))


def line_slice(start: Point, end: Point, third: Point) -> Slice:
    """The plane through three points: `start` at (0, 0), `end` at (1, 0), and a unit up as long as one along.

    Along its lower edge lies the straight line from start to end. `InputError` where the three lie on a line.
    """
    ahead = {name: np.asarray(end[name] - start[name]) for name in start}
    aside = {name: np.asarray(third[name] - start[name]) for name in start}
    along, across = _flat(ahead, start), _flat(aside, start)
    length = float(np.linalg.norm(along))
    if not np.isfinite(across).all() or not np.isfinite(length):
        raise InputError("a plane needs finite points; choose other checkpoints")
    share = float(across @ along) / length**2 if length else 0.0
    up = across - share * along
    height = float(np.linalg.norm(up))
    if not length or height <= 1e-9 * length:
        raise InputError("these three points lie on one line, or on each other; choose other checkpoints")
    factor = length / height
    axes = (
        Along("start to end", ahead),
        Along(
            "across",
            {
                name: np.asarray((aside[name] - share * ahead[name]) * factor, ahead[name].dtype)
                for name in start
            },
        ),
    )
    return Slice(dict(start), axes)


def checkpoint_slice(points: Sequence[Point], chosen: Sequence[int]) -> Slice:
    """The plane through three points of a path, by their places in it."""
    if len(chosen) != 3:
        raise InputError(f"a plane goes through three checkpoints, found {len(chosen)}")
    first, second, third = (points[each] for each in chosen)
    return line_slice(first, second, third)


@dataclass(frozen=True)
class Trail:
    """A path as it lies to a plane: its feet there, (n, 2), and how far off it the points are, (n,).

    `epochs` are those of the points, `length` is how far the last point is from the first, and `explained`
    as for a slice.
    """

    points: Array
    distances: Array
    epochs: tuple[int, ...]
    length: float
    explained: tuple[float, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """What the plane holds of the path and what it leaves out, in sentences without a full stop."""
        plane = "plane" if self.points.shape[1] == 2 else "line"
        found = []
        if self.explained:
            parts = " + ".join(f"{share:.1%}" for share in self.explained)
            found.append(f"The axes explain {sum(self.explained):.1%} of the path's variance ({parts})")
        off = float(np.max(self.distances, initial=0.0))
        if off <= 1e-6 * max(self.length, 1e-12):
            found.append(f"The whole path lies on this {plane}")
        else:
            at = self.epochs[int(np.argmax(self.distances))]
            found.append(
                f"The path lies up to {off:.3g} off this {plane} (epoch {at}); from its start to its "
                f"end it is {self.length:.3g}"
            )
        return tuple(found)


def trail_of(plane: Slice, points: Sequence[Point], epochs: Sequence[int]) -> Trail:
    """A path as it lies to a plane."""
    feet, distances = plane.placed(points)
    ends = _flat(points[-1], plane.origin) - _flat(points[0], plane.origin)
    return Trail(feet, distances, tuple(epochs), float(np.linalg.norm(ends)), plane.explained)


def window_around(coordinates: Array, least: float = 0.0) -> tuple[float, float, float, float]:
    """The part of the plane that shows these points (n, 2) with room around: left, right, bottom, top."""
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    wide = np.maximum(high - low, max(least, 1e-12))
    # no side much shorter than the other: the valley beside a narrow path is what one wants to see
    wide = np.maximum(wide, 0.5 * wide.max())
    middle = (low + high) / 2
    (left, bottom), (right, top) = middle - 0.7 * wide, middle + 0.7 * wide
    return float(left), float(right), float(bottom), float(top)
