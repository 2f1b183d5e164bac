"""Sharpness: how strongly the loss bends at a point, as the largest eigenvalues of its Hessian.

Gradient descent with the learning rate lr is stable along a direction of curvature λ while lr < 2/λ; beyond
that each step lands farther from the bottom than it began. So the largest eigenvalue says how large a
learning rate the place bears.

The one rule: an eigenvalue is told with how many products it took and how far from exact it may be; one
that has not settled is not passed off as settled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.curvature import HessianProduct
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.lab.losses import Over
from graph_explorer.lab.network import Network

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]
Product = Callable[[Array], Array]

#: How near an eigenvalue is to be, as a part of the largest; and how many products it may take.
TOLERANCE, MOST = 1e-3, 200


@dataclass(frozen=True)
class Eigenvalue:
    """An eigenvalue of the Hessian. `error` bounds how far a true one is from it: ‖Hv − λv‖ (Parlett: The
    symmetric eigenvalue problem, 1998, theorem 4.5.1). `products` are those it took.
    """

    value: float
    error: float
    products: int
    settled: bool


@dataclass(frozen=True)
class Sharpness:
    """The largest eigenvalues, from the top, and the lowest one where the search met a negative one first."""

    largest: tuple[Eigenvalue, ...]
    lowest: Eigenvalue | None = None

    @property
    def limit(self) -> float:
        """The learning rate above which gradient descent is unstable: 2/λ; infinite if nothing bends up."""
        top = self.largest[0].value
        return 2 / top if top > 0 else float("inf")


def curvature_of(network: Network, over: Over | None, parameters: Mapping[str, Array]) -> tuple[Product, int]:
    """The Hessian of the loss times a vector, all `parameters` one behind the other; and their number.

    `InputError` where an operation between has no second derivative, or the output is no single number.
    """
    names = tuple(parameters)
    leaves = {**network.leaves, **parameters}
    plan = Plan(network.graph if over is None else over.graph, network.output, names, network.read.detached)
    portions = [(1.0, {})] if over is None else over.portions
    parts = []
    for share, given in portions:
        trace = execute(plan, leaves | given)
        if trace.failure is not None:
            raise trace.failure
        if trace.value(trace.output).size != 1:
            raise InputError(
                f"'{network.output}' has the shape {trace.value(trace.output).shape}; "
                "sharpness is of one number"
            )
        parts.append((share, leaves | given, HessianProduct(trace, names)))
    sizes = [value.size for value in parameters.values()]
    ends = np.cumsum(sizes)[:-1]

    def times(vector: Array) -> Array:
        pieces = np.split(vector, ends)
        along = {
            name: piece.reshape(value.shape)
            for (name, value), piece in zip(parameters.items(), pieces, strict=True)
        }
        total = np.zeros_like(vector)
        for share, values, product in parts:
            bent = product(values, along)
            total += share * np.concatenate([np.ravel(bent[name]) for name in names])
        return total

    return times, int(sum(sizes))


def sharpness(
    times: Product,
    size: int,
    *,
    count: int = 1,
    tolerance: float = TOLERANCE,
    most: int = MOST,
    seed: int = 0,
    checkpoint: Checkpoint | None = None,
) -> Sharpness:
    """The `count` largest eigenvalues of the symmetric matrix that `times` multiplies with, (size, size).

    By power iteration, one eigenvalue after the other, each free of the ones before. Where the iteration
    ends at a negative eigenvalue, as it does where that is the largest in size, the matrix is shifted by
    it and the largest is sought anew; the negative one is told too.
    """
    if not 1 <= count <= size:
        raise InputError(f"there are {size} eigenvalues; ask for 1 to {size}, not {count}")
    random = np.random.default_rng(seed)
    found: list[Eigenvalue] = []
    vectors: list[Array] = []
    lowest: Eigenvalue | None = None
    total = count * most
    for _ in range(count):
        start = random.standard_normal(size)
        spent = sum(each.products for each in found)
        look = _part_of(checkpoint, spent, total)
        shift = lowest.value if lowest is not None else 0.0
        one, vector = _iterated(times, start, vectors, shift, tolerance, most, look)
        if one.value < 0 and shift == 0:
            lowest = one
            one, vector = _iterated(times, start, vectors, one.value, tolerance, most, look)
        found.append(one)
        vectors.append(vector)
    return Sharpness(tuple(found), lowest)


def _part_of(checkpoint: Checkpoint | None, spent: int, total: int) -> Callable[[int], None]:
    def look(products: int) -> None:
        if checkpoint is not None:
            checkpoint(min((spent + products) / total, 1.0))

    return look


def _iterated(
    times: Product,
    start: Array,
    known: Sequence[Array],
    shift: float,
    tolerance: float,
    most: int,
    look: Callable[[int], None],
) -> tuple[Eigenvalue, Array]:
    """Power iteration on the matrix minus `shift`, at right angles to the eigenvectors `known`."""
    vector = _unit(_free(start, known))
    value = error = 0.0
    largest = abs(shift)
    for products in range(1, most + 1):
        look(products)
        bent = times(vector)
        if not np.isfinite(bent).all():
            raise InputError("the curvature here is not finite; look at a point where the loss is")
        value = float(vector @ bent)
        error = float(np.linalg.norm(_free(bent - value * vector, known)))
        largest = max(largest, abs(value))
        if error <= tolerance * largest:
            return Eigenvalue(value, error, products, True), vector
        vector = _unit(_free(bent - shift * vector, known))
    return Eigenvalue(value, error, most, error <= tolerance * largest), vector


def _free(vector: Array, known: Sequence[Array]) -> Array:
    """The vector without its parts along others, which are units at right angles."""
    for other in known:
        vector = vector - (other @ vector) * other
    return vector


def _unit(vector: Array) -> Array:
    length = np.linalg.norm(vector)
    return vector / length if length else vector
