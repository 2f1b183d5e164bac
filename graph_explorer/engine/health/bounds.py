"""From which number on something counts as an illness, and why from there.

The one rule: a threshold stands here with its reason, or nowhere; findings quote the numbers that they
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold, what it is compared with, and why it is this one."""

    value: float
    of: str
    reason: str


BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "dead samples": Bound(
            8,
            "examples or positions that a unit has seen",
            "a healthy unit is closed for about half of them, for all of 8 by chance in 1 of 256 cases",
        ),
        "dead share": Bound(
            0.1,
            "share of a layer's units that are dead",
            "a few dead units cost little; a tenth of a layer is capacity that no longer learns",
        ),
        "slope share": Bound(
            0.05,
            "slope as a share of the steepest slope",
            "what one such unit leaves of the gradient; for a sigmoid beyond ±4.4, for tanh beyond ±2.2",
        ),
        "saturated share": Bound(
            0.5,
            "share of a node's entries that are saturated",
            "from a half on most of the layer passes almost nothing back",
        ),
        "chain length": Bound(
            3, "layers in a chain", "the ratio of two layers says nothing about a trend along the depth"
        ),
        "chain ratio": Bound(
            100,
            "ratio of the gradient norms at the two ends of a chain",
            "with one learning rate the slow end then needs 100 times as many updates as the fast one",
        ),
        "large update": Bound(
            1,
            "length of an update divided by the length of the parameters",
            "the update replaces what was learnt instead of changing it; around 0.001 is usual",
        ),
        "small update": Bound(
            1e-6,
            "length of an update divided by the length of the parameters",
            "a parameter would need a million updates to move by its own length",
        ),
        "overflow": Bound(
            0.5,
            "logarithm of the largest magnitude, as a share of that of the largest number of the type",
            "the square of such a number is infinite: 1.8e19 in float32, 1.3e154 in float64, 256 in float16",
        ),
    }
)


def bound(name: str) -> float:
    """The threshold called `name`."""
    return BOUNDS[name].value
