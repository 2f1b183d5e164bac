"""Remedies weighed: each one tried on the document, and measured before and after.

The one rule: what helps in general may do harm here, so nothing is offered without its numbers on this
document; what made things worse says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.health import KINDS
from graph_explorer.engine.notation import number
from graph_explorer.lab.flow import USUAL_RATIO, Flow, Probe
from graph_explorer.lab.training import read_training
from graph_explorer.remedies.offered import OFFERED
from graph_explorer.remedies.steps import first_update
from graph_explorer.remedies.table import REMEDIES, Remedy

Checkpoint = Callable[[float], None]
Verdict = Literal["gone", "better", "same", "worse", "impossible"]

#: The order in which offers are shown.
_ORDER: tuple[Verdict, ...] = ("gone", "better", "same", "worse", "impossible")
#: A change of less than this part counts as none.
_SAME = 0.02


@dataclass(frozen=True, eq=False)
class Sight:
    """A document looked at: its flow, and how long its first update is."""

    flow: Flow
    update: float

    def has(self, kind: str) -> bool:
        return any(each.kind == kind for each in self.flow.findings)

    @property
    def problems(self) -> set[str]:
        """The kinds of what is ill."""
        return {each.kind for each in self.flow.findings if each.severity == "problem"}


@dataclass(frozen=True, eq=False)
class Offer:
    """A remedy for a finding on one document.

    `document` is what it makes, None where it is impossible, and then `sentence` says why; else it says
    what changes. `before` and `after` are the numbers that it compares.
    """

    remedy: Remedy
    verdict: Verdict
    sentence: str
    document: Document | None = None
    before: float = math.nan
    after: float = math.nan
    sight: Sight | None = None


def sight_of(document: Document, checkpoint: Checkpoint = lambda share: None) -> Sight:
    """Looks at a document as it begins: on examples of its training, or on its own inputs."""
    training = read_training(document.training) if "data" in document.training else None
    probe = Probe(document, training)
    trace = probe.trace({})
    update = first_update(document, trace)
    ratios = {} if math.isnan(update) else dict.fromkeys(probe.parameters, update)
    return Sight(probe.at({}, ratios, checkpoint=checkpoint), update)


def offers(kind: str, document: Document, checkpoint: Checkpoint = lambda share: None) -> tuple[Offer, ...]:
    """Every remedy for a kind of finding, what helps most first; `InputError` where nothing can be run."""
    names = OFFERED.get(kind, ())
    before = sight_of(document)
    found: list[Offer] = []
    for place, name in enumerate(names):
        checkpoint(place / len(names))
        found.append(_tried(REMEDIES[name], kind, document, before))
    return tuple(sorted(found, key=lambda offer: _ORDER.index(offer.verdict)))


def _tried(remedy: Remedy, kind: str, document: Document, before: Sight) -> Offer:
    try:
        made = remedy.apply(document)
        after = sight_of(made)
    except InputError as error:
        return Offer(remedy, "impossible", f"Not here: {error.message}.")
    measure = _UPDATE if remedy.of_training else MEASURES.get(kind) or _counted(kind)
    numbers = measure.of(before), measure.of(after)
    verdict = _judged(kind, before, after, measure)
    sentence = f"{measure.title}: {number(numbers[0], 3)} → {number(numbers[1], 3)}."
    worse = _harm(before, after)
    if worse:
        sentence += f" But then: {', '.join(KINDS[each].title.lower() for each in worse)}."
    elif after.problems - before.problems:
        sentence += " Lower the learning rate with it: its updates are too large."
    return Offer(remedy, verdict, sentence, made, *numbers, after)


def _harm(before: Sight, after: Sight) -> list[str]:
    """What is ill only then, but for updates too large: a gradient that is back asks for smaller steps."""
    return sorted(after.problems - before.problems - {"large update"})


def _judged(kind: str, before: Sight, after: Sight, measure: Measure) -> Verdict:
    if _harm(before, after):
        return "worse"
    if before.has(kind) and not after.has(kind):
        return "gone"
    ills = measure.ill(measure.of(before)), measure.ill(measure.of(after))
    if not all(map(math.isfinite, ills)) or abs(ills[1] - ills[0]) <= _SAME * abs(ills[0]):
        return "same"
    return "better" if ills[1] < ills[0] else "worse"


@dataclass(frozen=True)
class Measure:
    """What is compared for a kind of finding, and how ill a number is: 0 is well."""

    title: str
    of: Callable[[Sight], float]
    ill: Callable[[float], float] = abs


def _decades(value: float) -> float:
    return abs(math.log10(value)) if 0 < value < math.inf else math.inf


def _share(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else 0.0


_RATIO = Measure("First layer's gradient to the last's", lambda sight: sight.flow.ratio, _decades)
_UPDATE = Measure(
    "First update, relative to the weights", lambda sight: sight.update,
    lambda value: _decades(value / USUAL_RATIO),
)  # fmt: skip


def _counted(kind: str) -> Measure:
    """How many values a kind of finding is about."""

    def count(sight: Sight) -> float:
        return float(len({name for each in sight.flow.findings if each.kind == kind for name in each.nodes}))

    return Measure(f"Values with this finding ({KINDS[kind].title.lower()})", count)


#: Kind of finding → what its remedies are measured by; others by the number of values that it is about.
MEASURES: Mapping[str, Measure] = {
    "large update": _UPDATE,
    "small update": _UPDATE,
    "vanishing": _RATIO,
    "exploding": _RATIO,
    "dead": Measure("Dead units, the most of a layer", lambda sight: _share(sight.flow.dead)),
    "saturated": Measure(
        "Saturated entries, the most of a layer", lambda sight: _share(sight.flow.saturated)
    ),
}
