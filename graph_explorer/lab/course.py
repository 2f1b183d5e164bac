"""What does not change during a training: the graph, the examples, the order of the parameters.

All parameters lie one behind the other in one vector, which the optimizer takes as one point.

The one rule: a course is made once for a training and changes nothing; whatever moves is handed in.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.chance import drawing_nodes, seeded_attributes
from graph_explorer.engine.compiled.passes import Passes
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.lab.inference import inference, remembered
from graph_explorer.lab.metrics import answer, measured
from graph_explorer.lab.network import Network
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.portions import Portion, examples_of
from graph_explorer.lab.training import Training, TrainingError

Array = np.ndarray[Any, Any]

#: Loss and metrics are computed of this many examples at a time, so that memory stays bounded.
CHUNK = 4096


class Course:
    """A document made ready to be trained with some settings; `InputError` where it cannot be."""

    def __init__(self, network: Network, training: Training) -> None:
        self.training = training
        self.settings: MethodSettings = training.optimizer
        graph, detached = network.graph, network.read.detached
        held = {**network.inputs, **network.parameters}
        #: leaves that hold what a batch normalisation remembers → the value that they get after a step
        self.remembered = remembered(graph, held)
        self.names = tuple(
            name
            for name, each in network.parameters.items()
            if each.array.dtype.kind == "f" and name not in self.remembered
        )
        if not self.names:
            raise InputError("there is nothing to train; add a [parameters] table with numbers")
        self.initial = {name: network.parameters[name].array for name in self.names}
        self.dtype = np.result_type(*(value.dtype for value in self.initial.values()))
        self.examples = examples_of(network, training)
        self.leaves = dict(network.leaves)
        self.output = network.output
        self.plan = Plan(graph, self.output, self.names, detached)
        self._passes = Passes(self.plan, tuple(self.remembered.values()))
        self._drawing = tuple(node for node in drawing_nodes(graph) if not self._is_off(node))
        self._forward = Plan(inference(graph, held), self.output, ())
        try:
            self.answers = {each: answer(each, graph, self.examples.target) for each in training.metrics}
        except InputError as error:
            raise TrainingError("metrics", error.message) from None
        self._refuse()

    def _refuse(self) -> None:
        """Raises where the output is no loss."""
        first = self.examples.training.rows(slice(0, self.batch_size))
        found = execute(self._forward, self.leaves | self.given(first))
        if found.failure is not None:
            raise found.failure
        shape = found.value(self.output).shape
        if shape:
            raise InputError(
                f"'{self.output}' has the shape {shape}; training needs one number as the output, the loss"
            )

    @property
    def batch_size(self) -> int:
        count = len(self.examples.training)
        return min(self.training.batch_size or count, count)

    @property
    def steps_of_an_epoch(self) -> int:
        return -(-len(self.examples.training) // self.batch_size)

    @property
    def updates(self) -> int:
        """How many updates the whole training makes."""
        return self.training.epochs * self.steps_of_an_epoch // self.training.accumulate

    def given(self, portion: Portion) -> dict[str, Array]:
        """The leaves that hold these examples."""
        return {self.examples.inputs: portion.features, self.examples.target: portion.targets}

    # ── what is drawn by chance ───────────────────────────────────────────────────────────────────

    def _is_off(self, node: Node) -> bool:
        """Whether a node drops nothing, however it draws."""
        switch = node.inputs[2] if len(node.inputs) > 2 else ""
        return node.op == "Dropout" and not bool(np.any(self.leaves.get(switch, bool(switch))))

    def seeds(self, step: int) -> dict[str, int]:
        """What each node that draws by chance draws from in a step (from 0): so none draws the same twice.

        They follow from the seeds of training and node, the step and the place of the node, and stay
        below 2²⁴, the whole numbers that ONNX's seeds of 32 bits hold exactly.
        """
        return {
            node.id: int(
                np.random.SeedSequence(
                    (self.training.seed, 4, step, place, int(node.attributes.get("seed") or 0) % 2**32)
                ).generate_state(1)[0]
                % 2**24
            )
            for place, node in enumerate(self._drawing)
        }

    def passes(self, step: int, leaves: Mapping[str, Array]) -> tuple[Array, Array, Mapping[str, Array]]:
        """The loss of a step, its gradient in one vector, and what batch normalisation will remember."""
        seeds = self.seeds(step)
        drawn = {
            self.plan.graph.index(node.id): seeded_attributes(node, seeds[node.id]) for node in self._drawing
        }
        vector = np.empty(sum(value.size for value in self.initial.values()), self.dtype)
        views = self.unpacked(vector)
        loss, found, seen = self._passes(leaves, drawn, views)
        for name in views.keys() - found.keys():
            views[name].fill(0)
        one_type = all(value.dtype == self.dtype for value in self.initial.values())
        return loss, vector if one_type else self.packed(found), seen

    # ── parameters, one behind the other ──────────────────────────────────────────────────────────

    @cached_property
    def _places(self) -> Mapping[str, slice]:
        ends = itertools.accumulate(value.size for value in self.initial.values())
        return {
            name: slice(end - value.size, end)
            for (name, value), end in zip(self.initial.items(), ends, strict=True)
        }

    def packed(self, values: Mapping[str, Array]) -> Array:
        """The parameters in one vector; zero for those that are not among `values`."""
        parts = [np.ravel(values[n] if n in values else np.zeros_like(self.initial[n])) for n in self.names]
        return np.concatenate(parts).astype(self.dtype, copy=False)

    def unpacked(self, point: Array) -> dict[str, Array]:
        """The parameters, each in its own shape and type: views into the vector where they can be."""
        return {
            name: point[place].reshape(self.initial[name].shape).astype(self.initial[name].dtype, copy=False)
            for name, place in self._places.items()
        }

    def norms(self, vector: Array) -> dict[str, float]:
        """The length of each parameter's part of a vector."""
        with np.errstate(all="ignore"):
            return {name: float(np.linalg.norm(vector[place])) for name, place in self._places.items()}

    # ── measuring ─────────────────────────────────────────────────────────────────────────────────

    def evaluation(
        self, point: Array, portion: Portion, remembered: Mapping[str, Array] | None = None
    ) -> tuple[float, dict[str, float]]:
        """Loss and metrics of some examples, at least one, with the parameters in `point`.

        Nothing is left out by chance; batch normalisation uses the moments that are `remembered`, at first
        those of the document.
        """
        loss, metrics = 0.0, dict.fromkeys((each.name for each in self.answers), 0.0)
        parameters = self.leaves | dict(remembered or {}) | self.unpacked(point)
        for begin in range(0, len(portion), CHUNK):
            part = portion.rows(slice(begin, begin + CHUNK))
            trace = execute(self._forward, parameters | self.given(part))
            if trace.failure is not None:
                raise trace.failure
            share = len(part) / len(portion)
            loss += share * float(trace.value(self.output))
            values = {name: trace.value(name) for name in self.answers.values()}
            for name, number in measured(self.answers, values, part.targets, self.examples.middle).items():
                metrics[name] += share * number
        return loss, metrics
