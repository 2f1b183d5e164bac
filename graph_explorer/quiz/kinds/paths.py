"""Questions on whole paths: whose path it is, and what a learning rate does.

The one rule: a question stands only if the paths answer it without doubt; what they did is measured by
the bounds below, and where they did not, there is no question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.path import Path
from graph_explorer.lab.surface import Surface
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Curve, Figure, Misconception, Question
from graph_explorer.quiz.source import Source

_STEPS = 40
#: Of a path so many points are told in words.
_TOLD = 4


def _surface(source: Source) -> tuple[Surface, np.ndarray] | None:
    """The document's surface, and where its paths start."""
    surface = source.surface
    if surface is None:
        return None
    asked = source.document.surface
    start = surface.here if asked is None or asked.start is None else np.array(asked.start)
    return surface, start


@lru_cache(maxsize=128)
def _curvature(source: Source) -> float | None:
    """The largest curvature at the start, in size; None where there is none."""
    found_surface = _surface(source)
    if found_surface is None:
        return None
    surface, start = found_surface
    try:
        found = np.abs(np.linalg.eigvalsh(surface.hessian(start))).max()
    except (InputError, np.linalg.LinAlgError):
        return None
    return float(found) if np.isfinite(found) and found > 1e-9 else None


# ── which path is whose ───────────────────────────────────────────────────────────────────────

_METHODS = ("sgd", "momentum", "adam", "rmsprop", "adagrad", "nesterov")


def whose(source: Source, random: Random) -> Question | None:
    """Three paths from one start: which of them is a given method's?"""
    found = _surface(source)
    if found is None:
        return None
    surface, start = found
    steepest = _curvature(source)
    if steepest is None:
        return None
    reach = max(float(np.abs(start).max()), 1.0)
    paths = [_path(source, _settings(name, steepest, reach)) for name in random.sample(_METHODS, 3)]
    if not _tellable(paths):
        return None
    letters = ("A", "B", "C")
    asked = random.randrange(3)
    titles = [path.settings.method.title for path in paths]
    labels = [axis.label for axis in surface.axes]
    told = "\n".join(f"{letter}: {_told(path)}" for letter, path in zip(letters, paths, strict=True))
    shown = "; ".join(sorted(_named(path) for path in paths))
    question = Question(
        kind="which optimizer", level="advanced", concept=_concept(paths[asked]), form="choice",
        options=letters, answer=letters[asked],
        text=f"Three methods start at ({', '.join(number(c) for c in start)}): {shown}.\n"
        f"The first points ({', '.join(labels)}) are\n{told}\nWhich path is that of {titles[asked]}?",
        figure=_figure(letters, paths, labels),
        hints=(
            METHODS[paths[asked].settings.method.name].summary,
            "Compare the first step of each path with the gradient there: "
            f"({', '.join(number(g) for g in paths[0].gradients[0])}).",
        ),
        explanation=" ".join(
            f"{letter} is {path.settings.method.title}: {_FIRST_STEP[path.settings.method.name]}."
            for letter, path in zip(letters, paths, strict=True)
        ),
        link=source.link,
    )  # fmt: skip
    mistakes = [
        Misconception(letter, f"That is the path of {title}: {_FIRST_STEP[path.settings.method.name]}.")
        for letter, title, path in zip(letters, titles, paths, strict=True)
        if letter != letters[asked]
    ]
    return knowing(question, mistakes)


def _figure(letters: Sequence[str], paths: Sequence[Path], labels: Sequence[str]) -> Figure:
    """The paths on their surface, each under its letter."""
    curves = (
        Curve(letter, tuple((float(x), float(y)) for x, y in path.points))
        for letter, path in zip(letters, paths, strict=True)
    )
    return Figure(tuple(curves), labels[0], labels[1], surface=True)


@lru_cache(maxsize=512)
def _path(source: Source, settings: str) -> Path:
    """The path of a method from the start of the document's surface."""
    found = _surface(source)
    assert found is not None
    surface, start = found
    return race(surface, [(read_method(settings), start)], _STEPS)[0]


def _settings(name: str, steepest: float, reach: float) -> str:
    """Settings under which the method neither crawls nor flies off, from the curvature at the start."""
    rate = {"sgd": 0.4, "momentum": 0.15, "nesterov": 0.15}.get(name)
    lr = rate / steepest if rate is not None else 0.05 * reach * (4 if name == "adagrad" else 1)
    return f"{name}:lr={lr:.2g}"


#: What tells a method by its first steps.
_FIRST_STEP: Mapping[str, str] = {
    "sgd": "each step is the learning rate times the gradient, so steps shorten as the slope does",
    "momentum": "its first step is the learning rate times the gradient, and to each further one nine tenths "
    "of the step before are added",
    "nesterov": "its first step is 1.9 times the learning rate times the gradient, since it looks ahead",
    "adam": "its first step is the learning rate along each axis, however steep it is there, and the next "
    "ones are hardly longer",
    "rmsprop": "its first step is ten times the learning rate along each axis, however steep it is there",
    "adagrad": "its first step is the learning rate along each axis, however steep it is there, and then "
    "steps shrink, since its divisor only grows",
}


def _named(path: Path) -> str:
    settings = path.settings
    values = {row.name: settings.values[row.name] for row in settings.method.hyperparameters}
    memory = "".join(f", {name} = {values[name]:g}" for name in ("momentum", "alpha") if values.get(name))
    return f"{settings.method.title} with lr = {settings.lr:g}{memory}"


