"""Questions on a backward pass with one fault in it: find the step that is wrong.

The one rule: all but the fault is right. Steps after it go on from the wrong number by the right rule,
so that only one line does not follow from what stands before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from graph_explorer.document import Document, run
from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source, rounded, written
from graph_explorer.quiz.wording import local_rule

Array = np.ndarray[Any, Any]

#: A pass with more steps than this, or with arrays of more entries, is too long to be read.
_LONGEST, _LARGEST = 14, 4
#: Of a graph with more nodes than this no second pass is run to make a question.
_SMALL = 60


@dataclass(frozen=True)
class Fault:
    """A wrong rule: `wrong(right, upstream, step)` is its contribution, None where it does not apply."""

    says: str
    wrong: Callable[[Array, Array, Pulled], Array | None]


def _alike(right: Array, other: Any) -> Array | None:
    """`other`, if it could be taken for a contribution."""
    found = np.asarray(other, dtype=float)
    return found if found.shape == right.shape else None


def _own_factor(right: Array, up: Array, step: Pulled) -> Array | None:
    """Of a product by one factor the derivative is the other; here it is the factor itself."""
    return _alike(right, up * step.trace.value(step.into)) if step.node.op == "Mul" else None


def _sum_for_mean(right: Array, up: Array, step: Pulled) -> Array | None:
    """The derivative of a mean is 1/n; here it is that of a sum."""
    return right * right.size / max(up.size, 1) if step.node.op == "ReduceMean" else None


def _first_term(right: Array, up: Array, step: Pulled) -> Array | None:
    """A repeated value gets the sum over its copies; here it gets the first one's."""
    if step.local.form != "elementwise" or up.size <= right.size:
        return None
    entries = np.broadcast_to(up * np.asarray(step.local.value), up.shape)
    return np.asarray(entries.flat[0] * np.ones_like(right)) if right.size == 1 else None


_FAULTS = (
    Fault("the sign of the contribution is wrong", lambda right, up, step: -right),
    Fault("the local derivative is missing", lambda right, up, step: _alike(right, up)),
    Fault("the upstream gradient is missing", lambda right, up, step: _alike(right, step.local.value)),
    Fault("the derivative of a product by a factor is the other factor", _own_factor),
    Fault("the contribution is counted twice", lambda right, up, step: 2 * right),
    Fault("the mean was treated as a sum", _sum_for_mean),
    Fault("a term of the sum over the copies is missing", _first_term),
)
_OVERWRITTEN = "what was there before is overwritten, not added to"


@dataclass(frozen=True)
class _Line:
    """One step of the written pass, with what it says; `right` is the contribution by the rule."""

    step: Pulled
    upstream: Array
    right: Array
    contribution: Array
    before: Array | None
    total: Array


def faulty_node(source: Source, random: Random) -> Question | None:
    """Which step of a written backward pass is wrong?"""
    steps = [step for step in source.trace.steps if isinstance(step, Pulled)]
    if not 4 <= len(steps) <= _LONGEST or not all(_readable(step) for step in steps):
        return None
    at = random.randrange(len(steps))
    forget = random.random() < 0.3 and any(step.into == steps[at].into for step in steps[:at])
    fault = random.choice(_FAULTS)
    lines = _written(steps, at, None if forget else fault)
    line = lines[at]
    says = _OVERWRITTEN if forget else fault.says
    should = line.right if line.before is None else line.before + line.right
    if not _plain(line.total, should) or not all(np.isfinite(each.total).all() for each in lines):
        return None
    options = tuple(f"step {k + 1}" for k in range(len(steps)))
    question = Question(
        kind="faulty node", level="advanced", concept="backward pass",
        node=source.trace.graph.node(source.output).id, form="choice",
        options=options, answer=options[at],
        text="One step of this backward pass is wrong; the steps after it go on from its result.\n"
        + "\n".join(_line(k, each) for k, each in enumerate(lines))
        + "\nWhich step is wrong?",
        hints=(
            "In each step the contribution must be the upstream gradient through the local derivative.",
            "And the gradient so far must be what was there before plus the contribution.",
            f"Look at the steps through {name_text(line.step.node.id)}.",
        ),
        explanation=f"In step {at + 1} {says}: right is a contribution of {written(line.right)}, and "
        f"{derivative(source.output, line.step.into)} is then {written(should)}.",
        link=source.link,
        makes=("contribution", str(line.step.position), ""),
    )  # fmt: skip
    after = "That step follows from the numbers before it; the fault is earlier."
    before = "That step is right, and so are its numbers."
    mistakes = [
        Misconception(option, after if k > at else before) for k, option in enumerate(options) if k != at
    ]
    return knowing(question, mistakes)


def _readable(step: Pulled) -> bool:
    """Whether a line can hold the step's arrays, and its local derivative tells the contribution."""
    if isinstance(step.upstream, tuple) or step.local.form not in ("scalar", "elementwise", "linear"):
        return False
    shown = (np.asarray(step.upstream), step.contribution)
    return all(each.size <= _LARGEST and each.ndim <= 2 for each in shown)


def _plain(wrong: Array, right: Array) -> bool:
    """Whether two arrays differ so much that no rounding explains it."""
    gap, size = np.abs(wrong - right).max(initial=0.0), np.abs(wrong).max(initial=0.0)
    return bool(gap > 0.05 * (size + np.abs(right).max(initial=0.0)))


