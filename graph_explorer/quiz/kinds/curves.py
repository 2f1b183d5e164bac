"""Questions on training curves: what two lines, of training and of validation, tell.

The one rule: the curves are drawn from the formulas here with noise from the seed, and each formula
makes its case plain: the numbers told suffice for the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from graph_explorer.engine.notation import number
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Curve, Figure, Misconception, Question
from graph_explorer.quiz.source import Source

_EPOCHS = 60
_TOLD = (1, 5, 10, 20, 30, 45, 60)


@dataclass(frozen=True)
class Case:
    """One thing that curves can tell: `curves(epoch, scale, speed)` gives both losses without noise."""

    answer: str
    says: str
    helps: str
    link: str
    curves: Callable[[float, float, float], tuple[float, float]]


def _good(t: float, scale: float, speed: float) -> tuple[float, float]:
    falling = math.exp(-t / speed)
    return scale * (0.05 + falling), scale * (0.08 + 1.02 * falling)


def _over(t: float, scale: float, speed: float) -> tuple[float, float]:
    rising = 0.9 * max(t - 2 * speed, 0.0) / _EPOCHS
    return scale * (0.01 + math.exp(-t / speed)), scale * (0.15 + math.exp(-t / speed) + rising)


def _under(t: float, scale: float, speed: float) -> tuple[float, float]:
    falling = 0.12 * math.exp(-t / speed)
    return scale * (0.85 + falling), scale * (0.87 + falling)


def _diverging(t: float, scale: float, speed: float) -> tuple[float, float]:
    growth = math.exp(t / (2.5 * speed))
    return scale * growth, scale * 1.05 * growth


CASES: Mapping[str, Case] = {
    "good": Case(
        "it trains well",
        "Both losses fall and level off close to each other.",
        "Go on until the validation loss no longer falls.",
        "digits",
        _good,
    ),
    "over": Case(
        "it overfits",
        "The training loss goes on falling while the validation loss rises again.",
        "Stop where the validation loss is lowest, add data, or regularise.",
        "overfitting",
        _over,
    ),
    "under": Case(
        "it underfits",
        "Both losses hardly fall and stay high, close to each other.",
        "A larger model, more features or less regularisation helps.",
        "spirals",
        _under,
    ),
    "diverging": Case(
        "it diverges",
        "Both losses grow without bound.",
        "A smaller learning rate, or clipping, helps.",
        "learning_rate_too_large",
        _diverging,
    ),
}


def reading(source: Source, random: Random) -> Question | None:
    """What is going on in a training whose two losses are drawn?"""
    case = CASES[random.choice(list(CASES))]
    scale, speed = random.uniform(0.4, 2.5), random.uniform(4, 9)
    losses = [case.curves(epoch - 1, scale, speed) for epoch in range(1, _EPOCHS + 1)]
    noisy = [tuple(value * (1 + random.uniform(-0.015, 0.015)) for value in pair) for pair in losses]
    curves = tuple(
        Curve(name, tuple((float(k), pair[side]) for k, pair in enumerate(noisy, 1)))
        for side, name in enumerate(("training", "validation"))
    )
    rows = "\n".join(
        f"epoch {epoch}: training {number(pair[0], 3)}, validation {number(pair[1], 3)}"
        for epoch, pair in enumerate(noisy, 1)
        if epoch in _TOLD
    )
    question = Question(
        kind="training curves", level="beginner", concept="training and validation loss", form="choice",
        options=tuple(each.answer for each in CASES.values()), answer=case.answer,
        text=f"The loss of a network on training and on validation data:\n{rows}\nWhat do the curves tell?",
        figure=Figure(curves, "epoch", "loss", log=case is CASES["diverging"]),
        hints=(
            "Look first whether the training loss falls, then at the gap between the two.",
            "A gap that opens is overfitting; two high lines are underfitting.",
        ),
        explanation=f"{case.says} {case.helps}",
        link=case.link,
    )  # fmt: skip
    mistakes = [
        Misconception(other.answer, f"That would look otherwise: {other.says[0].lower()}{other.says[1:]}")
        for other in CASES.values()
        if other is not case
    ]
    return knowing(question, mistakes)


def best_epoch(source: Source, random: Random) -> Question | None:
    """At which of the epochs told should training have been stopped?"""
    scale, speed = random.uniform(0.4, 2.5), random.uniform(3, 12)
    losses = [_over(epoch - 1, scale, speed) for epoch in range(1, _EPOCHS + 1)]
    told = {epoch: losses[epoch - 1] for epoch in _TOLD}
    ranked = sorted(told, key=lambda epoch: told[epoch][1])
    best, second = ranked[0], ranked[1]
    if told[second][1] < 1.03 * told[best][1] or best == _TOLD[-1]:
        return None
    rows = "\n".join(
        f"epoch {epoch}: training {number(pair[0], 3)}, validation {number(pair[1], 3)}"
        for epoch, pair in told.items()
    )
    options = tuple(f"epoch {epoch}" for epoch in _TOLD)
    question = Question(
        kind="early stopping", level="intermediate", concept="training and validation loss", form="choice",
        options=options, answer=f"epoch {best}",
        text=f"The parameters are kept after each of these epochs:\n{rows}\nWhich of them should be used?",
        hints=(
            "What counts is the loss on data that the network has not been trained on.",
            "Take the epoch with the lowest validation loss.",
        ),
        explanation=f"At epoch {best} the validation loss is lowest, {number(told[best][1], 3)}; later the "
        "network only gets better on the data that it is trained on.",
        link="overfitting",
    )  # fmt: skip
    mistakes = [
        Misconception(
            f"epoch {_TOLD[-1]}",
            "There the training loss is lowest, but the validation loss has risen again.",
        ),
        Misconception(f"epoch {_TOLD[0]}", "Then hardly anything has been learnt yet."),
    ]
    return knowing(question, mistakes)


KINDS = (
    Kind(
        "training curves", "Reading training curves", "training and validation loss", ("beginner",), reading
    ),
    Kind("early stopping", "When to stop", "training and validation loss", ("intermediate",), best_epoch),
)