def _told(path: Path) -> str:
    return " → ".join(f"({', '.join(number(c, 3) for c in point)})" for point in path.points[1 : _TOLD + 1])


def _tellable(paths: Sequence[Path]) -> bool:
    """Whether all paths are whole, and each two differ already in the points that are told."""
    if any(path.steps < _STEPS or not np.isfinite(path.points).all() for path in paths):
        return False
    extent = max(float(np.ptp(path.points, axis=0).max()) for path in paths)
    firsts = [path.points[1 : _TOLD + 1] for path in paths]
    gaps = [np.abs(a - b).max() for k, a in enumerate(firsts) for b in firsts[k + 1 :]]
    widths = [float(np.abs(path.points).max()) for path in paths]
    return extent > 0 and min(gaps) > 0.02 * extent and max(widths) < 1e3 * (min(widths) + 1)


def _concept(path: Path) -> str:
    name = path.settings.method.name
    return {"sgd": "gradient descent", "momentum": "Momentum", "nesterov": "Momentum"}.get(
        name, "RMSProp and Adam"
    )


# ── what a learning rate does ─────────────────────────────────────────────────────────────────

#: What a rate does → how it is asked for, and what is said of one that does it where another was asked.
_BEHAVIOURS = {
    "diverges": "the loss grows beyond all bounds: it diverges",
    "oscillates": "the steps go to and fro across the valley, while the loss falls",
    "crawls": "hardly anything happens: it crawls",
    "descends": "the loss falls steadily",
}


@lru_cache(maxsize=128)
def _behaviours(source: Source) -> Mapping[str, tuple[float, ...]]:
    """What gradient descent does from the start → the learning rates with which it does that."""
    found = _surface(source)
    if found is None:
        return {}
    surface, start = found
    rates = [float(f"{rate:.1g}") for rate in np.geomspace(1e-5, 1e2, 22)]
    paths = race(surface, [(read_method(f"sgd:lr={rate!r}"), start) for rate in rates], _STEPS)
    seen: dict[str, tuple[float, ...]] = {}
    for rate, path in zip(rates, paths, strict=True):
        behaviour = _behaviour(path)
        if behaviour:
            seen[behaviour] = (*seen.get(behaviour, ()), rate)
    return seen


def learning_rate(source: Source, random: Random) -> Question | None:
    """Which of some learning rates diverges, oscillates or crawls."""
    found, seen = _surface(source), _behaviours(source)
    if found is None:
        return None
    surface, start = found
    asked = [name for name in ("diverges", "oscillates", "crawls") if name in seen]
    if len(seen) < 3 or not asked:
        return None
    wanted = random.choice(asked)
    chosen = {random.choice(found_rates): name for name, found_rates in sorted(seen.items())}
    options = {number(rate): name for rate, name in sorted(chosen.items())}
    steepest = _curvature(source)
    answer = next(text for text, name in options.items() if name == wanted)
    question = Question(
        kind="learning rate", level="intermediate", concept="learning rate", form="choice",
        options=tuple(options), answer=answer,
        text=f"Gradient descent takes {_STEPS} steps from ({', '.join(number(c) for c in start)}), where the "
        f"gradient is ({', '.join(number(g) for g in surface.value_and_gradient(start)[1])}). "
        f"With which of these learning rates does it {_VERBS[wanted]}?",
        hints=(
            "Along a direction of curvature λ a step multiplies the distance by 1 − learning rate × λ.",
            "Below 1/λ it shrinks steadily, up to 2/λ it changes sign at each step, beyond that it grows.",
            *([f"The largest curvature at the start is about {number(steepest, 3)}."] if steepest else []),
        ),
        explanation=" ".join(f"With {text} {_BEHAVIOURS[name]}." for text, name in options.items()),
        link=source.link,
    )  # fmt: skip
    mistakes = [
        Misconception(text, f"With that rate {_BEHAVIOURS[name]}.")
        for text, name in options.items()
        if name != wanted
    ]
    return knowing(question, mistakes)


_VERBS = {
    "diverges": "diverge",
    "oscillates": "oscillate, the loss falling",
    "crawls": "crawl, hardly moving at all",
}


def _behaviour(path: Path) -> str:
    """What a path did, "" where it is not clear."""
    losses = path.losses
    known = losses[np.isfinite(losses)]
    if len(known) < len(losses) or known[-1] > losses[0] + 1e3 * (abs(losses[0]) + 1):
        return "diverges" if len(known) > 1 and known[-1] > known[0] else ""
    steps = np.diff(path.points, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    if lengths.sum() < 0.02 * max(float(np.linalg.norm(path.points[0])), 1e-3):
        return "crawls"
    moving = lengths > 1e-6 * lengths.max(initial=0.0)
    pairs = moving[1:] & moving[:-1]
    if not pairs.any() or losses[-1] >= losses[0]:
        return ""
    turns = np.sum(steps[1:] * steps[:-1], axis=1)[pairs] / (lengths[1:] * lengths[:-1])[pairs]
    if turns[:10].max() < -0.5:
        return "oscillates"
    steady = turns.min() > 0 and (np.diff(losses) <= 0).all()
    return "descends" if steady and losses[0] - losses[-1] > 0.2 * abs(losses[0]) else ""


KINDS = (
    Kind("which optimizer", "Whose path is it?", "RMSProp and Adam", ("advanced",), whose),
    Kind("learning rate", "What a learning rate does", "learning rate", ("intermediate",), learning_rate),
)
