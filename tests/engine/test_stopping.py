"""Where a gradient stops is named, with the reason that the operation gives."""

from __future__ import annotations

import pytest

from graph_explorer.document import parse, run

VALUES = {"x": [0.3, 1.2], "w": [0.5, 0.1], "s": 0.1}


@pytest.mark.parametrize(
    ("program", "name", "reason"),
    [
        ("q = QuantizeLinear(x, s)\ny = DequantizeLinear(q, s)\nL = sum(y)", "x",
         "none passes through 'q' (QuantizeLinear):"
         " rounding to a grid is a staircase, flat between its steps"),
        ("m = x * w\nk = ArgMax(m, axis=0, keepdims=0)\nL = sum(w) + k", "m",
         "none passes through 'k' (ArgMax): a place is a whole number"),
        ("m = exp(x)\nk = m > w\nL = sum(where(k, w, 2*w))", "x",
         "none passes through 'k' (Greater): it is true or false, and jumps from one to the other"),
        ("m = x * w\nk = ArgMax(m, axis=0, keepdims=0)\nL = sum(w) + k", "k",
         "ArgMax lets none through: a place is a whole number"),
        ("d = detach(x)\nL = sum(d * w)", "x", "it is detached at 'd'"),
        ("m = x * x\nd = detach(m)\nL = sum(d * w)", "x", "it is detached at 'd'"),
        ("z = x * 2\nL = sum(w)", "x", "the output 'L' does not depend on it"),
    ],
)  # fmt: skip
def test_the_reason_is_the_operations_own(program: str, name: str, reason: str) -> None:
    trace = run(parse(program, parameters=VALUES))
    assert not trace.has_gradient(name)
    assert trace.why_no_gradient(name) == reason


def test_what_was_not_asked_for_is_told_so() -> None:
    trace = run(parse("z = x * w\nL = sum(z)", parameters=VALUES), wrt=["w"])
    assert trace.why_no_gradient("x") == "it was not asked for"
    other = run(parse("z = x * 2\nL = sum(z) + sum(w)", parameters=VALUES), wrt=["w"])
    assert other.why_no_gradient("z") == "no parameter that it depends on takes a gradient through it"
