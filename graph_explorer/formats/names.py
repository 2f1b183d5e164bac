"""Names for programs: what a value of a graph is called where only identifiers will do.

The one rule: a name says the same as the value's own, as shortly as it can while staying unique.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable


class Names:
    """Gives out identifiers, each one once."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.taken = {*keyword.kwlist, *keyword.softkwlist, *reserved}

    def fresh(self, *wanted: str) -> str:
        """The first of `wanted`, made an identifier, that is free; else the last one, counted."""
        candidates = [identifier(one) for one in wanted]
        found = next((one for one in candidates if one not in self.taken), "")
        count = 1
        while not found:
            count += 1
            numbered = f"{candidates[-1]}_{count}"
            found = numbered if numbered not in self.taken else ""
        self.taken.add(found)
        return found


def identifier(text: str) -> str:
    """`text` with whatever no name may hold replaced by underscores."""
    kept = re.sub(r"\W+", "_", text).strip("_")
    return kept if kept and kept.isidentifier() else f"_{kept}" if kept else "value"
