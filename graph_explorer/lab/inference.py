"""A network as it is tried, not trained: nothing is left out by chance, nothing depends on the batch.

Dropout passes all on. Batch normalisation uses the moments that it remembers from training, where the
document has an input or parameter for them; where it has none, the moments of the examples it is shown.

The one rule: the names of the values stay, so that whatever is looked at in training is found here too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node

#: Inputs of a batch normalisation that are what it remembers: its mean and its variance.
_REMEMBERED = (3, 4)


def remembered(graph: Graph, held: Collection[str]) -> Mapping[str, str]:
    """Leaf in which a batch normalisation remembers a moment → the value that it holds after a step.

    `held` are the leaves that the document keeps. `InputError` where two share one.
    """
    found: dict[str, str] = {}
    for node in graph.nodes:
        if not _by_the_batch(node):
            continue
        for index, output in zip(_REMEMBERED, node.outputs[1:], strict=False):
            leaf = node.inputs[index]
            if leaf in found:
                raise InputError(
                    f"'{leaf}' cannot hold what two normalisations remember; give '{node.id}' one of its own"
                )
            if leaf in held and output:
                found[leaf] = output
    return MappingProxyType(found)


def _by_the_batch(node: Node) -> bool:
    """Whether the node standardises by the moments of its batch."""
    return node.op == "BatchNormalization" and bool(node.attributes.get("training_mode"))


def inference(graph: Graph, held: Collection[str]) -> Graph:
    """The graph that answers instead of learning; `held` as for `remembered`."""
    known = remembered(graph, held)
    return Graph([made for node in graph.nodes for made in _quiet(node, known)], graph.names)


def _quiet(node: Node, known: Collection[str]) -> Iterator[Node]:
    if node.op == "Dropout":
        yield replace(node, inputs=node.inputs[:2])
    elif _by_the_batch(node) and any(node.inputs[index] in known for index in _REMEMBERED):
        attributes = {**node.attributes, "training_mode": 0}
        yield replace(node, attributes=MappingProxyType(attributes), outputs=node.outputs[:1])
        for index, output in zip(_REMEMBERED, node.outputs[1:], strict=False):
            if output:  # nothing new is remembered
                yield Node(output, "Identity", (node.inputs[index],), group=node.group)
    else:
        yield node