def _written(steps: list[Pulled], at: int, fault: Fault | None) -> list[_Line]:
    """The pass with a fault at step `at`: a wrong rule, or (None) a sum that is overwritten."""
    totals: dict[str, Array] = {}
    lines = []
    for k, step in enumerate(steps):
        output = step.node.id
        up = np.asarray(step.trace.seed if output == step.trace.output else totals[output], dtype=float)
        right = _pulled(step, up)
        wrong = fault.wrong(right, up, step) if k == at and fault is not None else right
        added = right if wrong is None else wrong
        before = totals.get(step.into)
        forgets = k == at and fault is None
        totals[step.into] = added if before is None or forgets else before + added
        lines.append(_Line(step, up, right, added, before, totals[step.into]))
    return lines


def _pulled(step: Pulled, up: Array) -> Array:
    """What the step contributes, by the right rule, to an upstream gradient of its own."""
    trace, node = step.trace, step.node
    found = trace.plan.operations[trace.graph.index(node.id)]
    assert found is not None
    with np.errstate(all="ignore"):
        pulled = found.pull(
            step.input_index, up, trace.result_of(node), trace.inputs_of(node), node.attributes
        )
    return np.asarray(pulled, dtype=float)


def _line(k: int, line: _Line) -> str:
    node, into = name_text(line.step.node.id), name_text(line.step.into)
    local = line.step.local
    through = local_rule(line.step) if local.form != "linear" else f"through {local.text}"
    return (
        f"step {k + 1}: {node} → {into}: upstream {written(line.upstream)}, {through}, "
        f"contribution {written(line.contribution)}, "
        f"{derivative(line.step.trace.output, line.step.into)} so far {written(line.total)}"
    )


# ── the forgotten act ─────────────────────────────────────────────────────────────────────────

_RATE = 0.1
#: Act → what the loop shows without it, and what is said of it where another act was forgotten.
_ACTS = {
    "zero": (
        "The second gradient is the sum of both passes: it was not set to zero before.",
        "Then the second gradient would be the sum of both passes.",
    ),
    "forward": (
        "The second gradient is the first one again: without a forward pass it is that of the old values.",
        "Then the second gradient would be the first one again.",
    ),
    "backward": (
        "The second gradient is zero: it was cleared, and no backward pass made a new one.",
        "Then the second gradient would be zero.",
    ),
    "update": (
        "The parameter stays what it was, and so does its gradient.",
        "Then the parameter would not have moved.",
    ),
    "nothing was forgotten": (
        "The parameter has moved by learning rate times gradient, and its gradient is that of the new place.",
        "Then the second gradient would be that of a pass there alone.",
    ),
}


def forgotten_act(source: Source, random: Random) -> Question | None:
    """Two turns of a training loop: which of its four acts was left out of the second?"""
    trace, document = source.trace, source.document
    names = [
        name
        for name in trace.plan.wrt
        if trace.has_gradient(name) and trace.value(name).ndim == 0 and len(trace.graph) <= _SMALL
    ]
    if not names:
        return None
    name, missing = random.choice(names), random.choice(list(_ACTS))
    value, slope = rounded(trace.value(name)), rounded(trace.gradient(name))
    moved = float(f"{value - _RATE * slope:.6g}")
    there = _slope_at(document, trace, name, moved)
    seen = {
        "zero": (moved, slope + there),
        "forward": (moved, slope),
        "backward": (moved, 0.0),
        "update": (value, slope),
        "nothing was forgotten": (moved, there),
    }
    told = [gradient for act, (_, gradient) in seen.items() if act != "update"]
    if not _differ(told) or abs(moved - value) < 1e-3 * abs(value):
        return None
    shown, (at, gradient) = name_text(name), seen[missing]
    question = Question(
        kind="forgotten act", level="beginner", node=name, form="choice", options=tuple(_ACTS),
        answer=missing,
        concept="accumulation" if missing == "zero" else "update step",
        text="Each pass of a loop is meant to set the gradient to zero, run forward, run backward and "
        f"update, with the learning rate {_RATE:g}. Of what follows one act may have been forgotten.\n"
        f"after the first one: {shown} = {number(value)}, its gradient {number(slope)}\n"
        f"after the second one: {shown} = {number(at, 6)}, its gradient {number(gradient)}\n"
        f"For comparison: alone, a pass at {shown} = {number(moved, 6)} gives {number(there)}.\n"
        "Which act was forgotten?",
        hints=(
            f"Did {shown} move by learning rate times gradient?",
            "Compare the second gradient with the first, with that of a single pass, and with their sum.",
        ),
        explanation=_ACTS[missing][0],
        link=source.link,
    )  # fmt: skip
    mistakes = [Misconception(act, says) for act, (_, says) in _ACTS.items() if act != missing]
    return knowing(question, mistakes)


def _slope_at(document: Document, trace: Trace, name: str, value: float) -> float:
    """The gradient of a parameter after it alone was moved."""
    moved = run(document.with_values({name: value}), wrt=trace.plan.wrt, output=trace.output)
    return rounded(moved.gradient(name)) if moved.has_gradient(name) else float("nan")


def _differ(numbers: list[float]) -> bool:
    """Whether numbers are finite and can be told apart with the digits that are shown."""
    size = max(map(abs, numbers))
    pairs = [abs(a - b) for k, a in enumerate(numbers) for b in numbers[k + 1 :]]
    return bool(np.isfinite(numbers).all()) and min(pairs) > 0.02 * size > 0


KINDS = (
    Kind("faulty node", "Find the faulty step", "backward pass", ("advanced",), faulty_node),
    Kind("forgotten act", "The forgotten act", "update step", ("beginner",), forgotten_act),
)
