"""Numbers that are about to leave the range of their type, and updates out of proportion.

The one rule: how large is too large follows from the type of the array, or from what the number is
to be added to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from graph_explorer.engine.health.bounds import bound
from graph_explorer.engine.health.finding import Finding
from graph_explorer.engine.health.measures import Measures, Sizes, norm_of
from graph_explorer.engine.notation import number

Array = np.ndarray[Any, Any]


def _limits(array: Any) -> tuple[float, float]:
    """From which magnitude on an array of this type is close to overflow, and its smallest normal number."""
    kind = np.asarray(array).dtype
    if kind.kind != "f":
        return math.inf, 0.0
    limits = np.finfo(kind)
    return float(limits.max) ** bound("overflow"), float(limits.tiny)


def close_to_overflow(measures: Measures) -> Iterator[Finding]:
    """Values and gradients whose squares would be infinite."""
    trace = measures.trace
    kinds = (("value", measures.values, trace.values), ("gradient", measures.gradients, trace.gradients))
    for what, sizes, arrays in kinds:
        # the smallest limit of any type spares looking at nearly all arrays
        for place in np.flatnonzero(sizes.known & (sizes.largest >= _limits(np.float16(0))[0])).tolist():
            limit, _ = _limits(arrays[place])
            if sizes.largest[place] >= limit:
                yield _overflow(measures, what, sizes, place, arrays[place])


def _overflow(measures: Measures, what: str, sizes: Sizes, place: int, array: Any) -> Finding:
    name, largest = measures.trace.graph.values[place], float(sizes.largest[place])
    kind = np.asarray(array).dtype
    most = float(np.finfo(kind).max)
    return Finding(
        "overflow",
        "note" if kind == np.float16 else "problem",
        name,
        f"The {what} of '{name}' reaches {number(largest)}; its square would be infinite in {kind.name}, "
        f"which ends at {number(most)}.",
        {"largest": largest, "end of the type": most},
        weight=math.log(largest) / math.log(most),
    )


def lost_in_rounding(measures: Measures) -> Iterator[Finding]:
    """Gradients of parameters whose largest entry is too small for a normal number of its type."""
    trace, sizes = measures.trace, measures.gradients
    for node in trace.graph.leaves("parameter"):
        place = measures.place(node.id)
        if not sizes.known[place] or not 0 < sizes.largest[place] < 1e-4:
            continue
        array = np.asarray(trace.gradients[place])
        _, tiny = _limits(array)
        if sizes.largest[place] < tiny:
            largest = float(sizes.largest[place])
            yield Finding(
                "underflow",
                "problem",
                node.id,
                f"The largest entry of the gradient of '{node.id}' is {number(largest)}: below the smallest "
                f"normal number of {array.dtype.name}, {number(tiny)}, digits are lost, and soon it is 0.",
                {"largest": largest, "smallest normal": tiny},
                weight=tiny / largest,
            )


def updates(measures: Measures, rate: float) -> Iterator[Finding]:
    """One update, at a learning rate, compared with the parameters as they are, all of them as one."""
    names = [node.id for node in measures.trace.graph.leaves("parameter")]
    places = [k for k in map(measures.place, names) if measures.gradients.known[k]]
    weights, gradients = measures.values.norm[places], measures.gradients.norm[places]
    size, pull = norm_of(weights), norm_of(gradients)
    ratio = rate * pull / size if size > 0 else math.nan
    if not math.isfinite(ratio) or bound("small update") <= ratio <= bound("large update"):
        return
    place = places[int(np.argmax(gradients))]
    name = measures.trace.graph.values[place]
    large = ratio > 1
    yield Finding(
        "large update" if large else "small update",
        "note",
        name,
        f"With a learning rate of {number(rate)} one update moves the parameters by {number(ratio, 3)} times "
        f"their own length{'' if pull else ', not at all'}; the largest gradient is that of '{name}', "
        f"{number(float(measures.gradients.norm[place]))}.",
        {"ratio": ratio, "rate": rate, "gradient": pull, "weights": size},
        weight=ratio if large else -ratio,
    )  # fmt: skip
