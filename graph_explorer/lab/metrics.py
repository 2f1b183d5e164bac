"""What is measured beside the loss: how many examples are classified rightly.

A text names a metric: `accuracy`, or `accuracy:of=p` where the values of `p` are the answer.

The one rule: a metric reads values that the run has computed anyway; it adds nothing to the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.graph import Graph
from graph_explorer.lab.hyperparameters import split

Array = np.ndarray[Any, Any]

#: Losses that take scores and classes, so that what the answer is need not be said.
_CLASSIFYING = ("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")


@dataclass(frozen=True)
class Metric:
    """A metric and the value that it looks at; "" is the one that the loss compares with the target."""

    name: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.name}:of={self.of}" if self.of else self.name


def _accuracy(answers: Array, targets: Array, middle: float) -> float:
    """The part of the examples whose class is found.

    Scores of several classes (examples, classes): the largest one. One number an example: whether it
    lies above `middle`, as a probability above one half does.
    """
    if answers.shape[0] != targets.shape[0]:
        raise InputError(
            f"accuracy: {answers.shape[0]} answers for {targets.shape[0]} examples; name a value with one "
            "row an example"
        )
    rows = answers.reshape(len(answers), -1)
    wanted = targets.reshape(len(targets), -1)
    if rows.shape[1] > 1:
        classes = wanted.argmax(axis=1) if wanted.shape[1] > 1 else wanted[:, 0]
        return float(np.mean(rows.argmax(axis=1) == classes))
    return float(np.mean((rows > middle) == (wanted > middle)))


#: Name of a metric → its number from answers and targets, one row an example each.
METRICS = {"accuracy": _accuracy}


def read_metric(text: str) -> Metric:
    """The metric that a text names."""
    name, pairs = split(text)
    if name not in METRICS:
        raise InputError(f"unknown metric '{name}'; {nearest(name, METRICS)}")
    for pair in pairs:
        if pair.key != "of":
            raise InputError(f"{name} has no '{pair.key}'; write {name}:of=NAME")
    return Metric(name, pairs[-1].value if pairs else "")


def answer(metric: Metric, graph: Graph, target: str) -> str:
    """The value of `graph` that the metric looks at."""
    if metric.of:
        return graph.resolve(metric.of)
    found = list(dict.fromkeys(_compared(graph, target)))
    if len(found) != 1:
        raise InputError(
            f"which value holds the answer cannot be told from the loss; write {metric.name}:of=NAME"
        )
    return found[0]


def _compared(graph: Graph, target: str) -> Iterator[str]:
    """The scores of every loss that takes the target as classes."""
    same = [target]
    for name in same:
        for use in graph.uses(name):
            node = graph.node(use.node)
            if node.op in _CLASSIFYING and use.input_index == 1:
                yield node.inputs[0]
            elif len([given for given in node.inputs if given]) == 1:
                same.append(node.outputs[0])


def measured(
    metrics: Mapping[Metric, str], values: Mapping[str, Array], targets: Array, middle: float
) -> dict[str, float]:
    """Every metric by its name, from the values under the names of the answers.

    `middle` lies between the two targets where a target is one number.
    """
    return {
        metric.name: METRICS[metric.name](values[name], targets, middle) for metric, name in metrics.items()
    }
