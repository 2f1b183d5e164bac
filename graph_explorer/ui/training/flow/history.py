"""The flow of a run over time: what was measured at its checkpoints, and after its epochs.

The one rule: what was measured once is kept; a checkpoint that is new is measured by a job.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.lab.flow import EXAMPLES, USUAL_RATIO, Flow, Layer, Probe, overall
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import Training, read_training
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.widgets.histogram import binned

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]
_BARS = 32


@dataclass(frozen=True)
class Quantity:
    """Something that is followed. `of_layers`: measured on the probe; else told by each epoch."""

    title: str
    hint: str
    of_layers: bool
    logarithmic: bool
    usual: float | None = None


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "gradient": Quantity(
            "Gradient", f"The norm of the gradient of what each layer gives, on {EXAMPLES} fixed examples",
            True, True,
        ),
        "weights": Quantity(
            "Weight gradient", "The norm of each parameter's gradient at the last step of an epoch",
            False, True,
        ),
        "update": Quantity(
            "Update", f"The last update relative to its parameter; around {USUAL_RATIO:g} is usual (CS231n)",
            False, True, USUAL_RATIO,
        ),
        "spread": Quantity(
            "Activations", f"The standard deviation of what each layer passes on, on {EXAMPLES} examples",
            True, True,
        ),
        "dead": Quantity(
            "Dead", f"The share of units that are closed for all of {EXAMPLES} fixed examples", True, False
        ),
        "saturated": Quantity(
            "Saturated", f"The share of entries where an activation is flat, on {EXAMPLES} fixed examples",
            True, False,
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rows:
    """Numbers (rows, columns) of one quantity; a row is a layer or parameter, a column an epoch.

    `places` are what a row leads to in the graph.
    """

    labels: tuple[str, ...]
    places: tuple[str, ...]
    epochs: tuple[int, ...]
    values: Array


@dataclass(frozen=True, eq=False)
class Spread:
    """How numbers are spread: counts (bars,) between `low` and `high`; what is no number is not counted."""

    low: float
    high: float
    counts: Array


@dataclass(frozen=True, eq=False)
class History:
    """All that is known of a run: flows by epoch; parameters, flow and histograms at the epoch looked at."""

    run: TrainingRun | None
    flows: Mapping[int, Flow]
    now: Flow
    parameters: Mapping[str, Array]
    epoch: int
    spreads: tuple[tuple[Spread, Spread, Spread], ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.now.layers

    def rows(self, quantity: str) -> Rows:
        """The numbers of a quantity over time."""
        if not QUANTITIES[quantity].of_layers:
            return self._by_parameter(quantity)
        epochs = tuple(sorted(self.flows))
        columns = [_of_flow(self.flows[epoch], quantity) for epoch in epochs]
        values = np.stack(columns, axis=1) if columns else np.zeros((len(self.layers), 0))
        return Rows(
            tuple(layer_title(layer) for layer in self.layers),
            tuple(layer.place for layer in self.layers),
            epochs,
            values,
        )

    def update(self, k: int) -> float:
        """How long the last update of a layer was, relative to its parameters; NaN where there was none."""
        epoch = self.run.epoch(self.epoch) if self.run is not None else None
        if epoch is None:
            return math.nan
        known = [name for name in self.layers[k].parameters if name in epoch.update_ratios]
        return overall({name: epoch.update_ratios[name] for name in known}, self.parameters)

    def _by_parameter(self, quantity: str) -> Rows:
        names = list(dict.fromkeys(name for layer in self.layers for name in layer.parameters))
        epochs = self.run.epochs if self.run is not None else ()
        known = list(epochs[-1].gradient_norms) if epochs else []
        names = [name for name in names if name in known] + [name for name in known if name not in names]
        tables = [each.gradient_norms if quantity == "weights" else each.update_ratios for each in epochs]
        values = np.array([[table.get(name, np.nan) for table in tables] for name in names], dtype=float)
        return Rows(
            tuple(names), tuple(names), tuple(each.number for each in epochs),
            values.reshape(len(names), len(tables)),
        )  # fmt: skip


def _of_flow(flow: Flow, quantity: str) -> Array:
    return {
        "gradient": flow.gradients,
        "spread": flow.deviations,
        "dead": flow.dead,
        "saturated": flow.saturated,
    }[quantity]


def layer_title(layer: Layer) -> str:
    """What a layer is called: its parameters, or the value that it gives where they are shared."""
    place = layer.place.rsplit("/", 1)
    where = f"{place[0]}: " if len(place) == 2 else ""
    return where + ", ".join(layer.parameters[:3]) + (", …" if len(layer.parameters) > 3 else "")


class Measuring:
    """Measures runs; keeps what it knows of each. Used by one thread at a time."""

    def __init__(self) -> None:
        self._probes: dict[int, tuple[Document, Training | None, Probe]] = {}
        self._flows: dict[int, dict[int, tuple[Standing, Flow]]] = {}

    def history(
        self, run: TrainingRun, parameters: Mapping[str, Array], epoch: int, checkpoint: Checkpoint
    ) -> History:
        """The history of a run, and the flow with these parameters, which are those after `epoch`."""
        probe = self._probe(run.number, run.document, run.training)
        known = self._flows.setdefault(run.number, {})
        kept = {each.epoch: each for each in run.standings if not each.position}
        for number in [number for number in known if known[number][0] is not kept.get(number)]:
            del known[number]
        for place, (number, standing) in enumerate(kept.items()):
            checkpoint(place / len(kept))
            if number not in known:
                known[number] = (standing, probe.at(standing.parameters, _ratios(run, number)))
        now = probe.at(parameters, _ratios(run, epoch), checkpoint=checkpoint)
        flows = {number: flow for number, (_, flow) in known.items()}
        spreads = _spreads(probe, now, parameters)
        return History(run, MappingProxyType(flows), now, parameters, epoch, spreads)

    def alone(self, document: Document, checkpoint: Checkpoint) -> History:
        """The flow of a document of which there is no run."""
        training = read_training(document.training) if "data" in document.training else None
        probe = self._probe(0, document, training)
        now = probe.at({}, checkpoint=checkpoint)
        return History(None, MappingProxyType({0: now}), now, {}, 0, _spreads(probe, now, {}))

    def _probe(self, number: int, document: Document, training: Training | None) -> Probe:
        found = self._probes.get(number)
        if found is None or found[0] is not document or found[1] != training:
            self._probes[number] = (document, training, Probe(document, training))
            self._flows.pop(number, None)
        return self._probes[number][2]

    def forget(self, numbers: frozenset[int]) -> None:
        """Keeps only what is known of these runs."""
        kept = numbers | {0}
        self._probes = {number: each for number, each in self._probes.items() if number in kept}
        self._flows = {number: each for number, each in self._flows.items() if number in numbers}


def _ratios(run: TrainingRun, epoch: int) -> Mapping[str, float] | None:
    found = run.epoch(epoch)
    return found.update_ratios if found is not None else {}


def _spreads(
    probe: Probe, flow: Flow, parameters: Mapping[str, Array]
) -> tuple[tuple[Spread, Spread, Spread], ...]:
    """Per layer how its weights, their gradients and its activations are spread."""
    trace = probe.trace(parameters)
    if trace.failure is not None:
        return ()
    found = []
    for layer in flow.layers:
        shown = [name for name in layer.activations or layer.values if trace.has_value(name)]
        weights = [trace.value(name) for name in layer.weights]
        gradients = [trace.gradient(name) for name in layer.weights if trace.has_gradient(name)]
        found.append((_spread(weights), _spread(gradients), _spread([trace.value(name) for name in shown])))
    return tuple(found)


def _spread(arrays: list[Array]) -> Spread:
    values = np.concatenate([np.ravel(each) for each in arrays]).astype(float) if arrays else np.zeros(0)
    values = values[np.isfinite(values)]
    if not values.size:
        return Spread(0.0, 0.0, np.zeros(0))
    counts, low, high = binned(values, _BARS)
    return Spread(low, high, counts)
