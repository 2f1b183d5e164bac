"""Training by hand: the four acts of one step, Forward, Backward, Update and Zero.

The one rule: each act does one thing and no other, so that what follows from leaving one out can be seen.
"""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from graph_explorer.ui.state import Accumulator

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


class ByHand:
    """The four acts on the document of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def forward(self) -> None:
        """Forward: all values, no gradients."""
        if self.session.state.trace is not None:
            self.session.seek(self.session.state.trace.forward_length)

    def backward(self) -> None:
        """Backward: all gradients, added to what the parameters' accumulators hold."""
        trace, document = self.session.state.trace, self.session.state.document
        if trace is None or document is None or trace.failure is not None:
            return
        held = dict(self.session.state.accumulator.gradients)
        for name in document.parameters:
            if trace.has_gradient(name):
                held[name] = held[name] + trace.gradient(name) if name in held else trace.gradient(name)
        passes = self.session.state.accumulator.passes + 1
        self.session.change(time=trace.length, accumulator=Accumulator(MappingProxyType(held), passes))

    def update(self, rate: float) -> None:
        """Update: each parameter moves by −rate × its accumulator, which stays as it is."""
        held = self.session.state.accumulator.gradients
        if self.session.state.document is None or not held:
            return
        document = self.session.latest
        moved = {name: document.entry(name).array - rate * gradient for name, gradient in held.items()}
        self.session.edit("Update", document.with_values(moved))
        accumulator = self.session.state.accumulator
        self.session.change(accumulator=dataclasses.replace(accumulator, updates=accumulator.updates + 1))
        if self.session.state.trace is not None:
            self.session.seek(0)

    def zero(self) -> None:
        """Zero: the accumulators are emptied."""
        self.session.change(accumulator=Accumulator())
