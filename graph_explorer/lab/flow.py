"""The flow of gradients through the layers of a network, measured again and again on the same examples.

A layer is where weights meet the signal, as in the health of a run; here the same is measured at any
parameters of a training, so that layers can be followed over time. Sizes of updates come from the
training itself, parameter by parameter.

The one rule: all moments are measured on one fixed batch, the probe; what changes from moment to moment
is the parameters alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Node
from graph_explorer.engine.health import Finding, Measures, examine, measure, norm_of
from graph_explorer.engine.health.bounds import bound
from graph_explorer.engine.health.chains import levels_of
from graph_explorer.engine.health.finding import ordered
from graph_explorer.engine.health.units import GATES, SQUASHING, closed_units, saturation
from graph_explorer.engine.notation import number
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Trace
from graph_explorer.lab.network import Network
from graph_explorer.lab.portions import Portion, examples_of
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]
Floats = NDArray[np.float64]
Checkpoint = Callable[[float], None]

#: The probe takes so many examples: enough to call a unit dead, few enough to be measured at once.
EXAMPLES = 64
#: An update of this part of the parameter's own length is usual: A. Karpathy, CS231n, Neural Networks 3.
USUAL_RATIO = 1e-3
#: What is said of updates by a run with one learning rate; a training knows how far it really went.
_BY_RATE = frozenset({"large update", "small update"})
#: An activation is looked for so many nodes behind its layer.
_FURTHEST = 8


@dataclass(frozen=True)
class Layer:
    """One layer of the deepest chain, or several side by side.

    `values` are what they give, before any activation, `activations` the values that they become,
    `parameters` what is learnt there, weights first, and `weights` these or the parts of them that this
    layer takes.
    """

    values: tuple[str, ...]
    activations: tuple[str, ...]
    weights: tuple[str, ...]
    parameters: tuple[str, ...]

    @property
    def place(self) -> str:
        """The value that stands for the layer."""
        return self.values[0]


@dataclass(frozen=True, eq=False)
class Flow:
    """One moment: arrays (layers,), NaN where nothing can be said.

    `gradients` are the norms of the gradients of what the layers give, `weights` and
    `weight_gradients` those of the weights, `means` and `deviations` those of the activations, `dead`
    and `saturated` the shares of units and entries. `findings` are what is ill, the gravest first.
    """

    layers: tuple[Layer, ...]
    gradients: Floats
    weights: Floats
    weight_gradients: Floats
    means: Floats
    deviations: Floats
    dead: Floats
    saturated: Floats
    findings: tuple[Finding, ...]

    @property
    def ratio(self) -> float:
        """The norm of the gradient at the first layer divided by that at the last."""
        if len(self.layers) < 2:
            return math.nan
        with np.errstate(all="ignore"):
            return float(self.gradients[0] / self.gradients[-1])

    @property
    def sentence(self) -> str:
        """What is the matter, in one sentence."""
        problem = next((each for each in self.findings if each.severity == "problem"), None)
        if problem is not None:
            return problem.sentence
        if math.isfinite(self.ratio):
            return (
                f"The gradient gets through: its norm at the first of {len(self.layers)} layers is "
                f"{number(self.ratio, 3)} times that at the last."
            )
        return self.findings[0].sentence if self.findings else "Nothing ill was found on these examples."


class Probe:
    """A fixed batch and a plan: the flow at any parameters. `InputError` where the examples are none.

    Without a `training` the document's own inputs are the batch.
    """

    def __init__(self, network: Network, training: Training | None = None) -> None:
        self._leaves = dict(network.leaves)
        if training is not None:
            examples = examples_of(network, training)
            probe = _spread(examples.training)
            self._leaves |= {examples.inputs: probe.features, examples.target: probe.targets}
        floats = [name for name, each in network.parameters.items() if each.array.dtype.kind == "f"]
        self.parameters = tuple(floats)
        self._plan = Plan(network.graph, network.output, floats, network.read.detached)
        self._layers: tuple[Layer, ...] | None = None

    def trace(self, parameters: Mapping[str, Array]) -> Trace:
        """The run on the probe."""
        return execute(self._plan, self._leaves | dict(parameters))

    def at(
        self,
        parameters: Mapping[str, Array],
        updates: Mapping[str, float] | None = None,
        rate: float = 0.1,
        checkpoint: Checkpoint = lambda share: None,
    ) -> Flow:
        """The flow with these parameters.

        `updates` are the lengths of the last update relative to each parameter, where one has been
        made; else an update by plain descent at `rate` is thought of.
        """
        measures = measure(self.trace(parameters), checkpoint)
        if self._layers is None:
            self._layers = tuple(_layers(measures))
        found = list(examine(measures.trace, rate, checkpoint, measures).findings)
        if updates is not None:
            found = [each for each in found if each.kind not in _BY_RATE]
            found += _updates(updates, {**self._leaves, **parameters})
        rows = [_row(measures, layer) for layer in self._layers]
        numbers = iter(np.array(rows, dtype=float).reshape(len(rows), 7).T)
        gradients, weights, pulls, means, deviations, dead, saturated = numbers
        return Flow(
            self._layers, gradients, weights, pulls, means, deviations, dead, saturated, ordered(found)
        )


def _spread(portion: Portion) -> Portion:
    """Examples from all of a portion, evenly spaced: always the same."""
    count = min(EXAMPLES, len(portion))
    return portion.rows(np.linspace(0, len(portion) - 1, count).round().astype(int))


# ── layers ────────────────────────────────────────────────────────────────────────────────────────


def _layers(measures: Measures) -> Iterator[Layer]:
    for level in levels_of(measures):
        weights: dict[str, None] = {}
        activations: dict[str, None] = {}
        for name in level:
            for node in (measures.trace.graph.node(name), *_following(measures, name)):
                weights |= dict.fromkeys(one for one in node.inputs if one in measures.weights)
                if _activates(node):
                    activations[node.id] = None
        parameters = dict.fromkeys(root for one in weights for root in measures.weights[one])
        yield Layer(tuple(level), tuple(activations), tuple(weights), tuple(parameters))


def _following(measures: Measures, name: str) -> Iterator[Node]:
    """What comes behind a layer, up to its activation and as long as there is one way to go."""
    graph = measures.trace.graph
    for _ in range(_FURTHEST):
        users = {use.node for use in graph.uses(name)}
        if len(users) != 1:
            return
        node = graph.node(users.pop())
        others = [one for one in node.inputs if one and one != name]
        fixed = all(one in measures.weights or graph.node(one).op in ("constant", "input") for one in others)
        if not fixed and node.op != "Add":  # sums with other signals, as in a recurrent cell, go on
            return
        if node.op in ("MatMul", "Gemm", "Conv") or node.id == measures.trace.output:
            return
        yield node
        if _activates(node):
            return
        name = node.id


def _activates(node: Node) -> bool:
    return node.op in SQUASHING or node.op in GATES or node.op in _SMOOTH


_SMOOTH = frozenset({"Gelu", "Elu", "Selu", "Celu", "LeakyRelu", "PRelu", "Softplus", "Swish", "Mish"})


def _row(measures: Measures, layer: Layer) -> tuple[float, ...]:
    """The numbers of a layer in the order of `Flow`."""
    trace = measures.trace
    places = [measures.place(name) for name in layer.values]
    learnt = [measures.place(name) for name in layer.weights]
    learnt = [place for place in learnt if measures.gradients.known[place]]
    shown = [name for name in layer.activations or layer.values if trace.has_value(name)]
    values = [np.ravel(trace.value(name)) for name in shown]
    together = np.concatenate(values).astype(float) if values else np.full(1, np.nan)
    with np.errstate(all="ignore"):
        return (
            float(np.max(measures.gradients.norm[places])),
            norm_of(measures.values.norm[learnt]) if learnt else math.nan,
            norm_of(measures.gradients.norm[learnt]) if learnt else math.nan,
            float(together.mean()),
            float(together.std()),
            _share(closed_units(trace, trace.graph.node(name)) for name in layer.activations),
            _share(saturation(trace, trace.graph.node(name)) for name in layer.activations),
        )


def _share(counts: Iterator[tuple[Any, ...] | None]) -> float:
    known = [each for each in counts if each is not None]
    return sum(each[0] for each in known) / sum(each[1] for each in known) if known else math.nan


# ── updates as they were made ─────────────────────────────────────────────────────────────────────


def overall(ratios: Mapping[str, float], parameters: Mapping[str, Array]) -> float:
    """How long an update was relative to all parameters together; NaN where nothing is known."""
    sizes = {name: norm_of(parameters[name]) for name, ratio in ratios.items() if not math.isnan(ratio)}
    whole = norm_of(list(sizes.values()))
    moved = norm_of([ratios[name] * size for name, size in sizes.items()])
    return moved / whole if whole > 0 else math.nan


def _updates(ratios: Mapping[str, float], parameters: Mapping[str, Array]) -> Iterator[Finding]:
    found = overall(ratios, parameters)
    if not math.isfinite(found) or bound("small update") <= found <= bound("large update"):
        return
    known = {name: ratio for name, ratio in ratios.items() if math.isfinite(ratio)}
    large = found > 1
    name = (max if large else min)(known, key=known.__getitem__)
    yield Finding(
        "large update" if large else "small update",
        "problem" if large else "note",
        name,
        f"The last update moved the parameters by {number(found, 3)} times their own length; around "
        f"{USUAL_RATIO:g} is usual. The {'largest' if large else 'smallest'} is that of '{name}', "
        f"{number(known[name], 3)}.",
        {"ratio": found, "usual": USUAL_RATIO},
        weight=found if large else -found,
    )
