"""The picture in words, for who hears it: the point, the numbers there, the minima, the paths.

The one rule: whatever the picture shows as a mark is a sentence here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.ui.race.markers import marker_name
from graph_explorer.ui.surface.probe import Found
from graph_explorer.ui.surface.subject import Subject

Array = np.ndarray[Any, Any]


def describe(subject: Subject, found: Found | None) -> str:
    """What is seen, in sentences."""
    x, y = subject.axes
    parts = [f"The surface of {subject.output} over {x} and {y}."]
    if found is not None:
        parts.append(f"At {found.told(subject.axes, subject.output)}.")
        parts += [text for text in [found.curvature()] if text]
    if subject.minima:
        places = ", ".join(_point(point) for point in subject.minima)
        parts.append(f"Known minima: {places}.")
    for course in subject.courses:
        step = subject.reached(course)
        parts.append(
            f"{course.path.settings.method.title} ({marker_name(course.colour)}) is at "
            f"{_point(course.path.points[step])} after {step} steps, {subject.output} = "
            f"{number(course.path.losses[step])}."
        )
    return " ".join(parts)


def _point(point: Sequence[float] | Array) -> str:
    return f"({number(point[0])}, {number(point[1])})"
