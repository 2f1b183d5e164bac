"""What a piece is asked to keep of an earlier one.

The rule: anchors wish and never force: distances between boxes come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Anchors:
    """Where the items of a piece stood before, None where that is not known.

    `order` are places across by which they are ordered; it is empty if nothing is known. The rest is
    empty unless the piece is an earlier one changed: `across` are places to keep, `row` the rows,
    of which `rows` has begin and end along, and `offset` is how far from the begin of its row an
    item began. `breaks` are the rows at which columns began, with how far across
    these were moved, None if that is not known or need not be kept, `above` is the room for lines above
    them. `lanes` has the row after that of
    an item, and from there on where the bends of a value were, by the item and its port.
    """

    order: Sequence[float | None] = ()
    across: Sequence[float | None] = ()
    row: Sequence[int | None] = ()
    offset: Sequence[float | None] = ()
    rows: Sequence[tuple[float, float]] = ()
    breaks: Mapping[int, float] | None = None
    above: float = 0.0
    lanes: Mapping[tuple[int, int], tuple[int, Sequence[float]]] = field(default_factory=dict)

    def anchor(self, item: int) -> float | None:
        """The place to keep of an item or bend."""
        return self.across[item] if item < len(self.across) else None
