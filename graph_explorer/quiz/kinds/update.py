"""Questions on updates: the step of plain gradient descent, and of methods that remember.

The one rule: the numbers in the text are rounded first, and the answer is made from the rounded ones, so
that whoever reckons with what is shown gets it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import bracketed, name_text, number
from graph_explorer.engine.spoken import spoken
from graph_explorer.engine.trace import Trace
from graph_explorer.lab.descent import descend
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.optimizers.quantities import QUANTITIES
from graph_explorer.lab.optimizers.rule import BEFORE
from graph_explorer.lab.optimizers.typeset import worked_latex
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source, allowance, one_entry, rounded

#: A step is asked for where it changes at least this part of the value, so that it can be told from none.
_SEEN, _TRIES = 1e-3, 12
_RATES = (0.01, 0.05, 0.1, 0.2, 0.5)


# ── plain gradient descent ────────────────────────────────────────────────────────────────────


def next_update(source: Source, random: Random) -> Question | None:
    """The new value of a parameter after one step of gradient descent."""
    trace = source.trace
    names = [
        name
        for name in trace.plan.wrt
        if trace.has_gradient(name) and np.isfinite(trace.gradient(name)).all()
    ]
    if not names:
        return None
    found = _step_to_ask(trace, names, random)
    if found is None:
        return None
    name, suffix, value, slope, rate = found
    answer = value - rate * slope
    shown = name_text(name) + suffix
    question = Question(
        kind="next update", level="beginner" if not suffix else "intermediate", concept="update step",
        node=name, form="number",
        text=f"{shown} = {number(value)}\n∂{name_text(source.output)}/∂{shown} = {number(slope)}\n"
        f"learning rate = {rate:g}\nWhat is {shown} after one step of gradient descent?",
        answer=answer,
        tolerance=allowance(rate * slope) + 1e-9 * abs(value),
        hints=(
            "Gradient descent steps against the gradient, as far as the learning rate says.",
            f"new {shown} = {shown} − learning rate × gradient",
            f"{number(value)} − {rate:g} × {bracketed(number(slope))}",
        ),
        explanation=f"new {shown} = {number(value)} − {rate:g} × {bracketed(number(slope))} "
        f"= {number(answer, 6)}.",
        link=source.link,
        makes=("updated", name, suffix),
        facts={("gradient", name, suffix): slope},
        again=lambda facts: float(value - rate * facts["gradient", name, suffix]),
    )  # fmt: skip
    return knowing(question, _step_mistakes(value, slope, rate))


def _step_to_ask(
    trace: Trace, names: Sequence[str], random: Random
) -> tuple[str, str, float, float, float] | None:
    """A parameter, the entry's suffix, its value and slope, and a rate; None where no step would be seen."""
    for _ in range(_TRIES):
        name = random.choice(names)
        index, suffix = one_entry(trace.value(name), random)
        value, slope = rounded(trace.value(name)[index]), rounded(trace.gradient(name)[index])
        rate = random.choice(_RATES)
        if _SEEN * abs(value) < abs(rate * slope):
            return name, suffix, value, slope, rate
    return None


def _step_mistakes(value: float, slope: float, rate: float) -> list[Misconception]:
    return [
        Misconception(value + rate * slope, "That is a step up the slope: the sign of the step is wrong."),
        Misconception(value - slope, "The learning rate is missing."),
        Misconception(
            value, "Computing gradients changes nothing by itself: this is the value without the update."
        ),
        Misconception(-rate * slope, "That is the step alone; add it to the value."),
        Misconception(rate * slope, "That is the size of the step; subtract it from the value."),
    ]


# ── methods that remember ─────────────────────────────────────────────────────────────────────

#: Method → settings that stand for a known mistake, and what to say of it.
_METHODS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "momentum:lr={lr},momentum=0.9": (("sgd:lr={lr}", "The velocity of the steps before is missing."),),
    "rmsprop:lr={lr},alpha=0.9": (
        ("sgd:lr={lr}", "The division by the root of the mean square is missing."),
    ),
    "adagrad:lr={lr}": (("sgd:lr={lr}", "The division by the root of the summed squares is missing."),),
    "adam:lr={lr}": (
        ("adam:lr={lr},bias_correction=false", "The correction of the means for their start is missing."),
        ("sgd:lr={lr}", "That is the step of plain gradient descent."),
    ),
}


