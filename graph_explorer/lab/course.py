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

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
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
        self.names = tuple(n for n, held in network.parameters.items() if held.array.dtype.kind == "f")
        if not self.names:
            raise InputError("there is nothing to train; add a [parameters] table with numbers")
        self.initial = {name: network.parameters[name].array for name in self.names}
        self.dtype = np.result_type(*(value.dtype for value in self.initial.values()))
        self.examples = examples_of(network, training)
        self.leaves = dict(network.leaves)
        self.output = network.output
        graph, detached = network.graph, network.read.detached
        self.plan = Plan(graph, self.output, self.names, detached)
        self._forward = Plan(graph, self.output, ())
        try:
            self.answers = {each: answer(each, graph, self.examples.target) for each in training.metrics}
        except InputError as error:
            raise TrainingError("metrics", error.message) from None
        self._refuse(network)

    def _refuse(self, network: Network) -> None:
        """Raises where the output is no loss, or where each step would have to draw by chance."""
        for node in network.graph:
            switch = node.inputs[2] if node.op == "Dropout" and len(node.inputs) > 2 else ""
            if switch and bool(np.any(self.leaves.get(switch, True))):
                raise InputError(
                    f"'{node.id}' would leave out the same entries in every step, and in validation too; "
                    "give dropout() training=false"
                )
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

    def given(self, portion: Portion) -> dict[str, Array]:
        """The leaves that hold these examples."""
        return {self.examples.inputs: portion.features, self.examples.target: portion.targets}

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

    def evaluation(self, point: Array, portion: Portion) -> tuple[float, dict[str, float]]:
        """Loss and metrics of some examples, at least one, with the parameters in `point`."""
        loss, metrics = 0.0, dict.fromkeys((each.name for each in self.answers), 0.0)
        parameters = self.leaves | self.unpacked(point)
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
