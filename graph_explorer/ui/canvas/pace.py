"""How long painting takes on this machine, learnt from what was painted lately.

The one rule: what took longer than expected counts for more than what took less: a frame that comes too
early disturbs nobody. No single measurement is believed altogether: the machine may have been busy.
"""

from __future__ import annotations

#: Seconds that painting takes at least, however little there is to be painted.
LEAST = 0.0014
_LOWEST, _HIGHEST = 0.4, 3.0
#: How much of a higher and of a lower measurement is believed.
_RISE, _FALL = 0.5, 0.2


class Pace:
    """The factor by which painting takes longer than its content lets expect."""

    def __init__(self) -> None:
        self.factor = 1.0

    def seconds(self, content: float, pieces: int = 1) -> float:
        """How long it will take to paint in so many pieces what should take `content` seconds."""
        return pieces * LEAST + content * self.factor

    def learn(self, content: float, pieces: int, spent: float) -> None:
        """Takes in that painting it took `spent` seconds; too little content tells nothing."""
        if content * self.factor < LEAST:
            return
        found = min(max((spent - pieces * LEAST) / content, _LOWEST), _HIGHEST)
        self.factor += (_RISE if found > self.factor else _FALL) * (found - self.factor)