def next_point(source: Source, random: Random) -> Question | None:
    """The next value of one coordinate under a method with memory, its state given."""
    surface = source.surface
    if surface is None:
        return None
    try:
        text = random.choice(list(_METHODS))
        rate = random.choice((0.01, 0.05, 0.1))
        settings = read_method(text.format(lr=rate))
        before = random.randrange(1, 4)
        path = descend(surface, settings, surface.here, before)
    except InputError:
        return None
    axis = random.randrange(2)
    state = {name: rows[-1] for name, rows in path.state.items()}
    point, slope = rounded(path.points[-1][axis]), rounded(path.gradients[-1][axis])
    remembered = {
        name: rounded(value[axis] if np.ndim(value) else value)
        for name, value in state.items()
        if name != "t"
    }
    shown = surface.axes[axis].label
    numbers = [point, slope, *remembered.values()]
    if path.steps != before or not np.isfinite(numbers).all() or not slope:
        return None
    answer = _step(settings, point, slope, remembered, before)
    if not np.isfinite(answer) or abs(answer - point) < 1e-6 * abs(point):
        return None
    wrong = [
        (_step(read_method(mistaken.format(lr=rate)), point, slope, remembered, before), says)
        for mistaken, says in _METHODS[text]
    ]
    return _next_point_question(
        source, settings, shown, before, (point, slope, remembered), answer, wrong
    )  # fmt: skip


def _step(
    settings: MethodSettings, point: float, slope: float, state: Mapping[str, float], taken: int
) -> float:
    """One step of a method from a state of numbers; memories that the state lacks begin anew."""
    known = _known(settings, point, state, taken)
    moved, _ = settings.step(np.array([point]), np.array([slope]), known, settings.lr)
    return float(moved[0])


def _known(settings: MethodSettings, point: float, state: Mapping[str, float], taken: int) -> dict[str, Any]:
    """The state of a method in numbers; memories that `state` lacks begin anew."""
    start = settings.init(np.array([point]), settings.lr)
    return {**{name: np.array([state.get(name, 0.0)]) for name in start if name != "t"}, "t": taken}


def _worked(
    settings: MethodSettings, point: float, slope: float, state: Mapping[str, float], taken: int
) -> list[str]:
    """The rule line by line with its numbers: `m = 0.9 · 0.871 + 0.1 · 6.18 = 1.402`."""
    known = _known(settings, point, state, taken)
    lines = settings.worked(np.array([point]), np.array([slope]), known, settings.lr)
    return [spoken(worked_latex(each, 0, 6)) for each in lines]


def _next_point_question(
    source: Source,
    settings: MethodSettings,
    shown: str,
    taken: int,
    numbers: tuple[float, float, Mapping[str, float]],
    answer: float,
    wrong: list[tuple[float, str]],
) -> Question:
    point, slope, state = numbers
    method = settings.method
    values = {row.name: settings.values[row.name] for row in method.hyperparameters}
    options = ", ".join(f"{name} = {_plain(values[name])}" for name in _told(method.name) if values.get(name))
    remembered = [
        f"{name}{BEFORE} = {number(value, 3)}  ({QUANTITIES[name].meaning})" for name, value in state.items()
    ]
    rules = tuple(
        f"{line.name} = {line.formula.text()}".replace(" ** 2", "²").replace(" * ", " · ")
        for line in settings.lines()
    )
    worked = _worked(settings, point, slope, state, taken)
    question = Question(
        kind="next point", level="expert" if len(state) > 1 else "advanced", concept=_concept(method.name),
        form="number", node=shown.partition("[")[0],
        text=f"{method.title} with {options} has taken {taken} step{'s' * (taken > 1)}. Now\n"
        f"{shown} = {number(point)}\ngradient = {number(slope)}\n"
        + "\n".join(remembered)
        + f"\nWhat is {shown} after the next step?",
        answer=answer,
        tolerance=allowance(answer - point) + 1e-9 * abs(point),
        hints=(method.summary, "\n".join(rules), "\n".join(worked)),
        explanation="\n".join([*worked, f"So {shown} = {number(answer, 6)}."]),
        link=source.link,
    )  # fmt: skip
    mistakes = [
        *(Misconception(value, says) for value, says in wrong),
        Misconception(2 * point - answer, "The step goes the wrong way: it is subtracted."),
        Misconception(answer - point, "That is the step alone; add it to the value."),
    ]
    return knowing(question, mistakes)


def _told(method: str) -> tuple[str, ...]:
    return ("lr", "momentum", "alpha", "betas", "eps") if method != "momentum" else ("lr", "momentum")


def _plain(value: object) -> str:
    return "/".join(f"{part:g}" for part in value) if isinstance(value, tuple) else f"{value:g}"


def _concept(method: str) -> str:
    return {"momentum": "Momentum", "rmsprop": "RMSProp and Adam", "adam": "RMSProp and Adam"}.get(
        method, "adaptive methods"
    )


KINDS = (
    Kind(
        "next update",
        "The next step of gradient descent",
        "update step",
        ("beginner", "intermediate"),
        next_update,
    ),
    Kind(
        "next point", "The next point of an optimizer", "RMSProp and Adam", ("advanced", "expert"), next_point
    ),
)
