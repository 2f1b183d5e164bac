"""Questions on gradients as sums: what comes into a node from above, and what meets at a fan-out.

The one rule: every term is given with what it is made of, so that the sum can be worked out from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from graph_explorer.engine.notation import bracketed, derivative, name_text, number
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.quiz.kinds.backward import scalar_factor
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Facts, Misconception, Question
from graph_explorer.quiz.source import Source, added, allowance, given, one_entry, written
from graph_explorer.quiz.wording import slot_of

#: A value that is used more often than this is not asked about: its terms fill a page.
_MOST_USES = 6


# ── upstream ──────────────────────────────────────────────────────────────────────────────────


def upstream(source: Source, random: Random) -> Question | None:
    """What comes into a node from above: the sum of upstream times local over all that use its value."""
    trace, output = source.trace, source.output
    ids = {
        step.node.id
        for step in source.pulls
        if step.node.id != output and np.ndim(np.asarray(step.upstream)) == 0
    }
    nodes = [node for node in trace.graph if node.id in ids and 0 < len(trace.terms(node.id)) <= _MOST_USES]
    if not nodes:
        return None
    telling = [node for node in nodes if float(trace.gradient(node.id)) != 1]
    node = random.choice(telling or nodes)
    terms = trace.terms(node.id)
    shown, asked = name_text(node.id), derivative(output, node.id)
    parts = [float(term.contribution) for term in terms]
    answer = float(trace.gradient(node.id))
    factors = [_factors(term) for term in terms]
    question = Question(
        kind="upstream", level="beginner" if len(terms) == 1 else "intermediate", concept="chain rule",
        node=node.id, form="number",
        text="\n".join(
            [
                f"{shown} is used {'once' if len(terms) == 1 else f'{len(terms)} times'}:",
                *(_use(term, found) for term, found in zip(terms, factors, strict=True)),
                given(shown, trace.value(node.id)),
                f"Which upstream gradient does {shown} multiply with its local derivatives, that is {asked}?",
            ]
        ),
        answer=answer,
        tolerance=allowance(answer, *parts),
        hints=(
            "The upstream gradient of a node is the whole gradient of its own output.",
            f"Each use of {shown} sends back its own gradient times its local derivative; add them up."
            if len(terms) > 1
            else f"The one use of {shown} sends back its own gradient times its local derivative.",
            _products_text(factors, parts),
        ),
        explanation=f"{asked} = " + _summed(factors, parts, answer) + ".",
        link=source.link,
        makes=("gradient", node.id, ""),
        facts={("contribution", str(term.position), ""): float(term.contribution) for term in terms},
        again=lambda facts: float(sum(facts.values())),
    )  # fmt: skip
    return knowing(question, _upstream_mistakes(trace, node.id, factors, parts))


def _factors(term: Pulled) -> tuple[float, float] | None:
    """Upstream and local derivative of a step of single numbers; None where it is not one."""
    if isinstance(term.upstream, tuple) or np.ndim(term.upstream) or np.ndim(term.contribution):
        return None
    factor = scalar_factor(term, ())
    return None if factor is None else (float(term.upstream), factor)


def _use(term: Pulled, factors: tuple[float, float] | None) -> str:
    """One use of a value, with what it takes to work out its contribution."""
    node, into = name_text(term.node.id), name_text(term.into)
    through = f"through {node}{slot_of(term)}"
    if factors is None:
        return f"{through}: it sends back {number(term.contribution)}"
    above = derivative(term.trace.output, term.node.id)
    return f"{through}: {above} = {number(factors[0])}, ∂{node}/∂{into} = {number(factors[1])}"


def _products_text(factors: Sequence[tuple[float, float] | None], parts: Sequence[float]) -> str:
    """`−2 × 3 + (−1) × 4`: only what stands within the line is put in brackets."""
    shown: list[str] = []
    for found, part in zip(factors, parts, strict=True):
        first, *others = (part,) if found is None else found
        lead = number(first) if not shown else bracketed(number(first))
        shown.append(" × ".join([lead, *(bracketed(number(other)) for other in others)]))
    return " + ".join(shown)


def _summed(factors: Sequence[tuple[float, float] | None], parts: Sequence[float], total: float) -> str:
    """The products, their sum, and the result: `2 × 3 + 1 × 4 = 6 + 4 = 10`."""
    steps = [_products_text(factors, parts)]
    steps += [added(parts)] if len(parts) > 1 else []
    steps.append(number(total))
    return " = ".join(dict.fromkeys(steps))


def _upstream_mistakes(
    trace: Trace, name: str, factors: Sequence[tuple[float, float] | None], parts: Sequence[float]
) -> list[Misconception]:
    found = [Misconception(float(trace.value(name)), "That is the node's value; the gradient was asked for.")]
    if len(parts) > 1:
        found.append(Misconception(parts[0], "That is only the first of the terms; add them all."))
    elif factors[0] is not None:
        above, local = factors[0]
        found += [
            Misconception(above, "That is the gradient of the node above; its local derivative is missing."),
            Misconception(local, "That is the local derivative above; the gradient there is missing."),
        ]
    return [*found, Misconception(1.0, "Only the output itself is sure to have the gradient 1.")]


# ── accumulated gradient ──────────────────────────────────────────────────────────────────────


def accumulated(source: Source, random: Random) -> Question | None:
    """The sum at a fan-out, with the terms given."""
    trace = source.trace
    names = [
        name
        for name in dict.fromkeys(step.into for step in source.pulls)
        if 1 < len(trace.terms(name)) <= _MOST_USES
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
        f"through {name_text(term.node.id)}{slot_of(term)}: {written(part)}"
        for term, part in zip(terms, parts, strict=True)
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
        explanation=f"Every use brings its own term, and terms are added: {derivative(output, name)} = "
        f"{added(parts)} = {number(total)}.",
        link=source.link,
        makes=("gradient", name, suffix),
        facts=facts,
        again=lambda facts: float(sum(facts.values())),
    )  # fmt: skip
    return knowing(question, _sum_mistakes(parts, total))


def _sum_mistakes(parts: Sequence[float], total: float) -> list[Misconception]:
    return [
        Misconception(parts[0], "That is the first term only; the others are to be added."),
        Misconception(
            parts[-1], "That is the last term only: it must be added to what was there, not replace it."
        ),
        Misconception(total / len(parts), "Contributions are added, not averaged."),
        Misconception(float(np.prod(parts)), "Along a path one multiplies; where paths meet one adds."),
        Misconception(-total, "The size is right, the sign is not."),
    ]


KINDS = (
    Kind("upstream", "What comes from above", "chain rule", ("beginner", "intermediate"), upstream),
    Kind(
        "accumulated gradient",
        "The sum over all uses",
        "accumulation",
        ("beginner", "intermediate"),
        accumulated,
    ),
)
