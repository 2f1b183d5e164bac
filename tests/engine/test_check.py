"""The check against differences: it agrees with right gradients and catches wrong ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine import ops
from graph_explorer.engine.check import MAX_ENTRIES, Compared, check
from graph_explorer.engine.errors import Cancelled
from graph_explorer.engine.graph import Use
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute


def compared(document: Document, **options: object) -> tuple[Compared, ...]:
    return check(run(document, **options), document.leaves)


def network() -> Document:
    random = np.random.default_rng(0)
    return parse(
        "h = tanh(x @ W1 + b1)\nL = cross_entropy(h @ W2, y)",
        {"x": random.normal(size=(5, 3)), "y": np.array([0, 1, 1, 0, 1])},
        {"W1": random.normal(size=(3, 4)), "b1": random.normal(size=4), "W2": random.normal(size=(4, 2))},
    )


def test_right_gradients_agree_entry_by_entry() -> None:
    found = compared(network())
    assert len(found) == 12 + 4 + 8
    assert all(entry.agrees for entry in found)
    assert {entry.name for entry in found} == {"W1", "b1", "W2"}


def test_a_seed_counts() -> None:
    document = parse("y = x*x", parameters={"x": [1.0, 2.0]})
    found = compared(document, seed=[1.0, -3.0])
    assert [entry.gradient for entry in found] == [2, -12]
    assert all(entry.agrees for entry in found)


SABOTAGE: dict[str, Callable[..., object]] = {
    "a factor": lambda x, y: 1.01 * (1 - y * y),
    "a sign": lambda x, y: -(1 - y * y),
    "a constant": lambda x, y: 1 - y * y + 1e-3,
    "nothing": lambda x, y: 0 * y,
}


@pytest.mark.parametrize("slope", SABOTAGE.values(), ids=SABOTAGE)
def test_a_wrong_rule_is_caught(slope: Callable[..., object]) -> None:
    document = network()

    def lookup(name: str) -> ops.Operation:
        right = ops.operation(name)
        return dataclasses.replace(right, partials=(slope,)) if name == "Tanh" else right

    plan = Plan(document.graph, document.output, document.default_wrt, lookup=lookup)
    found = check(execute(plan, document.leaves), document.leaves)
    assert not all(entry.agrees for entry in found if entry.name == "W1")
    assert all(entry.agrees for entry in found if entry.name == "W2")  # behind the wrong rule


def test_what_detaching_loses_is_seen() -> None:
    document = parse("L = x*x", parameters={"x": 3.0})
    (entry,) = compared(document, detached=[Use("L", 0)])
    assert entry.gradient == 3
    assert entry.difference == pytest.approx(6)
    assert not entry.agrees
    assert entry.cut  # with the other factor held, the difference is 3 too


def test_detaching_explains_no_other_mistake() -> None:
    document = parse("L = x*x*x", parameters={"x": 2.0})
    plan = Plan(document.graph, document.output, document.default_wrt, [Use("L", 1)], lookup=_doubled)
    (entry,) = check(execute(plan, document.leaves), document.leaves)
    assert not entry.agrees
    assert not entry.cut


def _doubled(name: str) -> ops.Operation:
    right = ops.operation(name)
    rules = tuple(lambda a, b, y, rule=rule: 2 * rule(a, b, y) for rule in right.partials)
    return dataclasses.replace(right, partials=rules)


def test_a_kink_is_called_one() -> None:
    (entry,) = compared(parse("L = abs(x)*2 + x", parameters={"x": 0.0}))
    assert entry.agrees or entry.kink
    (entry,) = compared(parse("L = relu(x)", parameters={"x": 0.0}))
    assert entry.kink


def test_float32_is_compared_with_its_own_precision() -> None:
    found = compared(parse("L = sum(exp(x))", parameters={"x": [0.1, 0.7]}, dtype="float32"))
    assert all(entry.agrees for entry in found)


def test_of_large_arrays_some_entries_are_compared() -> None:
    found = compared(parse("L = sum(x*x)", parameters={"x": np.linspace(0, 1, 5 * MAX_ENTRIES)}))
    assert len(found) == MAX_ENTRIES
    assert all(entry.agrees for entry in found)


def test_infinite_slopes_do_not_pass_for_right_ones() -> None:
    (entry,) = compared(parse("L = sqrt(x)", parameters={"x": 0.0}))
    assert not entry.agrees
    assert entry.gradient == np.inf


def test_it_can_be_stopped() -> None:
    document = network()

    def checkpoint(fraction: float) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        check(run(document), document.leaves, checkpoint=checkpoint)
