"""The table of switches of the surface view.

The one rule: a switch is one row; the tool row over the picture and the table of actions are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from graph_explorer.ui.surface.look import Look, Scale


@dataclass(frozen=True)
class Switch:
    """Turns one part of the look on and off; `icon` is its button in the tool row, "" for none."""

    part: str
    text: str
    hint: str
    icon: str = ""

    def is_on(self, look: Look) -> bool:
        return bool(getattr(look, self.part))

    def turned(self, look: Look) -> Look:
        """The look with this part the other way."""
        changed: dict[str, bool] = {self.part: not self.is_on(look)}
        return replace(look, **changed)  # type: ignore[arg-type]


SWITCHES: tuple[Switch, ...] = (
    Switch("solid", "Three dimensions", "The surface as a block that can be turned", "solid"),
    Switch("arrows", "Gradient field", "Arrows along the gradient all over the plane", "arrows"),
    Switch("downhill", "Arrows downhill", "Arrows show −∇, the way down, instead of ∇"),
    Switch("minima", "Known minima", "Crosses at the minima that the document names", "minimum"),
    Switch(
        "curvature",
        "Curvature at the pointer",
        "Eigenvectors of the Hessian with their eigenvalues",
        "curvature",
    ),
    Switch("sections", "Cross-sections", "The values along both axes, at the plot's borders", "sections"),
    Switch("lines", "Contour lines", "Lines of equal value", "contours"),
    Switch("labels", "Values on contour lines", "Numbers that stand on the lines"),
    Switch("legend", "Legend", "What the marks and paths mean, with every setting", "legend"),
)

#: How levels are spaced: value, text, hint.
SCALES: tuple[tuple[Scale, str, str], ...] = (
    ("auto", "Levels that suit", "Even levels, or by ratios where even ones would show next to nothing"),
    ("linear", "Even levels", "Levels the same difference apart"),
    ("log", "Logarithmic levels", "Levels the same ratio apart, above the lowest value"),
)
