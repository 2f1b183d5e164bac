"""Groups after the scopes in the names of parameters, where nothing else makes a large graph readable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.hierarchy import FIRST, MANY, first_closed, folding, with_blocks
from graph_explorer.engine.hierarchy.names import common, fresh
from graph_explorer.engine.hierarchy.scopes import with_scopes
from graph_explorer.engine.hierarchy.structure import Structure
from graph_explorer.engine.program import Program

#: Operators of which each scope below has another order, so that nothing repeats.
OPERATORS = ("Relu", "Tanh", "Sigmoid", "Exp", "Neg", "Abs", "Softplus", "Erf")


def program_of(nodes: Sequence[Node], output: str = "") -> Program:
    return Program(Graph(nodes), {}, output or nodes[-1].id, frozenset(), {})


def chain(operations: Sequence[tuple[str, str]]) -> Program:
    """A chain of operations, each with the parameter that it takes, "" for none."""
    nodes, last = [Node("x", "input")], "x"
    for name in dict.fromkeys(name for _, name in operations if name):
        nodes.append(Node(name, "parameter"))
    for place, (op, name) in enumerate(operations):
        nodes.append(Node(f"n{place}", op, (last, name) if name else (last,)))
        last = f"n{place}"
    return program_of(nodes)


def scoped(program: Program) -> dict[str, str]:
    """Node → its group, once scopes are groups."""
    made = with_scopes(program, Structure(program.graph, {}))
    return {node.id: node.group for node in made.graph}


def layers(names: Sequence[str], length: int = 5) -> list[tuple[str, str]]:
    return [
        (("MatMul", f"{name}/w{k}") if k % 2 == 0 else ("Relu", "")) for name in names for k in range(length)
    ]


def test_operations_stand_in_the_scope_of_their_parameter_and_so_does_it() -> None:
    homes = scoped(chain(layers(["a", "b"])))
    assert [homes[f"n{k}"] for k in range(10)] == ["a"] * 5 + ["b"] * 5
    assert homes["a/w0"] == "a"
    assert homes["x"] == ""


def test_modules_within_modules_are_groups_within_groups() -> None:
    names = [f"layer{i}.{k}" for i in (1, 2) for k in (0, 1)]
    homes = scoped(chain([(op, name.replace("/", ".")) for op, name in layers(names)]))
    assert [homes[f"n{5 * k}"] for k in range(4)] == ["layer1/0", "layer1/1", "layer2/0", "layer2/1"]


def test_a_scope_that_all_names_share_tells_nothing() -> None:
    homes = scoped(chain(layers(["net/a", "net/b"])))
    assert {homes[f"n{k}"] for k in range(10)} == {"a", "b"}


def test_a_scope_of_few_operations_is_no_group() -> None:
    assert set(scoped(chain(layers(["a", "b", "c"], 4))).values()) == {""}


def test_a_scope_whose_operations_stand_apart_is_two_groups() -> None:
    homes = scoped(chain(layers(["a", "b"]) + [(op, name and f"{name}2") for op, name in layers(["a"])]))
    assert [homes[f"n{k}"] for k in (0, 5, 10)] == ["a", "b", "a 2"]


def test_what_leads_on_to_the_next_scope_stands_between_them() -> None:
    steps = [*layers(["a"]), ("MaxPool", ""), ("Reshape", ""), *layers(["b"]), ("Flatten", "")]
    homes = scoped(chain(steps))
    assert [homes[f"n{k}"] for k in range(13)] == ["a"] * 5 + ["", ""] + ["b"] * 5 + [""]


def test_what_joins_values_of_a_scope_belongs_to_it() -> None:
    made = chain(layers(["a"]))
    nodes = [*made.graph.nodes, Node("c", "Concat", ("n1", "n4")), Node("p", "MaxPool", ("c",))]
    homes = scoped(program_of([*nodes, *_after("p")]))
    assert (homes["c"], homes["p"]) == ("a", "")


def _after(last: str) -> list[Node]:
    """A scope that comes after a value."""
    nodes = []
    for k in range(5):
        nodes += [Node(f"b/w{k}", "parameter"), Node(f"m{k}", "MatMul", (last, f"b/w{k}"))]
        last = f"m{k}"
    return nodes


def test_a_name_that_only_lacks_the_joint_belongs_to_the_scope() -> None:
    """`a/conv_w` beside `a/conv/bias`, as one exporter has it."""
    one = [("Conv", "a/conv_w"), ("Add", "a/conv/bias"), ("Mul", "a/conv/scale"), ("Relu", ""), ("Tanh", "")]
    other = [(op, name.replace("conv", "last")) for op, name in one]
    homes = scoped(chain([*one, *other, *layers(["b"])]))
    assert [homes[f"n{k}"] for k in (0, 1, 4, 5, 9)] == ["a/conv"] * 3 + ["a/last"] * 2


def test_groups_that_the_document_names_stay() -> None:
    nodes = [
        Node(node.id, node.op, node.inputs, group="mine" if node.id == "n2" else "")
        for node in chain(layers(["a", "b"], 6)).graph
    ]
    homes = scoped(program_of(nodes))
    assert homes["n2"] == "mine"
    assert [homes[f"n{k}"] for k in (0, 6, 11)] == ["", "b", "b"]


def test_names_without_scopes_leave_the_program_as_it_is() -> None:
    program = chain([("MatMul", f"w{k}") for k in range(20)])
    assert with_scopes(program, Structure(program.graph, {})) is program


def test_the_names_of_constants_tell_no_scope() -> None:
    """A program makes them up after the value that they belong to."""
    program = chain(layers(["a", "b"]))
    nodes = [
        Node(node.id, "constant" if node.op == "parameter" else node.op, node.inputs)
        for node in program.graph
    ]
    assert set(scoped(program_of(nodes)).values()) == {""}


@given(
    st.lists(st.tuples(st.sampled_from(("Relu", "MatMul", "MaxPool")), st.sampled_from("abc")), max_size=60)
)
def test_no_path_leaves_a_scope_and_comes_back(steps: list[tuple[str, str]]) -> None:
    program = chain([(op, f"{name}/w{k}" if op == "MatMul" else "") for k, (op, name) in enumerate(steps)])
    homes = scoped(program)
    chained = [homes[f"n{k}"] for k in range(len(steps))]
    runs = [home for k, home in enumerate(chained) if k == 0 or chained[k - 1] != home]
    assert len([home for home in runs if home]) == len({home for home in runs if home})


# ── a large graph ─────────────────────────────────────────────────────────────────────────────────


def unlike(count: int) -> Program:
    """Scopes of which no two have the same operators in the same order."""
    steps: list[tuple[str, str]] = []
    for k in range(count):
        order = np.random.default_rng(k).integers(0, len(OPERATORS), 12)
        steps += [("MatMul", f"cell_{k}/w")] + [(OPERATORS[one], "") for one in order]
    return chain(steps)


def first_cards(program: Program) -> int:
    closed = first_closed(program.graph, program.repeats, program.varied)
    return folding(program.graph, closed).cards


def test_scopes_are_asked_where_nothing_repeats() -> None:
    program = unlike(20)
    assert folding(program.graph, frozenset()).cards > MANY
    found = with_blocks(program, {})
    assert first_cards(found) <= FIRST
    assert {f"cell_{k}" for k in range(20)} <= {*found.graph.groups}
    assert [node.id for node in found.graph] == [node.id for node in program.graph]


def test_what_nothing_takes_is_set_apart() -> None:
    spare = [Node(f"spare{k}", "parameter") for k in range(200)]
    program = chain([("MatMul", "w"), ("Relu", "")])
    found = with_blocks(program_of([*spare, *program.graph.nodes]), {})
    assert {node.group for node in found.graph if node.id.startswith("spare")} == {"unused"}
    assert {node.group for node in found.graph if not node.id.startswith("spare")} == {""}
    assert first_cards(found) <= MANY
    assert "unused" in found.captions


def test_an_output_that_is_a_parameter_is_not_unused() -> None:
    spare = [Node(f"spare{k}", "parameter") for k in range(200)]
    found = with_blocks(program_of(spare, "spare7"), {})
    assert found.graph.node("spare7").group == ""


# ── paths ─────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.lists(st.sampled_from(["a", "a 2", "a.b", "b"]), max_size=3).map("/".join), max_size=6))
def test_the_common_group_is_the_innermost_that_holds_all(paths: list[str]) -> None:
    shared = set.intersection(*({*enclosing(path)} for path in paths)) if paths else set()
    assert common(paths) == max(shared, key=len, default="")


@pytest.mark.parametrize(("path", "made"), [("", "a 3"), ("b", "b/a")])
def test_a_path_that_is_taken_gets_a_number(path: str, made: str) -> None:
    taken = {"a", "a 2"}
    assert fresh(path, "a", taken) == made
    assert made in taken
