"""Questions on a backward pass with one fault in it: find the step that is wrong.

The one rule: all but the fault is right. Steps after it go on from the wrong number by the right rule,
so that only one line does not follow from what stands before it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.trace import Pulled
from graph_explorer.quiz.kinds.kind import Kind, distinct
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source

#: A pass with more steps than this is too long to be read.
_LONGEST = 14


@dataclass(frozen=True)
class Fault:
    """A wrong rule: `wrong(upstream, local, step)` is what it contributes; `says` what it is."""

    name: str
    says: str
    wrong: Callable[[float, float, Pulled], float | None]


def _own_factor(up: float, local: float, step: Pulled) -> float | None:
    """Of a product by one factor the derivative is the other; here it is the factor itself."""
    return up * float(step.trace.value(step.into)) if step.node.op == "Mul" else None


_FAULTS = (
    Fault("sign", "the sign of the contribution is wrong", lambda up, local, step: -up * local),
    Fault("no local", "the local derivative is missing", lambda up, local, step: up),
    Fault("no upstream", "the upstream gradient is missing", lambda up, local, step: local),
    Fault("added", "upstream and local are added, not multiplied", lambda up, local, step: up + local),
    Fault("own factor", "the derivative of a product by a factor is the other factor", _own_factor),
    Fault("twice", "the contribution is counted twice", lambda up, local, step: 2 * up * local),
)


@dataclass(frozen=True)
class _Line:
    """One step of the written pass, with what it says."""

    step: Pulled
    upstream: float
    local: float
    contribution: float
    total: float


def faulty_node(source: Source, random: Random) -> Question | None:
    """Which step of a written backward pass is wrong?"""
    steps = [step for step in source.trace.steps if isinstance(step, Pulled)]
    plain = all(np.ndim(step.contribution) == 0 and step.local.form == "scalar" for step in steps)
    if not plain or not 4 <= len(steps) <= _LONGEST:
        return None
    at = random.randrange(len(steps))
    forget = random.random() < 0.3 and _order(steps, at) > 0
    fault = random.choice(_FAULTS)
    right, lines = _written(steps, -1, None), _written(steps, at, None if forget else fault)
    wrong, true = lines[at], right[at]
    changed = (wrong.total, true.total) if forget else (wrong.contribution, true.contribution)
    finite = all(np.isfinite([line.contribution, line.total]).all() for line in lines)
    if not finite or abs(changed[0] - changed[1]) <= 0.05 * (abs(changed[0]) + abs(changed[1])):
        return None
    options = tuple(f"step {k + 1}" for k in range(len(steps)))
    says = "what was there before is overwritten, not added to" if forget else fault.says
    into = derivative(source.output, wrong.step.into)
    question = Question(
        kind="faulty node", level="advanced", concept="backward pass", node=wrong.step.node.id, form="choice",
        options=options, answer=options[at],
        text="One step of this backward pass is wrong; the steps after it go on from its result. Which one?\n"
        + "\n".join(_line(k, line) for k, line in enumerate(lines)),
        hints=(
            "In each step the contribution must be upstream × local.",
            "And the gradient so far must be what was there before plus the contribution.",
            f"Look at the steps through {name_text(wrong.step.node.id)}.",
        ),
        explanation=f"In step {at + 1} {says}: right is {number(wrong.upstream)} × {number(wrong.local)} = "
        f"{number(wrong.upstream * wrong.local)}, and {into} is then {number(_total(lines, at))}.",
        link=source.link,
    )  # fmt: skip
    after = (
        "That step follows from the numbers before it; the fault is earlier." if at + 1 < len(steps) else ""
    )
    before = "That step is right, and so are its numbers."
    mistakes = [
        Misconception(option, after if k > at and after else before)
        for k, option in enumerate(options)
        if k != at
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


def _order(steps: list[Pulled], at: int) -> int:
    """How many contributions to the same gradient came before step `at`."""
    return sum(step.into == steps[at].into for step in steps[:at])


def _written(steps: list[Pulled], at: int, fault: Fault | None) -> list[_Line]:
    """The pass with a fault at step `at`: a wrong rule, or (None) a sum that is overwritten."""
    totals: dict[str, float] = {}
    lines = []
    for k, step in enumerate(steps):
        output = step.node.id
        up = float(step.trace.seed) if output == step.trace.output else totals[output]
        local = float(np.asarray(step.local.value))
        added = up * local
        if k == at and fault is not None:
            wrong = fault.wrong(up, local, step)
            added = -added if wrong is None else wrong
        forgets = k == at and fault is None
        totals[step.into] = added if forgets else totals.get(step.into, 0.0) + added
        lines.append(_Line(step, up, local, added, totals[step.into]))
    return lines


def _total(lines: list[_Line], at: int) -> float:
    """What the gradient would be after step `at` if that step were right."""
    line = lines[at]
    before = [other.contribution for other in lines[:at] if other.step.into == line.step.into]
    return sum(before) + line.upstream * line.local


def _line(k: int, line: _Line) -> str:
    node, into = name_text(line.step.node.id), name_text(line.step.into)
    return (
        f"step {k + 1}: {node} → {into}: upstream {number(line.upstream)}, "
        f"∂{node}/∂{into} = {line.step.local.text} = {number(line.local)}, "
        f"contribution {number(line.contribution)}, "
        f"{derivative(line.step.trace.output, line.step.into)} so far {number(line.total)}"
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
