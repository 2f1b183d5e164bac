"""Which groups are closed at first, and how many are opened at one go."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse
from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.hierarchy import FIRST, MANY, first_closed, folding, opened


def graph_of(groups: list[str]) -> Graph:
    """A chain with a node in each of these groups, in order."""
    nodes = [Node("x", "input")]
    nodes += [
        Node(f"n{k}", "Relu", (nodes[-1].id if not k else f"n{k - 1}",), group=g)
        for k, g in enumerate(groups)
    ]
    return Graph(nodes)


def seen(graph: Graph, closed: frozenset[str]) -> int:
    """How many cards there are, counted one by one."""
    outermost = [next((p for p in reversed(enclosing(n.group)) if p in closed), n.id) for n in graph]
    return len(set(outermost))


paths = st.lists(st.sampled_from("abc"), max_size=3).map("/".join)


@given(st.lists(paths, min_size=1, max_size=40), st.integers(0, 60), st.data())
def test_opening_stays_below_its_bound_and_counts_right(
    groups: list[str], most: int, data: st.DataObject
) -> None:
    graph = graph_of(groups)
    closed = frozenset(data.draw(st.sets(st.sampled_from(graph.groups)))) if graph.groups else frozenset()
    before, after = folding(graph, closed), opened(graph, closed, most)
    assert before.cards == seen(graph, closed)
    assert after.cards == seen(graph, after.closed)
    assert after.closed <= closed
    assert after.cards <= max(most, before.cards)
    shown = {p for p in after.closed if not any(q in after.closed for q in enclosing(p)[1:])}
    assert after.folded == len(shown)


@given(st.lists(paths, min_size=1, max_size=40))
def test_everything_opens_without_a_bound(groups: list[str]) -> None:
    graph = graph_of(groups)
    assert opened(graph, frozenset(graph.groups), 10**9).closed == frozenset()


def test_only_what_is_asked_for_is_opened() -> None:
    graph = graph_of(["a", "a/b", "c", "c/d"])
    closed = frozenset(graph.groups)
    assert opened(graph, closed, 100, within="a").closed == {"c", "c/d"}
    assert opened(graph_of(["a", "a/b", "c"]), frozenset({"a", "a/b", "c"}), 100, {"a"}).closed == {
        "a",
        "a/b",
    }


def test_equal_groups_are_opened_together_or_not_at_all() -> None:
    graph = graph_of([f"s/t={k}" for k in range(10) for _ in range(3)])
    closed = frozenset(graph.groups)
    assert opened(graph, closed, 25).closed == closed - {"s"}


def test_a_small_graph_is_open_and_a_large_one_can_be_read() -> None:
    small = graph_of([f"g{k}" for k in range(MANY - 1)])
    assert first_closed(small, {}) == frozenset()
    large = graph_of([f"g{k // 10}/h{k // 2}" for k in range(10 * FIRST)])
    closed = first_closed(large, {})
    assert closed
    assert folding(large, closed).cards <= FIRST + 1


def test_a_stack_of_equal_blocks_stays_closed_and_one_of_varied_ones_opens() -> None:
    graph = graph_of([f"s/b{k // 20}" for k in range(200)])
    assert "s" in first_closed(graph, {"s": 10})
    assert first_closed(graph, {"s": 10}, {"s"}) == {f"s/b{k}" for k in range(10)}


def test_tall_stacks_of_a_small_graph_are_closed_too() -> None:
    graph = graph_of(
        [f"{stack}/b{k // 3}/c" for stack, count in (("s", 8), ("t", 7)) for k in range(3 * count)]
    )
    assert len(graph) <= MANY
    closed = {path for path in graph.groups if path.startswith("s")}
    assert first_closed(graph, {"s": 8, "t": 7}) == closed
    assert first_closed(graph, {"s": 8}, varied={"s"}) == frozenset()


def test_a_small_graph_is_open_where_its_document_names_the_blocks() -> None:
    graph = graph_of([f"s/b{k // 3}" for k in range(30)])
    assert first_closed(graph, {"s": 10}, named={f"b{k}" for k in range(10)}) == frozenset()
    assert first_closed(graph, {"s": 10}, named={"other"}) == {*graph.groups}


def test_what_is_closed_at_first_does_not_depend_on_the_names_of_nodes() -> None:
    text = "".join(f"h{k} = tanh(h{k - 1} @ w{k})\n" for k in range(1, 90))
    weights = {f"w{k}": np.eye(2) for k in range(1, 90)}
    program = parse(f"{text}L = sum(h89)", {"h0": np.ones((2, 2))}, weights).with_blocks().read
    assert first_closed(program.graph, program.repeats) == frozenset(program.graph.groups)
