"""Questions on short programs: what they print, and how a batch's gradients combine.

The one rule: a program is drawn from the seed, run through the same language and engine as any
document, and small enough to be worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from graph_explorer.document import parse, run
from graph_explorer.engine.explain import sentence
from graph_explorer.engine.notation import number
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Level, Misconception, Question
from graph_explorer.quiz.source import Source, added, allowance

#: A program with holes for small whole numbers → what it teaches, and its level.
_PROGRAMS: tuple[tuple[str, str, Level], ...] = (
    ("a = x*y\nL = a + x", "accumulation", "beginner"),
    ("a = x + y\nL = a*x", "accumulation", "intermediate"),
    ("a = x*x\nL = a + {n}*x", "accumulation", "beginner"),
    ("a = {n}*x\nL = a*y + a", "accumulation", "intermediate"),
    ("a = x + {n}\nL = a**2", "chain rule", "beginner"),
    ("z = x*y + {n}\nL = (z - {m})**2", "chain rule", "intermediate"),
    ("a = relu(x - {n})\nL = a*y", "chain rule", "intermediate"),
    ("a = maximum(x, y)\nL = {n}*a + x", "chain rule", "intermediate"),
    ("h = x\nfor t in range(3):\n    h = y*h\nL = 2*h", "backpropagation through time", "advanced"),
    ("h = 0*x\nfor t in range(3):\n    h = y*h + x\nL = 2*h", "backpropagation through time", "expert"),
    ("a = x*y\nb = a*a\nL = a + b", "reuse of intermediates", "advanced"),
)


def prints(source: Source, random: Random) -> Question | None:
    """What a small program gives as the gradient of one of its variables."""
    template, concept, level = random.choice(_PROGRAMS)
    program = template.format(n=random.randint(2, 5), m=random.randint(1, 6))
    values = {"x": float(random.randint(-4, 5)), "y": float(random.randint(-3, 4))}
    if 0.0 in values.values() or values["x"] == values["y"]:
        return None
    trace = run(parse(program, parameters=values))
    names = [name for name in ("x", "y") if trace.has_gradient(name)]
    name = random.choice(names)
    answer = float(trace.gradient(name))
    terms = [float(term.contribution) for term in trace.terms(name)]
    value = float(trace.value("L"))
    shown = "\n".join(f"{key} = {number(value)}" for key, value in values.items())
    parts = added(terms) + (f" = {number(answer)}" if len(terms) > 1 else "")
    question = Question(
        kind="what it prints", level=level, concept=concept, form="number", answer=answer,
        text=f"{shown}\n{program}\nThe backward pass starts at L. What is the gradient of {name}?",
        program=program,
        tolerance=allowance(answer),
        hints=(
            "Draw the graph: every use of a name is an edge.",
            f"Work out the forward values first: L = {number(value)}.",
            f"{name} is used {'once' if len(terms) == 1 else f'{len(terms)} times'}: "
            + ("what comes back there is its gradient." if len(terms) == 1 else "add up what comes back."),
        ),
        explanation="\n".join([*_way_back(trace), f"∂L/∂{name} = {parts}."]),
        link=_LINKS.get(concept, "fan_out"),
    )  # fmt: skip
    other = next((each for each in names if each != name), None)
    mistakes = [
        Misconception(terms[0], "That is what comes back along one use; add those of the others."),
        Misconception(value, "That is the value of L; its gradient was asked for."),
        *(
            [Misconception(float(trace.gradient(other)), f"That is the gradient of {other}.")]
            if other is not None
            else []
        ),
        Misconception(-answer, "The size is right, the sign is not."),
    ]
    return knowing(question, mistakes)


def _way_back(trace: Trace) -> list[str]:
    """Every step of the backward pass as a sentence."""
    return [sentence(step).replace("In t=", "In turn t=") for step in trace.steps if isinstance(step, Pulled)]


_LINKS: Mapping[str, str] = {
    "accumulation": "fan_out",
    "chain rule": "neuron",
    "backpropagation through time": "rnn",
    "reuse of intermediates": "forward_vs_reverse",
}


# ── mini-batches ──────────────────────────────────────────────────────────────────────────────

_REDUCTIONS: Mapping[str, Callable[[list[float]], float]] = {
    "mean": lambda parts: sum(parts) / len(parts),
    "sum": lambda parts: sum(parts),
}


def batch(source: Source, random: Random) -> Question | None:
    """The gradient of a batch from those of its examples."""
    count = random.choice((2, 4, 5))
    weight = float(random.randint(1, 3))
    xs = [float(random.randint(-3, 4)) for _ in range(count)]
    ys = [float(random.randint(-4, 5)) for _ in range(count)]
    reduction = random.choice(list(_REDUCTIONS))
    program = f"e = (w*x - y)**2\nL = {reduction}(e)"
    trace = run(parse(program, inputs={"x": xs, "y": ys}, parameters={"w": weight}))
    parts = [2 * (weight * x - y) * x for x, y in zip(xs, ys, strict=True)]
    answer = float(trace.gradient("w"))
    other = next(name for name in _REDUCTIONS if name != reduction)
    worked = f"({added(parts)}) / {count}" if reduction == "mean" else added(parts)
    told = "\n".join(f"example {k}: {number(part)}" for k, part in enumerate(parts, 1))
    question = Question(
        kind="mini-batch", level="beginner", concept="mini-batch averaging", form="number",
        answer=answer,
        text=f"The loss of a batch is the {reduction} of the losses of its {count} examples. "
        f"Their gradients with respect to w are\n{told}\nWhat is the gradient of the loss of the batch?",
        program=program,
        tolerance=allowance(answer, max(map(abs, parts)) / count),
        hints=(
            f"The derivative of a {reduction} is the {reduction} of the derivatives.",
            worked,
        ),
        explanation=f"The {reduction} of the gradients: {worked} = {number(answer)}.",
        link="minibatch",
    )  # fmt: skip
    mistakes = [
        Misconception(_REDUCTIONS[other](parts), f"That is their {other}, but the loss is the {reduction}."),
        Misconception(max(parts, key=abs), "That is the gradient of one example only."),
        Misconception(-answer, "The size is right, the sign is not."),
    ]
    return knowing(question, mistakes)


# ── clipping ──────────────────────────────────────────────────────────────────────────────────


def _against(norm: float, bound: float) -> str:
    if norm <= bound:
        return f"not above {number(bound)}, so nothing is clipped"
    return f"so the whole gradient is multiplied by {number(bound)}/{number(norm)}"


def clipping(source: Source, random: Random) -> Question | None:
    """An entry of a gradient whose norm is clipped."""
    a, b, c = random.choice(((3, 4, 5), (6, 8, 10), (5, 12, 13), (8, 15, 17), (9, 12, 15)))
    gradient = [float(random.choice((-1, 1)) * a), float(random.choice((-1, 1)) * b)]
    bound = float(random.choice((1, 2, c - 2, 2 * c)))
    factor = min(1.0, bound / c)
    shown = "1" if factor == 1 else f"{number(bound)}/{c}"
    entry = random.randrange(2)
    answer = gradient[entry] * factor
    question = Question(
        kind="clipping", level="intermediate", concept="clipping", form="number", answer=answer,
        text=f"g = [{', '.join(number(part) for part in gradient)}]\n"
        f"Its norm is clipped to at most {number(bound)}. What is the entry [{entry}] of the gradient then?",
        tolerance=allowance(answer),
        hints=(
            "Clipping by norm keeps the direction: a gradient that is too long is multiplied by one factor.",
            f"The norm is √({a}² + {b}²) = {c}.",
            f"The factor is {shown}.",
        ),
        explanation=f"The norm is {c}, {_against(c, bound)}: "
        f"{number(gradient[entry])} × {shown} = {number(answer)}.",
        link="exploding",
    )  # fmt: skip
    by_value = max(-bound, min(bound, gradient[entry]))
    mistakes = [
        Misconception(gradient[entry] * bound / c, "A gradient within the bound is left as it is."),
        Misconception(gradient[entry], "The norm is above the bound, so the gradient is scaled down."),
        Misconception(
            by_value, "That clips each entry by itself; clipping by norm scales all by one factor."
        ),
        Misconception(gradient[entry] / c, "That is the gradient scaled to length 1."),
    ]
    return knowing(question, mistakes)


KINDS = (
    Kind(
        "what it prints",
        "What a program prints",
        "chain rule",
        ("beginner", "intermediate", "advanced", "expert"),
        prints,
    ),
    Kind("mini-batch", "The gradient of a batch", "mini-batch averaging", ("beginner",), batch),
    Kind("clipping", "A clipped gradient", "clipping", ("intermediate",), clipping),
)
