"""The loss of a network over examples: which ones, and how they are gone through.

A document holds a few examples of its own; the loss that its training lowers is the mean over a whole
set. Surfaces, landscapes and sharpness are of that one.

The one rule: the examples are gone through in portions of one length in one order, so that the sum, to
its last bit, is the same wherever and whenever it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph
from graph_explorer.lab.inference import inference
from graph_explorer.lab.network import Network
from graph_explorer.lab.portions import Portion, examples_of
from graph_explorer.lab.training import read_training

Array = np.ndarray[Any, Any]

#: Examples of a portion: enough to be fast, few enough that a layer's values stay in the cache.
PORTION = 512
#: Examples of a subset where nobody says how many.
SUBSET = 256
#: What a person can choose to take the loss over, each in words.
CHOICES: Mapping[str, str] = {
    "document": "the examples that the document itself holds",
    "training": "all examples that are trained on",
    "validation": "the examples that are kept apart to try the network on",
    "subset": f"some of the training examples, drawn once: subset:{SUBSET}",
}


@dataclass(frozen=True)
class Over:
    """Examples that a loss is the mean of. `graph` is the network as it is tried, not as it is trained.

    `leaves` are all of them, by the name of the leaf that takes them, one row an example; `title` says in
    words which ones.
    """

    title: str
    graph: Graph
    leaves: Mapping[str, Array]

    def __len__(self) -> int:
        return len(next(iter(self.leaves.values())))

    @property
    def portions(self) -> list[tuple[float, dict[str, Array]]]:
        """The portions, each with its share of the examples."""
        count = len(self)
        bounds = [slice(begin, min(begin + PORTION, count)) for begin in range(0, count, PORTION)]
        return [
            ((part.stop - part.start) / count, {name: rows[part] for name, rows in self.leaves.items()})
            for part in bounds
        ]

    def rows(self, rows: Array) -> Over:
        """Some of the examples."""
        return Over(self.title, self.graph, {name: value[rows] for name, value in self.leaves.items()})


def loss_over(network: Network, choice: str = "training") -> Over | None:
    """The examples that `choice` names, in the form of the document's inputs; None for "document".

    `InputError` where the document has no data to train on, or there is no such choice.
    """
    kind, _, text = choice.partition(":")
    if kind not in CHOICES or (text and kind != "subset"):
        raise InputError(f"a loss is taken over {', '.join(CHOICES)}, found '{choice}'")
    if kind == "document":
        return None
    try:
        examples = examples_of(network, read_training(network.training))
    except InputError as error:
        raise network.placed(error) from None
    portion = examples.validation if kind == "validation" else examples.training
    if not len(portion):
        raise InputError("all examples are trained on, and none is left for validation; lower split")
    title = f"{len(portion):,} {kind} examples"
    if kind == "subset":
        portion = _drawn(portion, text)
        title = f"{len(portion):,} of {len(examples.training):,} training examples"
    held = {**network.inputs, **network.parameters}
    leaves = {examples.inputs: portion.features, examples.target: portion.targets}
    return Over(title, inference(network.graph, held), leaves)


def _drawn(portion: Portion, text: str) -> Portion:
    """So many examples as the text says, the same ones each time."""
    try:
        count = int(text) if text else SUBSET
    except ValueError:
        count = 0
    if count < 1:
        raise InputError(f"a subset is of a number of examples, such as subset:{SUBSET}, found '{text}'")
    chosen = np.random.default_rng((0, 5)).permutation(len(portion))[:count]
    return portion.rows(np.sort(chosen))
