"""What a legend says of a method: its settings in words, with nothing hidden.

The one rule: learning rate, schedule, momentum and its convention, decay, clipping and noise are always
said, and any other setting that a person gave.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph_explorer.lab.hyperparameters import Value, write_value
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.path import Path

_CONVENTIONS = {
    "pytorch": "v ← μv + g (PyTorch)",
    "heavy_ball": "v ← μv − lr·g (heavy ball)",
}
#: Said in their own words, or for all paths together.
_SPOKEN = ("lr", "schedule", "momentum", "convention", "clip_norm", "clip_value", "noise", "batch")


def convention(settings: MethodSettings) -> str:
    """How a method's momentum is defined; "" where it has none, or where there is one way only."""
    values = settings.values
    return _CONVENTIONS.get(str(values.get("convention", "")), "") if values.get("momentum") else ""


def shared_convention(paths: Sequence[Path]) -> str:
    """The convention of all methods with momentum; "" where they differ, and there each says its own."""
    found = {convention(path.settings) for path in paths} - {""}
    return found.pop() if len(found) == 1 else ""


def legend_text(settings: MethodSettings, said: str = "") -> str:
    """One line: the method's title and its settings; the convention that is `said` for all is left out."""
    values = settings.values
    parts = [f"lr {_written(settings.lr)}"] if "lr" in values else []
    if settings.schedule.schedule.name != "constant" or settings.schedule.given:
        parts.append(f"schedule {settings.schedule}")
    if values.get("momentum"):
        parts.append(f"momentum {_written(values['momentum'])}")
        own = convention(settings)
        parts += [own] if own != said else []
    if values.get("clip_norm") is not None:
        parts.append(f"gradient clipped to norm {_written(values['clip_norm'])}")
    if values.get("clip_value") is not None:
        parts.append(f"entries of the gradient clipped to ±{_written(values['clip_value'])}")
    if values.get("noise"):
        parts.append(f"noise {_written(values['noise'])}")
    if values.get("batch"):
        parts.append(f"batch {_written(values['batch'])}")
    parts += [
        f"{name.replace('_', ' ')} {_written(value)}"
        for name, value in settings.given.items()
        if name not in _SPOKEN
    ]
    return f"{settings.method.title}: {', '.join(parts)}" if parts else settings.method.title


def _written(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else write_value(value)


def remarks(paths: Sequence[Path], step: int | None) -> tuple[str, ...]:
    """What holds for all paths together, a line each."""
    if not paths:
        return ()
    found = []
    longest = max(path.steps for path in paths)
    reached = longest if step is None else min(step, longest)
    found.append(f"step {reached} of {longest}" if reached < longest else f"{longest} steps")
    changed = [_changes(path.settings) for path in paths]
    if not any(clipped for clipped, _ in changed):
        found.append("nothing clipped")
    noisy = [path for path, (_, noise) in zip(paths, changed, strict=True) if noise]
    found.append(
        "seed " + ", ".join(str(s) for s in sorted({p.seed for p in noisy})) if noisy else "no noise"
    )
    shared = shared_convention(paths)
    return (", ".join(found), *([f"momentum: {shared}"] if shared else []))


def _changes(settings: MethodSettings) -> tuple[bool, bool]:
    """Whether a method clips its gradients, and whether it adds noise to them or draws batches."""
    values = settings.values
    clips = values.get("clip_norm") is not None or values.get("clip_value") is not None
    return clips, bool(values.get("noise") or values.get("batch"))
