"""Questions on single steps backward: local derivative, contribution, error term δ.

The one rule: the numbers of an answer are the trace's own, and the text gives all that is needed to
work them out, with the digits that the tolerance allows for.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from graph_explorer.engine.explain import is_preactivation, sentence
from graph_explorer.engine.notation import bracketed, derivative, name_text, number
from graph_explorer.engine.ops import operation, operation_of
from graph_explorer.engine.trace import Pulled
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Facts, Level, Misconception, Question
from graph_explorer.quiz.source import (
    Source,
    allowance,
    as_printed,
    given,
    one_entry,
    reckoned,
    written,
)
from graph_explorer.quiz.wording import formula, local_rule, rule, slot_of, taken

Array = np.ndarray[Any, Any]

#: So often a step is asked about whose local derivative says something, if there is one.
_TELLING = 0.85
_WHAT_LOCAL = ("The local derivative is the slope of this one operation; nothing above it enters.",)


def _level(step: Pulled) -> Level:
    """Plain numbers are for beginners; arrays entry by entry come next, matrices last."""
    if np.ndim(np.asarray(step.upstream)) == 0 and np.ndim(step.contribution) == 0:
        return "beginner"
    return "intermediate" if step.local.form == "elementwise" else "advanced"


def _pick(source: Source, random: Random, wanted: Any) -> Pulled | None:
    """A step by chance, most often one whose local derivative is not just 1."""
    found = [step for step in source.pulls if wanted(step)]
    telling = [
        step for step in found if step.local.value is None or np.any(np.asarray(step.local.value) != 1)
    ]
    if telling and random.random() < _TELLING:
        return random.choice(telling)
    return random.choice(found) if found else None


def _inputs(step: Pulled) -> list[str]:
    """The values that the node takes, and its own, as lines."""
    return [*taken(step.trace, step.node), given(name_text(step.node.id), step.trace.value(step.node.id))]


def _text(step: Pulled, asked: str, lines: Sequence[str]) -> str:
    return "\n".join([formula(step.trace, step.node), *lines, asked])


def _slope_from_printed(step: Pulled) -> Array:
    """The local derivative as it comes out of the numbers that a question prints."""
    trace, node = step.trace, step.node
    found = operation_of(node)
    numbers = trace.constants_of(node)
    inputs: list[Any] = [
        value if value is None or slot in numbers else as_printed(value)
        for slot, value in enumerate(trace.inputs_of(node))
    ]
    value = as_printed(trace.value(node.id))
    with np.errstate(all="ignore"):
        local = found.local(step.input_index, value, inputs, node.attributes, numbers)
    return np.asarray(local.value)


def scalar_factor(step: Pulled, index: tuple[int, ...]) -> float | None:
    """The local derivative at one entry, where it is one number an entry; None where it is not."""
    local = step.local
    upstream = np.asarray(step.upstream)
    if local.form not in ("scalar", "elementwise") or upstream.shape != step.contribution.shape:
        return None
    return float(np.asarray(local.value)[index])


# ── local derivative ──────────────────────────────────────────────────────────────────────────


def local_derivative(source: Source, random: Random) -> Question | None:
    """∂node/∂input, one entry of it."""
    step = _pick(source, random, lambda s: operation(s.node.op).elementwise)
    if step is None:
        return None
    slopes = np.broadcast_to(np.asarray(step.local.value), np.shape(step.trace.value(step.node.id)))
    index, suffix = one_entry(slopes, random)
    answer = float(slopes[index])
    node, into = name_text(step.node.id), name_text(step.into)
    value = float(step.trace.value(step.node.id)[index])
    above = float(np.asarray(step.upstream)[index])
    from_printed = np.broadcast_to(_slope_from_printed(step), slopes.shape)[index]
    tolerance = reckoned(answer, float(from_printed), allowance(answer))
    if tolerance is None:
        return None
    question = Question(
        kind="local derivative", level="beginner" if not suffix else "intermediate", concept="chain rule",
        node=step.node.id, form="number",
        text=_text(
            step,
            f"What is the local derivative ∂{node}/∂{into}{slot_of(step)}"
            + (f", at the entry {suffix} of {node}?" if suffix else "?"),
            _inputs(step),
        ),
        answer=answer,
        tolerance=tolerance,
        hints=(*_WHAT_LOCAL, *rule(step)[1:]),
        explanation=local_rule(step) + (f"; at {suffix} that is {number(answer)}." if suffix else "."),
        link=source.link,
        makes=("local", step.node.id, str(step.input_index), suffix),
    )  # fmt: skip
    mistakes = [
        Misconception(
            answer * above, "That is upstream times local; only the local derivative was asked for."
        ),
        Misconception(value, "That is the value of the node, not its derivative."),
        Misconception(-answer, "The size is right, the sign is not."),
        Misconception(1.0, f"The slope is not 1 here: {local_rule(step)}."),
    ]
    return knowing(question, mistakes)


# ── contribution ──────────────────────────────────────────────────────────────────────────────


def _mixes(step: Pulled) -> bool:
    """Whether a linear operator has entries to mix."""
    return step.local.form == "linear" and step.contribution.size > 1


def contribution(source: Source, random: Random) -> Question | None:
    """Upstream × local along one edge, one entry of it."""
    step = _pick(source, random, lambda s: operation(s.node.op).elementwise or _mixes(s))
    if step is None:
        return None
    added = step.contribution
    index, suffix = one_entry(added, random)
    answer, factor = float(added[index]), scalar_factor(step, index)
    node, into, output = step.node.id, name_text(step.into), source.output
    above = np.asarray(step.upstream)
    facts: Facts = {}
    again = None
    tolerance: float | None = allowance(answer, *_products(step, index))
    if factor is not None:
        slope = float(np.broadcast_to(_slope_from_printed(step), above.shape)[index])
        tolerance = reckoned(answer, float(as_printed(above)[index]) * slope, allowance(answer))
        facts = {
            ("gradient", node, suffix): float(above[index]),
            ("local", node, str(step.input_index), suffix): factor,
        }
        again = lambda facts: float(np.prod(list(facts.values())))
    if tolerance is None:
        return None
    asked = f"What does {name_text(node)} contribute to {derivative(output, step.into)}{slot_of(step)}"
    question = Question(
        kind="contribution", level=_level(step), concept="chain rule", node=node, form="number",
        text=_text(
            step,
            f"{asked}, at the entry {suffix}?" if suffix else f"{asked}?",
            [*_inputs(step), f"{derivative(output, node)} = {written(above)}"],
        ),
        answer=answer,
        tolerance=tolerance,
        hints=rule(step),
        explanation=sentence(step) + (f" At {suffix} that is {number(answer)}." if suffix else ""),
        link=source.link,
        makes=("contribution", str(step.position), suffix),
        facts=facts,
        again=again,
    )  # fmt: skip
    return knowing(question, _contribution_mistakes(step, index, factor, into))


def _products(step: Pulled, index: tuple[int, ...]) -> list[float]:
    """The terms of the sum that an entry of a contribution is, for the size of its rounding."""
    above = np.asarray(step.upstream)
    if step.local.form == "elementwise" and above.shape != step.contribution.shape:
        return [float(np.abs(above * np.asarray(step.local.value)).max(initial=0.0))]
    if step.node.op in ("MatMul", "Gemm"):
        largest = [
            float(np.abs(v).max(initial=0.0)) for v in step.trace.inputs_of(step.node)[:2] if v is not None
        ]
        return [float(np.abs(above).max(initial=0.0)) * max(largest)]
    return []


def _contribution_mistakes(
    step: Pulled, index: tuple[int, ...], factor: float | None, into: str
) -> list[Misconception]:
    above, added = np.asarray(step.upstream), step.contribution
    answer = float(added[index])
    found: list[Misconception] = []
    if factor is not None:
        up = float(above[index])
        found += [
            Misconception(factor, "That is the local derivative alone: the upstream gradient is missing."),
            Misconception(up, "That is the upstream gradient alone: the local derivative is missing."),
            Misconception(up + factor, "Upstream and local are multiplied along a path, not added."),
            Misconception(float(step.trace.value(step.into)[index]), f"That is the value of {into}."),
        ]
        others = [name for name in step.node.inputs if name and name != step.into]
        if step.node.op == "Mul" and len(others) == 1:
            own = float(np.broadcast_to(step.trace.value(step.into), above.shape)[index])
            found.append(
                Misconception(up * own, f"Of a product by {into} the derivative is the other factor.")
            )
    elif step.local.form == "elementwise" and above.size > added.size:
        entries = np.broadcast_to(above * np.asarray(step.local.value), above.shape)
        found += [
            Misconception(
                float(entries.flat[0]), "That is one of the terms; a repeated value gets their sum."
            ),
            Misconception(answer * added.size / above.size, "The terms are summed, not averaged."),
        ]
    found.append(Misconception(-answer, "The size is right, the sign is not."))
    return found


# ── δ ─────────────────────────────────────────────────────────────────────────────────────────


def delta(source: Source, random: Random) -> Question | None:
    """The error term δ of a layer: the gradient of a pre-activation."""
    step = _pick(
        source,
        random,
        lambda s: (
            is_preactivation(source.trace.graph, s.into)
            and operation(s.node.op).elementwise
            and np.shape(s.upstream) == s.contribution.shape
        ),
    )
    if step is None:
        return None
    delta_here = step.contribution
    index, suffix = one_entry(delta_here, random)
    answer, slope = float(delta_here[index]), scalar_factor(step, index)
    assert slope is not None
    above = float(np.asarray(step.upstream)[index])
    into, node, output = name_text(step.into), name_text(step.node.id), source.output
    shown_slope = np.broadcast_to(_slope_from_printed(step), delta_here.shape)[index]
    tolerance = reckoned(answer, above * float(shown_slope), allowance(answer))
    if tolerance is None:
        return None
    question = Question(
        kind="delta", level="intermediate" if not suffix else "advanced", concept="error term", form="number",
        node=step.trace.graph.node(step.into).id,
        text=_text(
            step,
            f"What is the error term δ = {derivative(output, step.into)}"
            + (f", at the entry {suffix}?" if suffix else "?"),
            [*_inputs(step), f"{derivative(output, step.node.id)} = {written(step.upstream)}"],
        ),
        answer=answer,
        tolerance=tolerance,
        hints=rule(step),
        explanation=f"δ = {derivative(output, step.node.id)} × ∂{node}/∂{into} = "
        f"{number(above)} × {bracketed(number(slope))} = {number(answer)}.",
        link=source.link,
        makes=("gradient", step.into, suffix),
    )  # fmt: skip
    return knowing(question, _delta_mistakes(node, answer, above, slope))


def _delta_mistakes(node: str, answer: float, above: float, slope: float) -> list[Misconception]:
    return [
        Misconception(
            above, f"That is the gradient of {node}, after the activation; δ is the one before it."
        ),
        Misconception(
            slope, "That is the slope of the activation alone; the gradient from above is missing."
        ),
        Misconception(-answer, "The size is right, the sign is not."),
    ]


KINDS = (
    Kind(
        "local derivative",
        "The local derivative",
        "chain rule",
        ("beginner", "intermediate"),
        local_derivative,
    ),
    Kind(
        "contribution",
        "Upstream times local",
        "chain rule",
        ("beginner", "intermediate", "advanced"),
        contribution,
    ),
    Kind("delta", "The error term δ", "error term", ("intermediate", "advanced"), delta),
)
