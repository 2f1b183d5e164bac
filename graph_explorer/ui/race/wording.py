"""The race in words: what an entry is called, and why a path ended as it did.

The one rule: every word about a method comes from its row in the table; nothing here names one.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.lab.descent import Path
from graph_explorer.lab.hyperparameters import write_value
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.shared import SCHEDULE
from graph_explorer.ui.race.state import Entry, Race

OUTCOMES = {
    "converged": "converged",
    "diverged": "diverged",
    "left": "left the window",
    "running": "running",
}
#: A last step shorter than this part of the way gone counts as standing still.
_STILL = 1e-6


def setting_texts(settings: MethodSettings, leave_out: tuple[str, ...] = ()) -> list[str]:
    """Every setting that differs from its default, as one writes it; the learning rate always."""
    given = {"lr": settings.values["lr"], **settings.given}
    parts = [f"{key} {write_value(value)}" for key, value in given.items() if key not in leave_out]
    if settings.schedule.schedule.name != SCHEDULE.default or settings.schedule.given:
        parts.append(f"{settings.schedule} schedule")
    return parts


def entry_title(entry: Entry) -> str:
    """Method and settings in one line: Adam · lr 0.05 · betas 0.9/0.99."""
    settings = entry.settings
    return " · ".join([settings.method.title, *setting_texts(settings)])


def path_title(race: Race, place: int) -> str:
    """What one of the paths is called."""
    entry, start = race.of(place)
    title = entry_title(race.entries[entry])
    return f"{title}, from {point_text(race.starts[start])}" if len(race.starts) > 1 else title


def point_text(point: tuple[float, ...]) -> str:
    return "(" + ", ".join(number_text(part) for part in point) + ")"


def number_text(value: float, digits: int = 4) -> str:
    """A number in few digits; what is not known says so."""
    if np.isnan(value):
        return "unknown"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return number(value, digits)


def why(path: Path, race: Race) -> str:
    """Why the path has the outcome that it has, in one sentence."""
    slope = number_text(float(np.linalg.norm(path.gradients[-1])), 3)
    if path.outcome == "converged":
        return f"By the curvature at its end a minimum is in reach; the gradient there is {slope} long."
    if path.outcome == "diverged":
        if np.isfinite(path.losses[-1]) and np.isfinite(path.points[-1]).all():
            return f"It is {number_text(_far(path), 3)} away from its start and still goes."
        return f"After {path.steps} steps the point or the loss is no finite number any more."
    if path.outcome == "left":
        return f"It ended outside the window, at {point_text(tuple(path.points[-1]))}."
    if not path.steps:
        return "It has not been computed yet." if np.isnan(path.losses[0]) else "It took no step."
    if race.budget is not None and path.steps < race.steps:
        return f"The budget of {race.budget} evaluations was used up before it had arrived."
    if _stands_still(path):
        return (
            f"It hardly moves any more, and no minimum is in reach: a plateau, a saddle or too short steps. "
            f"The gradient is {slope} long."
        )
    return f"After {path.steps} steps it was still on its way; the gradient is {slope} long."


def _far(path: Path) -> float:
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(path.points[-1] - path.points[0]))


def _stands_still(path: Path) -> bool:
    moves = np.linalg.norm(np.diff(path.points, axis=0), axis=1)
    return bool(moves[-1] <= _STILL * max(moves.sum(), 1e-300))
