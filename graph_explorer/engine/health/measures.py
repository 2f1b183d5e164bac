"""How large everything in a run is: norms, largest entries, shares of zeros, values and gradients alike.

The one rule: numbers are held as arrays over the values of the graph, in their order, so that ten
thousand nodes are compared, sorted and coloured at once; what was not computed is NaN and not `known`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Graph, enclosing
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]
Floats = NDArray[np.float64]
Checkpoint = Callable[[float], None]

#: Squares are summed in pieces of so many entries, in double precision.
_PIECE = 1 << 16
#: Between these magnitudes squares neither overflow nor vanish in double precision.
_SAFE = (1e-140, 1e140)


@dataclass(frozen=True, eq=False)
class Sizes:
    """Arrays (n,) over the values of a graph.

    `norm` is the Euclidean norm (NaN or infinite where an entry is), `largest` the largest finite
    magnitude, `zeros` the share of entries that are exactly 0, `undefined` and `infinite` how many
    entries are NaN and infinite, `count` how many entries there are. `known` tells where there is
    an array at all.
    """

    norm: Floats
    largest: Floats
    zeros: Floats
    undefined: Floats
    infinite: Floats
    count: Floats
    known: NDArray[np.bool_]

    @property
    def rms(self) -> Floats:
        """The root of the mean square: the size of a typical entry."""
        return np.asarray(self.norm / np.sqrt(np.maximum(self.count, 1)))


def norm_of(array: Any) -> float:
    """The Euclidean norm of all entries, without overflow on the way; NaN if any entry is."""
    return _size(np.asarray(array))[0]


def _size(array: Array) -> tuple[float, float, float, float, float, float]:
    """Norm, largest finite magnitude, share of zeros, number of NaN, of infinities, of entries."""
    flat = array.reshape(-1)
    if flat.dtype.kind != "f":
        flat = flat.astype(np.float64)
    count = flat.size
    if not count:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    zeros = 1 - np.count_nonzero(flat) / count
    largest = max(float(flat.max()), -float(flat.min()))
    if math.isfinite(largest):
        return _norm(flat, largest), largest, zeros, 0.0, 0.0, count
    undefined = int(np.isnan(flat).sum())
    finite = flat[np.isfinite(flat)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    norm = math.nan if undefined else math.inf
    return norm, largest, zeros, undefined, count - finite.size - undefined, count


def _norm(flat: Array, largest: float) -> float:
    if flat.size == 1 or largest == 0:
        return largest
    scale = 1.0 if _SAFE[0] < largest < _SAFE[1] else largest
    total = 0.0
    for start in range(0, flat.size, _PIECE):
        piece = flat[start : start + _PIECE].astype(np.float64)
        if scale != 1.0:
            piece /= scale
        total += float(np.dot(piece, piece))
    return scale * math.sqrt(total)


def sizes_of(
    arrays: Sequence[Array | None] | Array, known: NDArray[np.bool_], checkpoint: Checkpoint
) -> Sizes:
    """The sizes of arrays; of a row of plain numbers all at once."""
    if isinstance(arrays, np.ndarray):
        return _sizes_of_numbers(arrays, known)
    table = np.full((6, len(known)), np.nan)
    with np.errstate(all="ignore"):
        for place in np.flatnonzero(known).tolist():
            checkpoint(place / len(known))
            table[:, place] = _size(np.asarray(arrays[place]))
    norm, largest, zeros, undefined, infinite, counted = table
    return Sizes(norm, largest, zeros, undefined, infinite, counted, known)


def _sizes_of_numbers(numbers: Floats, known: NDArray[np.bool_]) -> Sizes:
    size = np.where(known, np.abs(numbers), np.nan)
    finite = np.isfinite(size)
    lacking = np.where(known, 0.0, np.nan)
    return Sizes(
        norm=size,
        largest=np.where(finite, size, lacking),
        zeros=lacking + (known & (size == 0)),
        undefined=lacking + (known & np.isnan(numbers)),
        infinite=lacking + (known & np.isinf(numbers)),
        count=lacking + known,
        known=known,
    )


@dataclass(frozen=True, eq=False)
class Measures:
    """The sizes of all values and gradients of a trace."""

    trace: Trace
    values: Sizes
    gradients: Sizes

    def place(self, name: str) -> int:
        """The place of a value in the arrays."""
        return self.trace.plan.number[self.trace.graph.resolve(name)]

    @cached_property
    def pace(self) -> Floats:
        """(n,) ‖gradient‖/‖value‖ of each parameter and of what is made of parameters alone, else NaN.

        Times the learning rate it is the update/weight ratio. NaN too where the value is all zeros:
        nothing can be said about its share.
        """
        made = np.array([name in self.weights for name in self.trace.graph.values], dtype=bool)
        norm = np.where(made & (self.values.norm > 0), self.values.norm, np.nan)
        with np.errstate(all="ignore"):
            return np.asarray(self.gradients.norm / norm)

    @cached_property
    def weights(self) -> Mapping[str, tuple[str, ...]]:
        """The values that are made of parameters alone, and of which: the parameters and parts of them."""
        found: dict[str, tuple[str, ...]] = {}
        constant: set[str] = set()
        for node in self.trace.graph:
            inputs = [name for name in node.inputs if name]
            if node.op == "parameter":
                found[node.id] = (node.id,)
            elif node.op == "constant" or (inputs and all(name in constant for name in inputs)):
                constant.update(name for name in node.outputs if name)
            elif inputs and all(name in found or name in constant for name in inputs):
                roots = dict.fromkeys(root for name in inputs for root in found.get(name, ()))
                found.update({name: tuple(roots) for name in node.outputs if name})
        return found

    @cached_property
    def groups(self) -> Mapping[str, tuple[int, tuple[int, ...]]]:
        """Per group the place of its result, and the places of the weights that are used in it."""
        results = results_of(self.trace.graph, self.trace.output)
        used: dict[str, dict[int, None]] = {path: {} for path in results}
        for node in self.trace.graph:
            if not node.group or node.id in self.weights:
                continue
            places = [self.place(name) for name in node.inputs if name in self.weights]
            for path in enclosing(node.group):
                used[path].update(dict.fromkeys(places))
        return {path: (self.place(name), tuple(used[path])) for path, name in results.items()}

    @cached_property
    def group_paces(self) -> Mapping[str, float]:
        """Per group ‖gradients‖/‖weights‖ over the weights that are used in it; NaN without any."""
        return {path: self._pace(weights) for path, (_, weights) in self.groups.items()}

    def _pace(self, weights: tuple[int, ...]) -> float:
        places = [k for k in weights if self.gradients.known[k]]
        size, pull = norm_of(self.values.norm[places]), norm_of(self.gradients.norm[places])
        return pull / size if places and size > 0 else math.nan


def results_of(graph: Graph, output: str) -> Mapping[str, str]:
    """Per group the value that comes out of it: the last one that is used outside, or the output."""
    last: dict[str, str] = {}
    results: dict[str, str] = {}
    groups = {node.id: node.group for node in graph}
    for node in graph:
        around = enclosing(node.group)
        for path in around:
            last[path] = node.id
        for name in node.outputs if around else ():
            users = {groups[use.node] for use in graph.uses(name)} if name else set()
            for path in around:
                if name == output or any(user != path and not user.startswith(f"{path}/") for user in users):
                    results[path] = name
    return {path: results.get(path, last[path]) for path in graph.groups}


def measure(trace: Trace, checkpoint: Checkpoint = lambda share: None) -> Measures:
    """Measures every value and gradient of a trace, also of one that ended early."""
    count = len(trace.plan.number)
    values = trace.values
    known = np.array([value is not None for value in values], dtype=bool)
    reached = np.array(trace.plan.takes_gradient, dtype=bool)
    if trace.failure is not None or len(trace.gradients) != count:
        reached = np.zeros(count, dtype=bool)
    return Measures(
        trace,
        sizes_of(values, known, lambda share: checkpoint(share / 2)),
        sizes_of(trace.gradients, reached, lambda share: checkpoint(0.5 + share / 2)),
    )
