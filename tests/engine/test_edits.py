"""What was edited between two documents, in words."""

from __future__ import annotations

from typing import Any

import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.difference import difference
from graph_explorer.engine.edits import Edit, summary

PROGRAM = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2"


def made(program: str = PROGRAM, **values: Any) -> Any:
    document = parse(program, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})
    return run(document.with_values(values))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (made(PROGRAM + "\n"), []),
        (made(w=0.7), [("value", "w", "w", "0.7, was 0.4")]),
        (made(PROGRAM.replace("0.5", "0.25")), [("value", "L.const2", "L.const2", "0.25, was 0.5")]),
        (made(PROGRAM.replace("sigmoid", "tanh")), [("operation", "a", "a", "Tanh, was Sigmoid")]),
        (
            made("z = w*x + b\nact = sigmoid(z)\nL = 0.5*(y - act)**2"),
            [("name", "act", "a", "was called a")],
        ),
        (
            made("z = w*x + b\na = sigmoid(z)\nr = relu(a)\nL = 0.5*(y - r)**2"),
            [("new", "r", "", "new: Relu of a"), ("inputs", "L.sub", "L.sub", "takes y, r, took y, a")],
        ),
        (
            made("z = w*x\na = sigmoid(z)\nL = 0.5*(y - a)**2"),
            [
                ("name", "z", "z.mul", "was called z.mul"),
                ("inputs", "a", "a", "takes z, took z"),
                ("gone", "", "z", "gone: Add of z.mul, b"),
            ],
        ),
    ],
)
def test_edits_are_told(now: Any, expected: list[tuple[str, str, str, str]]) -> None:
    found = difference(made(), now).edits
    assert [(edit.kind, edit.now, edit.before, edit.told) for edit in found] == expected


def test_attributes_and_large_values_are_told_shortly() -> None:
    before = run(parse("h = softmax(x, axis=0)\nL = sum(h*w)", {"x": [[1.0, 2.0]]}, {"w": [[1.0, 2.0]] * 3}))
    now = run(
        parse(
            "h = softmax(x, axis=1)\nL = sum(h*w)",
            {"x": [[1.0, 2.0]]},
            {"w": [[1.0, 2.0]] * 2 + [[1.0, 2.5]]},
        )
    )
    told = {edit.now: edit.told for edit in difference(before, now).edits}
    assert told == {"h": "axis 1, was 0", "w": "other numbers, by up to 0.5"}


def test_the_summary_counts() -> None:
    assert summary(()) == ""
    kinds = ["new", "new", "gone", "operation", "name", "value", "value"]
    assert summary([Edit(kind, "", "", "") for kind in kinds]) == (  # type: ignore[arg-type]
        "2 nodes are new, 1 is gone, 1 does something else, 2 were given other values and 1 is renamed."
    )
    assert summary([Edit("name", "p", "q", "")]) == "1 node is renamed."


def test_a_difference_concludes_with_what_was_edited() -> None:
    renamed = difference(made(), made("z = w*x + b\nact = sigmoid(z)\nL = 0.5*(y - act)**2"))
    assert renamed.conclusion == "1 node is renamed. No value or gradient has changed."
    assert renamed.was("act") == "a"
    assert renamed.status[renamed.now.plan.number["act"]] == "same"
    foreign = difference(made(), run(parse("q = exp(p)\nM = relu(q)", {}, {"p": 1.0})))
    assert foreign.is_foreign
    assert foreign.conclusion.startswith("The two have nothing in common")
    assert foreign.was("q") == ""
