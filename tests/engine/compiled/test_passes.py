"""Straight-line code for both passes gives the numbers of a run, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.chance import drawing_nodes, seeded_attributes
from graph_explorer.engine.compiled.passes import Passes, noted
from graph_explorer.engine.compiled.storage import write
from graph_explorer.engine.compiled.tape import Noted, NotNoted, Tape
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import RunError, gradients, gradients_beside
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples

RANDOM = np.random.default_rng(0)


def plan_of(document: Document) -> Plan:
    return Plan(document.graph, document.output, document.default_wrt, document.read.detached)


def leaves_of(document: Document) -> dict[str, Any]:
    return {name: np.asarray(value) for name, value in document.leaves.items()}


def moved(document: Document) -> dict[str, Any]:
    """Other numbers of the same types; what is whole or constant stays."""
    kept = set(document.read.constants)
    return {
        name: np.asarray(value + RANDOM.normal(size=value.shape) * (1 + abs(value)), value.dtype)
        if value.dtype.kind == "f" and name not in kept
        else value
        for name, value in leaves_of(document).items()
    }


def assert_same(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found[0], expected[0])
    assert list(found[1]) == list(expected[1])
    for name, gradient in expected[1].items():
        assert found[1][name].dtype == gradient.dtype
        np.testing.assert_array_equal(found[1][name], gradient)


@pytest.mark.parametrize("example", list(examples()), ids=lambda row: row.name)
def test_other_numbers_through_the_code_of_an_example(example: Any) -> None:
    document = open_document(example.path)
    plan = plan_of(document)
    code = write(noted(plan, leaves_of(document)))
    compared = 0
    for _ in range(3):
        leaves = moved(document)
        try:
            expected = gradients(plan, leaves)
        except RunError:  # a label that is none of the classes
            continue
        with np.errstate(all="ignore"):
            assert_same(code(leaves, {}), expected)
        compared += 1
    assert compared or any(value.dtype.kind != "f" for value in document.leaves.values()) or document.training


PROGRAM = """
h = relu(x @ W + b)
s = sigmoid(h @ V)
L = mean((s - y)**2) + 0.01*sum(W**2)
"""


def network(rows: int = 5) -> Document:
    return parse(
        PROGRAM,
        {"x": RANDOM.normal(size=(rows, 3)), "y": RANDOM.normal(size=(rows, 2))},
        {"W": RANDOM.normal(size=(3, 4)), "b": RANDOM.normal(size=4), "V": RANDOM.normal(size=(4, 2))},
    )


def test_runs_first_then_code_a_signature() -> None:
    passes = Passes(plan_of(network()))
    for rows in (5, 5, 5, 2, 2, 5):
        leaves = leaves_of(network(rows))
        assert_same(passes(leaves), gradients(passes.plan, leaves))
    assert len(passes._codes) == 2
    assert all(code is not None for code in passes._codes.values())


def test_what_comes_out_is_the_callers_own() -> None:
    passes = Passes(plan_of(network()))
    first = leaves_of(network())
    for _ in range(2):
        passes(first)
    loss, found, _ = passes(first)
    kept = {name: value.copy() for name, value in found.items()}
    passes(leaves_of(network()))
    assert loss == gradients(passes.plan, first)[0]
    for name, value in kept.items():
        np.testing.assert_array_equal(found[name], value)


def test_other_layouts_are_other_signatures() -> None:
    passes = Passes(plan_of(network()))
    leaves = leaves_of(network())
    turned = leaves | {"W": np.asfortranarray(leaves["W"])}
    for given in (leaves, leaves, turned, turned, leaves, turned):
        assert_same(passes(given), gradients(passes.plan, given))


def test_values_beside() -> None:
    passes = Passes(plan_of(network()), beside=("h", "s"))
    for _ in range(4):
        leaves = leaves_of(network())
        expected = gradients_beside(passes.plan, leaves, ("h", "s"))[2]
        for name, value in passes(leaves)[2].items():
            np.testing.assert_array_equal(value, expected[name])


def test_each_run_draws_what_it_is_told_to() -> None:
    document = parse(
        "h = dropout(x @ W, 0.5)\nL = sum(h**2)",
        {"x": RANDOM.normal(size=(8, 3))},
        {"W": RANDOM.normal(size=(3, 16))},
    )
    passes, leaves = Passes(plan_of(document)), leaves_of(document)
    (node,) = drawing_nodes(document.graph)
    number, seen = document.graph.index(node.id), set()
    for seed in range(6):
        drawn = {number: seeded_attributes(node, seed)}
        found = passes(leaves, drawn)
        assert_same(found, gradients(passes.plan.with_attributes(drawn), leaves))
        seen.add(float(found[0]))
    assert len(seen) == 6
    assert all(code is not None for code in passes._codes.values())


def test_a_node_that_fails_is_named_as_by_a_run() -> None:
    document = parse(
        "L = cross_entropy(x @ W, y)", {"x": np.ones((2, 3)), "y": [0, 1]}, {"W": np.ones((3, 2))}
    )
    passes, leaves = Passes(plan_of(document)), leaves_of(document)
    for _ in range(3):
        passes(leaves)
    with pytest.raises(RunError, match="label 7"):
        passes(leaves | {"y": np.array([0, 7])})


def test_one_array_is_the_gradient_of_two_leaves() -> None:
    document = parse("L = sum((a + b)**2) + sum(c)", {}, {"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [0.0]})
    passes, leaves = Passes(plan_of(document)), leaves_of(document)
    for _ in range(3):
        assert_same(passes(leaves), gradients(passes.plan, leaves))


def test_kept_arrays_are_used_again() -> None:
    lines = ["h = x", *(f"h = tanh(h @ W{k})" for k in range(20)), "L = sum(h**2)"]
    document = parse(
        "\n".join(lines),
        {"x": RANDOM.normal(size=(4, 4))},
        {f"W{k}": RANDOM.normal(size=(4, 4)) for k in range(20)},
    )
    passed = noted(plan_of(document), leaves_of(document))
    code = write(passed)
    arrays = {
        id(one) for one in code._run.__globals__.values() if isinstance(one, np.ndarray) and one.base is None
    }
    assert len(arrays) < 30 < len(passed.tape.calls)


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: float(x[0]),
        lambda x: 1 if x[0] else 0,
        lambda x: np.asarray(x),
        list,
        lambda x: np.maximum(x, 0, out=np.zeros(3)),
        lambda x: x.__setitem__(0, 1.0),
        lambda x: np.array_equal(x, x),
    ],
)
def test_what_cannot_be_noted_is_refused(rule: Any) -> None:
    with pytest.raises(NotNoted):
        rule(Tape().leaf(np.ones(3)))


def test_a_noted_value_computes_as_its_array() -> None:
    tape, array = Tape(), np.arange(1.0, 7.0).reshape(2, 3)
    x = tape.leaf(array)
    for rule in (
        lambda x: x**2 + x**0.5 - x**-1.0 * x**3, lambda x: (1 - x) / (x + 1), lambda x: x.T @ x,
        lambda x: x[1:, ::2].reshape(-1), lambda x: np.sum(x, axis=0), lambda x: x.astype(np.float32),
        lambda x: np.where(x > 2, x, -x), lambda x: np.concatenate([x, x], axis=1), lambda x: x.reshape(3, 2),
    ):  # fmt: skip
        made: Any = rule(x)
        assert isinstance(made, Noted)
        np.testing.assert_array_equal(tape.arrays[made.number], rule(array))
    calls = len(tape.calls)
    assert (x**2).number == (x**2).number
    assert len(tape.calls) == calls
