"""Two runs side by side: which settings differ, and what came of it.

The one rule: a setting is compared as it takes effect, so that one that is left out equals its default.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from graph_explorer.engine.notation import number
from graph_explorer.lab.hyperparameters import write_value
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.training import Training
from graph_explorer.ui.training.state import TrainingRun


@dataclass(frozen=True)
class Difference:
    """What two runs have of one thing, as texts; `result` where it came out of the training."""

    name: str
    first: str
    second: str
    result: bool = False


def differences(first: TrainingRun, second: TrainingRun) -> tuple[Difference, ...]:
    """The settings that differ, then all results that either has."""
    ones, others = _settings(first.training), _settings(second.training)
    found = [
        Difference(name.replace("_", " "), ones.get(name, "–"), others.get(name, "–"))
        for name in dict.fromkeys((*ones, *others))
        if ones.get(name, "–") != others.get(name, "–")
    ]
    if first.document.program != second.document.program:
        found.append(Difference("program", "as then", "changed"))
    results, others = results_of(first), results_of(second)
    found += [
        Difference(name, results.get(name, "–"), others.get(name, "–"), result=True)
        for name in dict.fromkeys((*results, *others))
    ]
    return tuple(found)


def _settings(training: Training) -> dict[str, str]:
    """Every setting as a text; the optimizer's as settings of their own."""
    found = {
        field.name: _text(getattr(training, field.name))
        for field in dataclasses.fields(Training)
        if field.name != "optimizer"
    }
    return found | _method(training.optimizer)


def _method(settings: MethodSettings) -> dict[str, str]:
    values = {key: write_value(value) for key, value in settings.values.items()}
    return {"optimizer": settings.method.title, **values, "schedule": str(settings.schedule)}


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def results_of(run: TrainingRun) -> dict[str, str]:
    """What came of a run so far."""
    if not run.epochs:
        return {}
    last = run.epochs[-1]
    found = {"training loss": number(last.loss, 4)}
    if last.validation_loss is not None:
        found["validation loss"] = number(last.validation_loss, 4)
    for name, value in last.metrics.items():
        found[f"training {name}"] = number(value, 4)
    for name, value in last.validation_metrics.items():
        found[f"validation {name}"] = number(value, 4)
    return found | {
        "epochs": str(last.number), "best epoch": str(last.best or "–"), "steps": str(last.step),
        "seconds": f"{run.seconds:.1f}", "outcome": run.outcome,
    }  # fmt: skip
