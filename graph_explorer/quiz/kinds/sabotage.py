"""Questions on a backward pass with one fault in it: find the step that is wrong.

The one rule: all but the fault is right. Steps after it go on from the wrong number by the right rule,
so that only one line does not follow from what stands before it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.trace import Pulled
from graph_explorer.quiz.kinds.kind import Kind, distinct
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source, written

Array = np.ndarray[Any, Any]

#: A pass with more steps than this, or with arrays of more entries, is too long to be read.
_LONGEST, _LARGEST = 14, 4


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
        kind="faulty node", level="advanced", concept="backward pass", node=line.step.node.id, form="choice",
        options=options, answer=options[at],
        text="One step of this backward pass is wrong; the steps after it go on from its result. Which one?\n"
        + "\n".join(_line(k, each) for k, each in enumerate(lines)),
        hints=(
            "In each step the contribution must be the upstream gradient through the local derivative.",
            "And the gradient so far must be what was there before plus the contribution.",
            f"Look at the steps through {name_text(line.step.node.id)}.",
        ),
        explanation=f"In step {at + 1} {says}: right is a contribution of {written(line.right)}, and "
        f"{derivative(source.output, line.step.into)} is then {written(should)}.",
        link=source.link,
    )  # fmt: skip
    after = "That step follows from the numbers before it; the fault is earlier."
    before = "That step is right, and so are its numbers."
    mistakes = [
        Misconception(option, after if k > at else before) for k, option in enumerate(options) if k != at
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


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
    value = f" = {written(local.value)}" if local.value is not None else ""
    through = f"∂{node}/∂{into} = {local.text}{value}" if local.form != "linear" else f"through {local.text}"
    return (
        f"step {k + 1}: {node} → {into}: upstream {written(line.upstream)}, {through}, "
        f"contribution {written(line.contribution)}, "
        f"{derivative(line.step.trace.output, line.step.into)} so far {written(line.total)}"
    )


# ── the forgotten act ─────────────────────────────────────────────────────────────────────────

_ACTS = ("forward", "backward", "update", "zero", "nothing was forgotten")


def forgotten_act(source: Source, random: Random) -> Question | None:
    """A training loop printed twice: which of its four acts was left out?"""
    trace = source.trace
    names = [
        name
        for name in trace.plan.wrt
        if trace.has_gradient(name) and trace.value(name).ndim == 0 and float(trace.gradient(name))
    ]
    if not names or not np.isfinite(float(np.sum(trace.value(source.output)))):
        return None
    name = random.choice(names)
    value, slope = float(trace.value(name)), float(trace.gradient(name))
    rate = 0.1
    missing = random.choice(("update", "zero"))
    shown, into = name_text(name), derivative(source.output, name)
    rows = [(value, slope)]
    if missing == "update":
        rows.append((value, slope))
        reason = f"{shown} stays what it was, so the next pass finds the same gradient."
    else:
        rows.append((value, 2 * slope))
        reason = "The second pass is run at the same values and its gradient is added to the first one's."
    between = (
        "\nBoth passes are run at the same values; no update stands between them."
        if missing == "zero"
        else ""
    )
    told = "\n".join(
        f"after pass {k}: {shown} = {number(v)}, .grad of {shown} = {number(g)}"
        for k, (v, g) in enumerate(rows, 1)
    )
    question = Question(
        kind="forgotten act", level="beginner", node=name, form="choice", options=_ACTS, answer=missing,
        concept="update step" if missing == "update" else "accumulation",
        text=f"A loop is meant to zero, run forward, run backward and update with learning rate {rate:g}."
        f"{between}\n{told}\nWhich act was forgotten?",
        hints=(
            "An update changes the parameter; zeroing makes the next gradient begin anew.",
            "Compare the two lines: what changed, and by how much?",
        ),
        explanation=reason,
        link=source.link,
    )  # fmt: skip
    says = {
        "forward": "Without a forward pass there would be no new values to differentiate.",
        "backward": f"{into} was computed, so a backward pass did run.",
        "update": "The parameter is not expected to change here; look at the gradient.",
        "zero": "The gradient did not double, so it did begin anew; look at the parameter.",
        "nothing was forgotten": "Then the parameter would have moved, or the gradient begun anew.",
    }
    mistakes = [Misconception(act, says[act]) for act in _ACTS if act != missing]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


KINDS = (
    Kind("faulty node", "Find the faulty step", "backward pass", ("advanced",), faulty_node),
    Kind("forgotten act", "The forgotten act", "update step", ("beginner",), forgotten_act),
)
