"""What is found in each bundled example: the ill ones by name, the healthy ones not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from graph_explorer.document import run
from graph_explorer.engine.health import examine
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import Example, examples

#: Example → what is ill in it, and where. What is not listed has no problem.
PROBLEMS: Mapping[str, set[tuple[str, str]]] = {
    "deep_sigmoid": {("vanishing", "k=0/z")},
    "exploding": {("exploding", "t=0/h")},
    "dead_relu": {("dead", "h")},
    "saturated": {("saturated", "a")},
    "deep_and_stuck": {("vanishing", "h1.matmul")},
}
#: Example → the kind of its one note.
NOTES: Mapping[str, str] = {
    "relu_stack": "closed",
    "minibatch": "large update",
    "exploding": "large update",
    "rosenbrock": "large update",
    "two_layer": "",
    "residual": "",
    "rnn": "",
    "lstm": "",
    "attention": "",
    "cnn": "",
    "batch_norm": "",
    "deep_relu": "",
    "plateau": "",
    "digits_cnn": "dead",
    "truncated_bptt": "zero gradient",
}
#: What may be noted of any example: a learning rate of 0.1 does not suit every surface.
ANYWHERE = {"large update", "small update"}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_findings(example: Example) -> None:
    found = examine(run(open_document(example.path)), rate=0.1).findings
    problems = {(f.kind, f.node) for f in found if f.severity == "problem"}
    notes = [f.kind for f in found if f.severity == "note"]
    assert problems == PROBLEMS.get(example.name, set())
    if example.name in NOTES:
        assert notes == ([NOTES[example.name]] if NOTES[example.name] else [])
        return
    assert set(notes) <= ANYWHERE | {"closed"}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_no_finding_without_numbers_a_node_and_what_helps(example: Example) -> None:
    trace = run(open_document(example.path))
    for finding in examine(trace).findings:
        assert finding.numbers
        assert finding.node in finding.nodes
        assert all(name in trace.graph for name in finding.nodes)
        assert finding.sentence.endswith(".")
        assert finding.helps.endswith(".")


def test_deep_sigmoid_in_numbers() -> None:
    """By hand: the activation is the fixed point of h = σ(h), 0.659, whose slope is 0.2247."""
    (finding,) = examine(run(open_document(_path("deep_sigmoid")))).problems
    assert finding.numbers["layers"] == 20
    assert len(finding.nodes) == 20
    assert finding.numbers["factor"] == pytest.approx(0.2247, rel=0.01)
    assert finding.numbers["ratio"] == pytest.approx(0.2247**19, rel=0.2)


def test_exploding_in_numbers() -> None:
    """∂L/∂h is 24 at the last step and doubles on the way to the first of ten."""
    (finding,) = examine(run(open_document(_path("exploding")))).problems
    assert finding.numbers == pytest.approx(
        {"layers": 10, "last": 24, "first": 24 * 2**9, "ratio": 2**9, "factor": 2}
    )


def test_dead_relu_in_numbers_and_cured() -> None:
    document = open_document(_path("dead_relu"))
    (finding,) = examine(run(document)).problems
    assert finding.numbers == {"dead": 2, "units": 4, "share": 0.5, "examples": 8}
    assert not examine(run(document.with_values({"b": [0.15, 0.2, 0.0, 0.0]}))).problems


def test_saturated_in_numbers_and_cured() -> None:
    document = open_document(_path("saturated"))
    (finding,) = examine(run(document)).problems
    # |z| ≤ 2.18 in 1.5, 1 and 1.5: tanh² > 0.95 in the other twelve
    assert finding.numbers["saturated"] == 12
    assert finding.numbers["entries"] == 15
    assert not examine(run(document.with_values({"W": document.entry("W").array / 10}))).problems


def test_log_of_zero_once_a_score_is_large() -> None:
    document = open_document(_path("log_of_zero"))
    found = examine(run(document.with_values({"z": [800.0, 1.0, -2.0]}))).problems
    assert [f.kind for f in found] == ["infinite value", "nan value", "nan gradient"]
    assert [f.node for f in found] == ["q", "L.mul", "p"]
    assert "log(0) at [1]" in found[0].sentence
    assert "0 · (−∞) at [1]" in found[1].sentence


def _path(name: str) -> Path:
    return next(example.path for example in examples() if example.name == name)
