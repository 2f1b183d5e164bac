"""A sweep as the window shows it: what is varied, and the runs that are there.

The one rule: it is a frozen part of the session's state; the sweeper replaces it as runs come in.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph_explorer.document import Document
from graph_explorer.lab.sweep import Trial, Tried


@dataclass(frozen=True)
class Sweep:
    """`varied` are the texts that say what is varied: name and values. `trials` are the runs asked for and
    `tried` those that are done, in the order of the trials; `chosen` is the place of the one that is pointed
    at among these, −1 for none.
    """

    varied: tuple[tuple[str, str], ...] = (("lr", ""), ("", ""))
    epochs: int | None = None
    title: str = ""
    trials: tuple[Trial[Document], ...] = ()
    tried: tuple[Tried[Document], ...] = ()
    running: bool = False
    chosen: int = -1

    @property
    def texts(self) -> list[str]:
        """What is varied, as the command line would say it."""
        return [f"{name}={values}" for name, values in self.varied if name.strip() and values.strip()]


#: Before anything was swept.
NO_SWEEP = Sweep()
