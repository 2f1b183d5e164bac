"""What a person chose to see of a surface.

The one rule: a look says how a surface is drawn and never what it is; another look computes no new value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scale = Literal["auto", "linear", "log"]

#: Colour maps by the name that pyqtgraph knows them by: all are perceptually uniform, rise in lightness
#: from end to end, and can be told apart by colour-blind eyes.
COLOUR_MAPS: tuple[tuple[str, str], ...] = (
    ("viridis", "Viridis"),
    ("cividis", "Cividis"),
    ("magma", "Magma"),
    ("CET-L1", "Grey"),
)


@dataclass(frozen=True)
class Look:
    """The switches of the surface view.

    `scale` spaces the levels evenly ("linear"), by ratios ("log"), or as suits the surface ("auto").
    `arrows` are those of −∇ where `downhill`, else of ∇. `solid` is the view in three dimensions, seen
    from `turn` degrees around and `tilt` degrees above the plane, `nearness` times as large.
    """

    scale: Scale = "auto"
    colours: str = "viridis"
    lines: bool = True
    labels: bool = True
    arrows: bool = False
    downhill: bool = True
    minima: bool = True
    curvature: bool = False
    sections: bool = True
    legend: bool = True
    solid: bool = False
    turn: float = 30.0
    tilt: float = 45.0
    nearness: float = 1.0
