"""The table of heats: what can colour the graph.

The one rule: a heat is one row here and one rule in `heats`; menus, keys and the legend read this table,
which needs nothing loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Heat:
    """One thing that heat can show.

    `backward` tells whether a number is known only once the gradient is, `compares` whether it needs a
    kept run, `scaled` whether it is a number at all.
    """

    title: str
    hint: str
    backward: bool = True
    compares: bool = False
    scaled: bool = True


HEATS: Mapping[str, Heat] = MappingProxyType(
    {
        "gradient": Heat("Gradient", "Colour every node by the norm of its gradient"),
        "value": Heat("Value", "Colour every node by the norm of its value", backward=False),
        "update": Heat(
            "Update/weight",
            "Colour parameters and groups by the length of an update as a share of the weights",
        ),
        "change": Heat(
            "Change of value",
            "Colour every node by how much its value differs from the kept run",
            backward=False,
            compares=True,
        ),
        "gradient_change": Heat(
            "Change of gradient",
            "Colour every node by how much its gradient differs from the kept run",
            compares=True,
        ),
        "edits": Heat(
            "Edits",
            "Colour what is new, and what has another operation, input, value or name than before",
            backward=False,
            compares=True,
            scaled=False,
        ),
    }
)
