"""What a network answers to examples: classes with probabilities, numbers, or its input again.

The answer is the value that the loss compares with the target. It is found in the graph, so that a
document need not say which one it is; metrics that name a value are believed.

The one rule: an answer is a run of the document's own graph, as it is tried and not as it is trained,
with other parameters and examples; nothing about a network is assumed that its graph does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.lab.inference import inference
from graph_explorer.lab.metrics import answer as answer_of_metric
from graph_explorer.lab.network import Network
from graph_explorer.lab.portions import Examples, Portion, examples_of
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]
#: How numbers become classes: softmax of scores, exponentials of logarithms, probabilities as they
#: are, nearness to the targets; or they are no classes but numbers.
Reading = Literal["scores", "logarithms", "probabilities", "nearness", "numbers"]

#: Examples are answered so many at a time, so that memory stays bounded.
CHUNK = 4096
_READINGS: Mapping[str, Reading] = {
    "SoftmaxCrossEntropyLoss": "scores",
    "NegativeLogLikelihoodLoss": "logarithms",
}
_PROBABLE = frozenset({"Sigmoid", "Softmax", "HardSigmoid"})
#: Through these a target stays the same examples, in another form.
_INDEXING = frozenset({"Gather", "Slice"})


@dataclass(frozen=True)
class Asked:
    """Which values hold the answer (several: one a moment), and the values they are compared with.

    `reading` is that of the loss, None where it does not say. `again` tells that the input itself is
    what is wanted.
    """

    answers: tuple[str, ...]
    wanted: tuple[str, ...]
    reading: Reading | None = None
    again: bool = False


def asked_of(graph: Graph, output: str, inputs: str, target: str, training: Training) -> Asked:
    """Where the answer is; `InputError` where the graph does not tell."""
    found = [] if target == inputs else _compared(graph, target)
    if training.metrics:
        name = answer_of_metric(training.metrics[0], graph, target)
        known = next((each for each in found if each.answers == (name,)), None)
        return known or Asked((name,), (target,))
    if not found:
        found = [
            each for each in _compared(graph, inputs, differences_only=True) if each.answers != (inputs,)
        ]
        found = [Asked(each.answers, each.wanted, each.reading, again=True) for each in found]
    if len({each.reading for each in found}) == 1:
        answers = tuple(each.answers[0] for each in found)
        if len(found) == 1 or all(each.wanted != found[0].wanted for each in found[1:]):
            return Asked(answers, tuple(each.wanted[0] for each in found), found[0].reading, found[0].again)
    raise InputError(
        f"which value holds the answer cannot be told from how '{output}' is computed; "
        'name it in [training], as in metrics = ["accuracy:of=NAME"]'
    )


def _compared(graph: Graph, target: str, differences_only: bool = False) -> list[Asked]:
    """What is compared with a value, or with something that is made of it and constants alone."""
    found: dict[str, Asked] = {}
    same = [target]
    for name in same:
        for use in graph.uses(name):
            node = graph.node(use.node)
            others = [one for one in node.inputs if one and one != name and not _fixed(graph, one)]
            if node.op in _READINGS and use.input_index == 1:
                found[node.inputs[0]] = Asked((node.inputs[0],), (name,), _READINGS[node.op])
            elif not others and (node.op != "Sub" or use.input_index == 0) and _keeps_rows(node):
                same.append(node.id)
            elif len(others) == 1 and node.op in (("Sub",) if differences_only else ("Sub", "Mul", "Div")):
                other = _bare(graph, others[0])
                if graph.node(other).op != "parameter" and other not in same:
                    found.setdefault(other, Asked((other,), (name,)))
    return [found[name] for name in graph.values if name in found]


def _fixed(graph: Graph, name: str) -> bool:
    return graph.node(name).op == "constant"


def _keeps_rows(node: Node) -> bool:
    return node.op in _INDEXING or not node.op.startswith("Reduce")


def _bare(graph: Graph, name: str) -> str:
    """The probability p, where the value is log p or log(1 − p)."""
    node = graph.node(name)
    if node.op == "Log":
        node = graph.node(node.inputs[0])
        if node.op == "Sub" and _fixed(graph, node.inputs[0]):
            node = graph.node(node.inputs[1])
    return node.id


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers to `n` examples.

    `answers` and `wanted` are (n, …): numbers, or what the classes are read from and compared with.
    Of classes there are `truth` (n,), `found` (n,), −1 where an answer is no number, and
    `probabilities` (n, classes), rows that add up to 1.
    """

    answers: Array
    wanted: Array
    truth: Array | None = None
    found: Array | None = None
    probabilities: Array | None = None

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def right(self) -> Array:
        """(n,) whether the class is the true one."""
        assert self.found is not None
        return np.asarray(self.found == self.truth)

    @property
    def confidence(self) -> Array:
        """(n,) the probability of the class that was found."""
        assert self.probabilities is not None
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def errors(self) -> Array:
        """(n,) the root of the mean square by which an answer misses, of numbers."""
        with np.errstate(all="ignore"):
            gap = (self.answers - self.wanted).reshape(len(self), -1)
            return np.asarray(np.sqrt(np.mean(gap**2, axis=1)))


