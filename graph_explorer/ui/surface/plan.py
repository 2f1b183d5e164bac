"""Where the parts of the picture stand: title, plot, axes, sections, colour bar.

The one rule: the places follow from the size and the look alone, so that nothing moves while one drags.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph_explorer.ui.surface.frame import Box
from graph_explorer.ui.surface.look import Look

#: Room in pixels: for the numbers and name of an axis, a section, the colour bar with its numbers.
LEFT, BOTTOM, RIGHT, TOP = 62.0, 42.0, 14.0, 12.0
SECTION, GAP = 58.0, 8.0
BAR, BAR_TEXT, BAR_GAP = 14.0, 52.0, 16.0
TITLE = 34.0
#: Where the plot would be narrower or lower than this, it takes the room of a section.
_NARROWEST, _LOWEST = 300.0, 270.0
#: A picture that is narrower leaves out the colour bar: the contour lines carry their values.
_BARLESS = 400.0


@dataclass(frozen=True)
class Plan:
    """Boxes of the parts; those that are not shown are None."""

    size: tuple[float, float]
    plot: Box
    bar: Box | None
    above: Box | None
    beside: Box | None
    title: Box | None


def make_plan(width: float, height: float, look: Look, titled: bool = False) -> Plan:
    """The places of all parts in a picture of that size, in logical pixels."""
    top = TITLE if titled else TOP
    sections = look.sections and not look.solid
    barred = width >= _BARLESS
    wide = width - LEFT - RIGHT - (BAR + BAR_TEXT + BAR_GAP if barred else 0.0)
    high = height - top - BOTTOM
    above = SECTION + GAP if sections and high - SECTION > _LOWEST else 0.0
    beside = SECTION + GAP if sections and wide - SECTION > _NARROWEST else 0.0
    plot = (LEFT, top + above, max(wide - beside, 40.0), max(high - above, 40.0))
    right = plot[0] + plot[2]
    return Plan(
        (width, height),
        plot,
        (right + beside + BAR_GAP, plot[1], BAR, plot[3]) if barred else None,
        (plot[0], top, plot[2], SECTION) if above else None,
        (right + GAP, plot[1], SECTION, plot[3]) if beside else None,
        (LEFT, 0.0, width - LEFT - RIGHT, TITLE) if titled else None,
    )
