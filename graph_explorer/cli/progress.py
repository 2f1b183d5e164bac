"""How far a long command is, on the terminal.

The one rule: it is shown on standard error, and only where that is a terminal: what is piped stays clean.
"""

from __future__ import annotations

import sys

#: Characters of the bar.
_BAR = 24


class Progress:
    """A bar with a text behind it, such as "of 30 epochs"."""

    def __init__(self, text: str) -> None:
        self.text, self.shown = text, ""

    def show(self, fraction: float) -> None:
        """Draws the bar, full at 1."""
        if not sys.stderr.isatty():
            return
        full = int(_BAR * fraction)
        line = f"{'█' * full}{'·' * (_BAR - full)} {100 * fraction:3.0f} % {self.text}"
        if line != self.shown:
            sys.stderr.write(f"\r{line}{' ' * max(0, len(self.shown) - len(line))}")
            sys.stderr.flush()
            self.shown = line

    def clear(self) -> None:
        """Leaves the line empty."""
        if self.shown:
            sys.stderr.write("\r" + " " * len(self.shown) + "\r")
            self.shown = ""