def confusion(predictions: Predictions, classes: int) -> Array:
    """(classes, classes) how many examples of the class of the row were taken for that of the column."""
    assert predictions.truth is not None
    assert predictions.found is not None
    known = predictions.found >= 0
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (predictions.truth[known], predictions.found[known]), 1)
    return counts


class Predictor:
    """A document made ready to answer; `InputError` where it does not say what its answer is."""

    def __init__(self, network: Network, training: Training, examples: Examples | None = None) -> None:
        self.examples = examples_of(network, training) if examples is None else examples
        graph, given = network.graph, self.examples
        self.asked = asked_of(graph, network.output, given.inputs, given.target, training)
        held = {**network.inputs, **network.parameters}
        self._plan = Plan(inference(graph, held), network.output, ())
        self._leaves = dict(network.leaves)
        first = next(self._runs({}, given.training.rows(slice(0, 1))))
        self.shape: tuple[int, ...] = first[0].shape[1:]
        self.reading = self._reading(graph)
        self.classes: tuple[str, ...] = self._classes()

    def _reading(self, graph: Graph) -> Reading:
        if self.asked.reading is not None:
            return self.asked.reading
        if self.asked.again or len(self.asked.answers) > 1:
            return "numbers"
        zeros_and_ones = bool(np.isin(self.examples.training.targets, (0, 1)).all())
        classes = len(self.examples.classes) > 1 or zeros_and_ones
        if classes and graph.node(self.asked.answers[0]).op in _PROBABLE:
            return "probabilities"
        return "nearness" if len(self.examples.classes) > 1 else "numbers"

    def _classes(self) -> tuple[str, ...]:
        if self.reading == "numbers":
            return ()
        columns = max(int(np.prod(self.shape)), 2)
        named = self.examples.classes
        return named if len(named) == columns else tuple(map(str, range(columns)))

    # ── answering ─────────────────────────────────────────────────────────────────────────────────

    def predict(
        self, parameters: Mapping[str, Array], portion: Portion, checkpoint: Checkpoint | None = None
    ) -> Predictions:
        """The answers to some examples with these parameters."""
        parts: list[tuple[Array, Array]] = []
        for answers, wanted in self._runs(parameters, portion):
            if checkpoint is not None:
                checkpoint(min(len(parts) * CHUNK / max(len(portion), 1), 1.0))
            parts.append((answers, wanted))
        if not parts:
            empty = np.zeros((0, *self.shape))
            parts = [(empty, empty)]
        answers, wanted = (np.concatenate(each) for each in zip(*parts, strict=True))
        if self.reading == "numbers":
            return Predictions(answers, _alike(wanted, answers))
        truth = self._truth(portion.targets)
        probabilities = self.probabilities(answers)
        known = np.isfinite(probabilities).all(axis=1)
        found = np.where(known, self._decided(answers, probabilities), -1)
        return Predictions(answers, wanted, truth, found, probabilities)

    def _runs(self, parameters: Mapping[str, Array], portion: Portion) -> Iterator[tuple[Array, Array]]:
        """Answers and what they are compared with, some examples at a time."""
        names = self.examples
        for begin in range(0, len(portion), CHUNK):
            part = portion.rows(slice(begin, begin + CHUNK))
            given = {**parameters, names.target: part.targets, names.inputs: part.features}
            trace = execute(self._plan, self._leaves | given)
            if not all(trace.has_value(name) for name in self.asked.answers):
                assert trace.failure is not None
                raise trace.failure
            answers = _joined([trace.value(name) for name in self.asked.answers], len(part))
            wanted = [trace.value(name) for name in self.asked.wanted]
            yield answers, _joined(wanted, len(part)) if len(wanted[0]) == len(part) else answers

    def answers(self, parameters: Mapping[str, Array], features: Array) -> Array:
        """(n, …) the answers to inputs whose targets nobody knows."""
        target = np.repeat(self.examples.training.targets[:1], len(features), axis=0)
        shaped = features.reshape(-1, *self.examples.training.features.shape[1:])
        shaped = shaped.astype(self.examples.training.features.dtype, copy=False)
        unknown = np.full(len(shaped), -1)
        found = [answers for answers, _ in self._runs(parameters, Portion(shaped, target, unknown))]
        return np.concatenate(found) if found else np.zeros((0, *self.shape))

    def probabilities(self, answers: Array) -> Array:
        """(n, classes) what answers say of each class; rows that add up to 1."""
        rows = answers.reshape(len(answers), int(np.prod(self.shape))).astype(float)
        with np.errstate(all="ignore"):
            if self.reading == "scores":
                rows = np.exp(rows - rows.max(axis=1, keepdims=True))
            elif self.reading == "logarithms":
                rows = np.exp(rows)
            elif self.reading == "nearness":
                low, high = self._ends
                rows = np.clip((rows - low) / (high - low), 0.0, 1.0) + 1e-12 * (rows.shape[1] > 1)
            if rows.shape[1] == 1:
                return np.concatenate([1 - rows, rows], axis=1)
            return np.asarray(rows / rows.sum(axis=1, keepdims=True))

    @property
    def _ends(self) -> tuple[float, float]:
        """The two targets between which an answer lies that is one number."""
        targets = self.examples.training.targets
        low, high = float(targets.min()), float(targets.max())
        return low, high if high > low else low + 1.0

    def _decided(self, answers: Array, probabilities: Array) -> Array:
        rows = answers.reshape(len(answers), int(np.prod(self.shape)))
        if rows.shape[1] > 1:  # not of the probabilities: two of them may have been cut off alike
            return np.asarray(rows.argmax(axis=1))
        return np.asarray(probabilities[:, 1] > 0.5).astype(int)

    def _truth(self, targets: Array) -> Array:
        rows = targets.reshape(len(targets), int(np.prod(targets.shape[1:])))
        if rows.shape[1] > 1:
            return np.asarray(rows.argmax(axis=1))
        if int(np.prod(self.shape)) <= 1:
            return np.asarray(rows[:, 0] > self.examples.middle).astype(int)
        return rows[:, 0].astype(int)


def _joined(parts: Sequence[Array], count: int) -> Array:
    """One row an example; values of several moments side by side."""
    if any(np.ndim(each) == 0 or len(each) != count for each in parts):
        raise InputError(f"the answer has no row an example: {np.shape(parts[0])} for {count} examples")
    return np.asarray(parts[0]) if len(parts) == 1 else np.stack(parts, axis=1)


def _alike(wanted: Array, answers: Array) -> Array:
    """What is wanted in the shape of the answers, where it is as many numbers."""
    return wanted.reshape(answers.shape) if wanted.size == answers.size else np.full(answers.shape, np.nan)
