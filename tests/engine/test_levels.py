"""Scalar graphs as arrays: what they hold grows with the edges alone."""

from __future__ import annotations

import numpy as np

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.levels import Table
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute


def _chains_added(count: int, length: int) -> Graph:
    """As many chains, each of as many operations, and the sum of them all."""
    nodes = [Node("x", "parameter")]
    for chain in range(count):
        nodes += [
            Node(
                f"n{chain}_{place}", ("Tanh", "Sin")[chain % 2], (f"n{chain}_{place - 1}" if place else "x",)
            )
            for place in range(length)
        ]
    nodes.append(Node("L", "Sum", tuple(f"n{chain}_{length - 1}" for chain in range(count))))
    return Graph(nodes)


def test_one_node_with_many_inputs_costs_the_others_nothing():
    plan = Plan(_chains_added(500, 20), "L", ("x",))
    table = Table(plan)
    edges = sum(map(len, plan.inputs))
    assert table.inputs.size == edges
    assert table.first.size == table.outputs.size + 1 == table.kinds.size + 1
    held = {
        id(array): array
        for level in plan.backward_levels
        for batch in level.batches
        for array in batch.inputs
    }
    assert sum(array.size for array in held.values()) <= edges
    assert sum(array.size for batch in plan.forward_batches for array in batch.inputs) == edges


def test_inputs_come_in_their_order_whatever_their_number():
    graph = Graph(
        [
            Node("a", "parameter"),
            Node("b", "parameter"),
            Node("c", "parameter"),
            Node("s", "Sum", ("a", "b", "c")),
            Node("d", "Sub", ("b", "c")),
            Node("e", "Sub", ("c", "a")),
            Node("t", "Sum", ("s", "d", "e")),
        ]
    )
    plan = Plan(graph, "t", ("a", "b", "c"))
    taken = {
        int(output): tuple(int(column[row]) for column in batch.inputs)
        for batch in plan.forward_batches
        for row, output in enumerate(batch.outputs)
    }
    number = plan.number
    assert taken == {
        number[node.id]: tuple(number[name] for name in node.inputs) for node in graph.nodes if node.inputs
    }


def test_a_sum_of_many_has_the_gradients_of_its_terms():
    count = 300
    trace = execute(Plan(_chains_added(count, 1), "L", ("x",)), {"x": np.array(0.3)})
    expected = count / 2 * ((1 - np.tanh(0.3) ** 2) + np.cos(0.3))
    np.testing.assert_allclose(trace.gradient("x"), expected, rtol=1e-12)
