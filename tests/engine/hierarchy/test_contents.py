"""What a group holds, and how its blocks compare, against looking at every node."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.graph import Graph, enclosing
from graph_explorer.engine.hierarchy.contents import blocks_of, compare, contents
from graph_explorer.engine.hierarchy.summary import summarize

TEXT = """
def layer(h, w):
    z = h @ w
    return sigmoid(z)
h = x
for k in range(24):
    h = layer(h, W[k])
L = sum(h)
"""


@pytest.fixture
def document() -> Document:
    made = parse(TEXT, {"x": np.full((2, 3), 0.5)}, {"W": np.full((24, 3, 3), 0.1)}).with_blocks()
    assert made.read.repeats == {"k=0–23": 24}
    return made


def by_looking(graph: Graph, path: str) -> tuple[set[str], set[str], set[str]]:
    """The nodes inside, the values that go in and those that come out."""
    inside = {node.id for node in graph if path in enclosing(node.group)}
    uses = [(graph.node(name), node, name) for node in graph for name in node.inputs if name]
    into = {n for source, node, n in uses if node.id in inside and source.id not in inside}
    out = {n for source, node, n in uses if node.id not in inside and source.id in inside}
    return inside, {n for n in into if graph.node(n).op != "constant"}, out


def test_contents_of_every_group(document: Document) -> None:
    for path in document.graph.groups:
        held = contents(document.graph, path)
        inside, into, out = by_looking(document.graph, path)
        assert {node.id for node in held.nodes} == inside
        assert (set(held.into), set(held.out)) == (into, out)


def test_blocks_with_what_comes_out_of_them(document: Document) -> None:
    blocks = blocks_of(document.graph, "k=0–23", document.output)
    assert [block.name for block in blocks] == [f"k=0–23/k={k}" for k in range(24)]
    for block, following in pairwise(blocks):
        assert block.result in contents(document.graph, following.name).into


def test_single_operations_are_blocks_of_their_own() -> None:
    text = "".join(f"a = a + a  # {k}\n" for k in range(70))
    document = parse(f"a = x\n{text}L = a*1", {}, {"x": 1e-12}).with_blocks()
    ((path, count),) = document.read.repeats.items()
    blocks = blocks_of(document.graph, path, document.output)
    assert len(blocks) == count == 70
    found = compare(run(document), blocks)
    np.testing.assert_allclose(found.gradients[:-1] / found.gradients[1:], 2)


def test_norms_are_those_of_the_run(document: Document) -> None:
    trace = run(document)
    blocks = blocks_of(document.graph, "k=0–23", document.output)
    found = compare(trace, blocks)
    for place, block in enumerate(blocks):
        assert found.values[place] == pytest.approx(np.linalg.norm(trace.value(block.result)))
        assert found.gradients[place] == pytest.approx(np.linalg.norm(trace.gradient(block.result)))
    assert np.isnan(found.parameters).all()  # W is not of any one block


def test_gradients_of_the_parameters_of_a_block_are_one_norm() -> None:
    text = "".join(f"h{k} = tanh(h{k - 1} @ w{k} + b{k})\n" for k in range(1, 31))
    weights = {f"w{k}": np.eye(2) for k in range(1, 31)} | {f"b{k}": np.ones(2) for k in range(1, 31)}
    document = parse(f"{text}L = sum(h30)", {"h0": np.ones((1, 2))}, weights).with_blocks()
    ((path, _),) = document.read.repeats.items()
    trace = run(document)
    found = compare(trace, blocks_of(document.graph, path, document.output))
    both = np.concatenate([trace.gradient("w7").ravel(), trace.gradient("b7").ravel()])
    assert found.parameters[6] == pytest.approx(np.linalg.norm(both))


def test_how_far_a_run_is_through_a_group(document: Document) -> None:
    trace = run(document)
    path = "k=0–23/k=4"
    held = contents(document.graph, path)
    found = summarize(trace, held, stack=False)
    values = [node.id for node in held.operations]
    for time in range(trace.length + 1):
        assert found.values_at(time) == sum(trace.has_value(name, time) for name in values)
    assert found.values_at(trace.length) == len(values)
    assert found.gradients_at(trace.forward_length) == 0
    assert found.gradients_at(trace.length) == sum(trace.has_gradient(node.id) for node in held.nodes)


def test_the_parameters_of_a_group_are_summed_up(document: Document) -> None:
    trace = run(document)
    found = summarize(trace, contents(document.graph, "k=0–23"), stack=True)
    assert (found.parameters, found.numbers) == (1, 216)
    assert found.size == pytest.approx(np.linalg.norm(trace.value("W")))
    assert found.pull == pytest.approx(np.linalg.norm(trace.gradient("W")))
    assert found.compared is not None


def test_when_gradients_are_complete_is_known_for_every_node(document: Document) -> None:
    trace = run(document)
    needed = trace.plan.completed
    for place, node in enumerate(document.graph):
        assert (needed[place] >= 0) == trace.takes_gradient(node.id)
        for time in range(trace.length + 1):
            done = (
                needed[place] >= 0 and trace.forward_length < time and needed[place] <= trace.pulled_by(time)
            )
            assert done == trace.is_complete(node.id, time)


def test_the_times_of_blocks_are_those_of_the_run(document: Document) -> None:
    trace = run(document)
    blocks = blocks_of(document.graph, "k=0–23", document.output)
    found = compare(trace, blocks)
    for time in range(trace.length + 1):
        known = [trace.has_value(block.result, time) for block in blocks]
        pulled = [trace.has_gradient(block.result, time) for block in blocks]
        assert (found.valued <= time).tolist() == known
        assert (found.pulled <= time).tolist() == pulled
