"""Questions on single steps backward: upstream, local derivative, contribution, accumulated gradient, δ.

The one rule: the numbers of an answer are the trace's own, and the text gives all that is needed to
work them out, with the digits that the tolerance allows for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from graph_explorer.engine.explain import arithmetic, is_preactivation, sentence
from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.ops import operation
from graph_explorer.engine.trace import Pulled
from graph_explorer.quiz.kinds.kind import Kind, distinct
from graph_explorer.quiz.question import Facts, Level, Misconception, Question
from graph_explorer.quiz.source import Source, added, allowance, given, one_entry, written

Array = np.ndarray[Any, Any]


def _level(step: Pulled) -> Level:
    """Plain numbers are for beginners; arrays entry by entry come next, matrices last."""
    if np.ndim(np.asarray(step.upstream)) == 0 and np.ndim(step.contribution) == 0:
        return "beginner"
    return "intermediate" if step.local.form == "elementwise" else "advanced"


def _pick(source: Source, random: Random, wanted: Any) -> Pulled | None:
    found = [step for step in source.pulls if wanted(step)]
    return random.choice(found) if found else None


def _inputs(step: Pulled) -> list[str]:
    """The values that the node takes, and its own, as lines."""
    trace, node = step.trace, step.node
    names = [name for name in dict.fromkeys(node.inputs) if name]
    lines = [given(name_text(name), trace.value(name)) for name in names]
    return [*lines, given(name_text(node.id), trace.value(node.id))]


def _operation(step: Pulled) -> str:
    """The node as it is written: what it is called, what it does."""
    node = step.node
    takes = ", ".join(name_text(name) for name in node.inputs if name)
    return f"{name_text(node.id)} = {node.op}({takes})"


def _text(step: Pulled, asked: str, lines: Sequence[str]) -> str:
    return f"The node {_operation(step)}.\n" + "\n".join(lines) + f"\n{asked}"


def _hints(step: Pulled) -> tuple[str, ...]:
    """The rule, the local derivative as a formula, then with its numbers."""
    shown = arithmetic(step)
    lines = (shown.rule.text, shown.local.text, shown.numbers.text if shown.numbers else shown.note)
    return tuple(line for line in lines if line)


def _scalar_factor(step: Pulled, index: tuple[int, ...]) -> float | None:
    """The local derivative at one entry, where it is one number an entry; None where it is not."""
    local = step.local
    upstream = np.asarray(step.upstream)
    if local.form not in ("scalar", "elementwise") or upstream.shape != step.contribution.shape:
        return None
    return float(np.asarray(local.value)[index])


# ── upstream ──────────────────────────────────────────────────────────────────────────────────


def upstream(source: Source, random: Random) -> Question | None:
    """What comes into a node from above: which number is it?"""
    step = _pick(source, random, lambda s: s.node.id != source.output and np.ndim(s.upstream) == 0)
    if step is None:
        return None
    trace, node, output = source.trace, step.node, source.output
    terms = trace.terms(node.id)
    parts = [
        f"{name_text(term.node.id)} sends {number(term.contribution)} to {name_text(node.id)}"
        for term in terms
    ]
    answer = float(trace.gradient(node.id))
    question = Question(
        kind="upstream", level="beginner", concept="chain rule", node=node.id, form="number",
        text=_text(
            step,
            f"Which upstream gradient does {name_text(node.id)} multiply with its local derivatives, "
            f"that is {derivative(output, node.id)}?",
            [*parts, given(name_text(node.id), trace.value(node.id))],
        ),
        answer=answer,
        tolerance=allowance(answer, *(float(term.contribution) for term in terms)),
        hints=(
            "The upstream gradient of a node is the whole gradient of its own output.",
            f"Add all that the consumers of {name_text(node.id)} send back.",
            added(float(term.contribution) for term in terms),
        ),
        explanation=f"{derivative(output, node.id)} = {number(answer)}: the sum of what its consumers send.",
        link=source.link,
        makes=("gradient", node.id, ""),
        facts={("contribution", str(term.position), ""): float(term.contribution) for term in terms},
        again=lambda facts: float(sum(facts.values())),
    )  # fmt: skip
    mistakes = [
        Misconception(float(trace.value(node.id)), "That is the node's value; the gradient was asked for."),
        *(
            [
                Misconception(
                    float(terms[0].contribution), "That is only the first of the terms; add them all."
                )
            ]
            if len(terms) > 1
            else []
        ),
        Misconception(1.0, "Only the output itself has the gradient 1."),
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


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
    question = Question(
        kind="local derivative", level="beginner" if not suffix else "intermediate", concept="chain rule",
        node=step.node.id, form="number",
        text=_text(
            step,
            f"What is the local derivative ∂{node}/∂{into}"
            + (f" at the entry {suffix} of {node}?" if suffix else "?"),
            _inputs(step),
        ),
        answer=answer,
        tolerance=allowance(answer),
        hints=_hints(step)[1:],
        explanation=f"∂{node}/∂{into} = {step.local.text} = {number(answer)}.",
        link=source.link,
        makes=("local", step.node.id, str(step.input_index), suffix),
    )  # fmt: skip
    mistakes = [
        Misconception(
            answer * above, "That is upstream times local; only the local derivative was asked for."
        ),
        Misconception(value, "That is the value of the node, not its derivative."),
        Misconception(-answer, "The size is right, the sign is not."),
        Misconception(1.0, f"The slope is not 1: {node} changes with {into} as {step.local.text} says."),
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


# ── contribution ──────────────────────────────────────────────────────────────────────────────


def contribution(source: Source, random: Random) -> Question | None:
    """Upstream × local along one edge, one entry of it."""
    step = _pick(source, random, lambda s: operation(s.node.op).elementwise or s.local.form == "linear")
    if step is None:
        return None
    added = step.contribution
    index, suffix = one_entry(added, random)
    answer, factor = float(added[index]), _scalar_factor(step, index)
    node, into, output = step.node.id, name_text(step.into), source.output
    above = np.asarray(step.upstream)
    facts: Facts = {}
    again = None
    if factor is not None:
        facts = {
            ("gradient", node, suffix): float(above[index]),
            ("local", node, str(step.input_index), suffix): factor,
        }
        again = lambda facts: float(np.prod(list(facts.values())))
    asked = f"How much does this edge contribute to {derivative(output, step.into)}"
    question = Question(
        kind="contribution", level=_level(step), concept="chain rule", node=node, form="number",
        text=_text(
            step,
            f"{asked}, at the entry {suffix}?" if suffix else f"{asked}?",
            [*_inputs(step), f"{derivative(output, node)} = {written(above)}"],
        ),
        answer=answer,
        tolerance=allowance(answer, *_products(step, index)),
        hints=_hints(step),
        explanation=sentence(step),
        link=source.link,
        makes=("contribution", str(step.position), suffix),
        facts=facts,
        again=again,
    )  # fmt: skip
    return dataclasses.replace(
        question, misconceptions=distinct(question, _contribution_mistakes(step, index, factor, into))
    )


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


# ── accumulated gradient ──────────────────────────────────────────────────────────────────────


def accumulated(source: Source, random: Random) -> Question | None:
    """The sum at a fan-out, with the terms given."""
    trace = source.trace
    names = [
        name
        for name in dict.fromkeys(step.into for step in source.pulls)
        if len(trace.terms(name)) > 1 and len(trace.terms(name)) <= 6
    ]
    if not names:
        return None
    name = random.choice(names)
    terms = trace.terms(name)
    index, suffix = one_entry(trace.gradient(name), random)
    parts = [float(term.contribution[index]) for term in terms]
    total = sum(parts)
    shown, output = name_text(name), source.output
    lines = [
        f"through {name_text(term.node.id)}: {written(part)}" for term, part in zip(terms, parts, strict=True)
    ]
    where = f" at the entry {suffix}" if suffix else ""
    facts: Facts = {
        ("contribution", str(t.position), suffix): part for t, part in zip(terms, parts, strict=True)
    }
    question = Question(
        kind="accumulated gradient", concept="accumulation", form="number",
        level="beginner" if not suffix else "intermediate", node=trace.graph.node(name).id,
        text=f"{shown} is used {len(terms)} times. Its uses send back{where}:\n"
        + "\n".join(lines)
        + f"\nWhat is {derivative(output, name)}{where}?",
        answer=total,
        tolerance=allowance(total, *parts),
        hints=(
            "Every use of a value is a way in which it moves the output.",
            "The contributions of all uses are added up.",
            added(parts),
        ),
        explanation=f"{derivative(output, name)} = {added(parts)} = {number(total)}.",
        link=source.link,
        makes=("gradient", name, suffix),
        facts=facts,
        again=lambda facts: float(sum(facts.values())),
    )  # fmt: skip
    mistakes = [
        Misconception(parts[0], "That is the first term only; the others are to be added."),
        Misconception(
            parts[-1], "That is the last term only: it must be added to what was there, not replace it."
        ),
        Misconception(total / len(parts), "Contributions are added, not averaged."),
        Misconception(float(np.prod(parts)), "Along a path one multiplies; where paths meet one adds."),
        Misconception(-total, "The size is right, the sign is not."),
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


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
    answer, slope = float(delta_here[index]), _scalar_factor(step, index)
    assert slope is not None
    above = float(np.asarray(step.upstream)[index])
    into, node, output = name_text(step.into), name_text(step.node.id), source.output
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
        tolerance=allowance(answer),
        hints=_hints(step),
        explanation=f"δ = {derivative(output, step.node.id)} × ∂{node}/∂{into} = "
        f"{number(above)} × {number(slope)} = {number(answer)}.",
        link=source.link,
    )  # fmt: skip
    mistakes = [
        Misconception(
            above, f"That is the gradient of {node}, after the activation; δ is the one before it."
        ),
        Misconception(
            slope, "That is the slope of the activation alone; the gradient from above is missing."
        ),
        Misconception(-answer, "The size is right, the sign is not."),
    ]
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


KINDS = (
    Kind("upstream", "What comes from above", "chain rule", ("beginner",), upstream),
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
    Kind(
        "accumulated gradient",
        "The sum over all uses",
        "accumulation",
        ("beginner", "intermediate"),
        accumulated,
    ),
    Kind("delta", "The error term δ", "error term", ("intermediate", "advanced"), delta),
)
