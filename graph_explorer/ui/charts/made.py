"""Charts of what the lab found: the runs of a sweep, and the loss along a line.

The one rule: a chart is made from results alone, whoever shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.notation import number
from graph_explorer.lab.slices import Trail
from graph_explorer.lab.surface import Grid, Surface
from graph_explorer.lab.sweep import Tried, best_of, main_setting, series_of
from graph_explorer.ui.charts.chart import Chart, Dot, Line, Scale, names_scale, scale_of, spread


def sweep_chart(title: str, tried: Sequence[Tried[Document]], chosen: int = -1) -> Chart:
    """The losses at the end of the runs against the setting that is varied first, seeds as a band."""
    along = main_setting(tried)
    values = list(dict.fromkeys(each.trial.settings[along] for each in tried))
    across, places = _across(values)
    lines, colours = [], {}
    for colour, series in enumerate(series_of(tried, along)):
        colours[series.title] = colour
        seeds = bool((series.count > 1).any())
        x = tuple(places[value] for value in series.x)
        order = np.argsort(x)
        parts = (series.middle, series.low, series.high)
        middle, low, high = (tuple(float(part[k]) for k in order) for part in parts)
        x = tuple(x[k] for k in order)
        lines.append(
            Line(
                series.title.replace("_", " "), colour, x, middle, low if seeds else (), high if seeds else ()
            )
        )
    dots = tuple(_dot(place, each, along, places, colours) for place, each in enumerate(tried))
    losses = [dot.y for dot in dots if not dot.failed]
    best = best_of(tried)
    kind = "validation loss" if tried[0].epochs[-1].validation_loss is not None else "loss"
    return Chart(
        title, (_name(along), f"{kind} at the end"), across, scale_of(losses, spread(losses)), tuple(lines),
        dots, -1 if best is None else list(tried).index(best), chosen, _remarks(tried, along),
    )  # fmt: skip


def _name(setting: str) -> str:
    return "learning rate" if setting == "lr" else setting.replace("_", " ")


def _across(values: Sequence[object]) -> tuple[Scale, dict[object, float]]:
    """The axis of the setting, and where on it each value lies."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == len(values):
        found = [float(each) for each in numbers]
        return scale_of(found, spread(found)), {value: float(value) for value in numbers}
    texts = [str(value) for value in values]
    return names_scale(texts), {value: float(place) for place, value in enumerate(values)}


def _dot(
    place: int, tried: Tried[Document], along: str, places: dict[object, float], colours: dict[str, int]
) -> Dot:
    settings = tried.trial.settings
    others = {name: value for name, value in settings.items() if name not in (along, "seed")}
    colour = colours[", ".join(f"{name} {value}" for name, value in others.items())]
    said = ", ".join(f"{_name(name)} {_text(value)}" for name, value in settings.items())
    end = "diverged" if tried.failed else f"loss {number(tried.loss, 4)}"
    return Dot(place, colour, places[settings[along]], tried.loss, f"{said}: {end}", tried.failed)


def _text(value: object) -> str:
    return number(value, 4) if isinstance(value, float) else str(value)


def _remarks(tried: Sequence[Tried[Document]], along: str) -> tuple[str, ...]:
    seeds = {each.trial.settings["seed"] for each in tried if "seed" in each.trial.settings}
    found = [f"{len(tried)} runs"]
    if len(seeds) > 1 and along != "seed":
        found.append(f"line: median of {len(seeds)} seeds, band: lowest to highest")
    failed = sum(each.failed for each in tried)
    if failed:
        found.append(f"{failed} diverged")
    return tuple(found)


def line_chart(title: str, surface: Surface, grid: Grid, trail: Trail | None) -> Chart:
    """The loss along a straight line between two checkpoints."""
    values = [float(value) for value in grid.values[0]]
    x = tuple(float(each) for each in grid.x)
    over = () if surface.over is None else (f"mean over {surface.over.title}",)
    told = () if trail is None else trail.told
    return Chart(
        title, ("share of the straight way: 0 is the start, 1 the end", surface.output),
        Scale(x[0], x[-1]), scale_of(values, spread(values)), (Line("", 0, x, tuple(values)),),
        remarks=(*over, *told),
    )  # fmt: skip
