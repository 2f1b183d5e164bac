"""The health of a run: its measures, and what is found ill.

The one rule: every search is one row of the table below; `examine` runs them all over the same
measures and puts what they find in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_explorer.engine.health.chains import vanishing_and_exploding
from graph_explorer.engine.health.finding import Finding, ordered
from graph_explorer.engine.health.measures import Checkpoint, Measures, measure
from graph_explorer.engine.health.origins import nonfinite_gradients, nonfinite_values
from graph_explorer.engine.health.ranges import close_to_overflow, lost_in_rounding, updates
from graph_explorer.engine.health.reach import constant_output, never_arrives, zero_gradients
from graph_explorer.engine.health.units import dead_units, saturated_units
from graph_explorer.engine.trace import Trace

SEARCHES: tuple[Callable[[Measures], Iterable[Finding]], ...] = (
    nonfinite_values,
    nonfinite_gradients,
    close_to_overflow,
    vanishing_and_exploding,
    dead_units,
    saturated_units,
    constant_output,
    never_arrives,
    zero_gradients,
    lost_in_rounding,
)


#: What is said of the sizes of gradients: nothing, where all of them are rounding.
_OF_GRADIENTS = frozenset(
    {"vanishing", "exploding", "zero gradient", "underflow", "large update", "small update"}
)


@dataclass(frozen=True, eq=False)
class Health:
    """What is known about the health of one trace, at one learning rate."""

    measures: Measures
    findings: tuple[Finding, ...]
    rate: float

    @property
    def trace(self) -> Trace:
        return self.measures.trace

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that are more than notes."""
        return tuple(finding for finding in self.findings if finding.severity == "problem")

    @property
    def conclusion(self) -> str:
        """What was found, in one sentence."""
        problems, notes = len(self.problems), len(self.findings) - len(self.problems)
        if not self.findings:
            return "Nothing ill was found in this run."
        parts = [
            f"{count} {what}{'s' * (count != 1)}"
            for count, what in ((problems, "problem"), (notes, "note"))
            if count
        ]
        return f"Found: {' and '.join(parts)}."


def examine(
    trace: Trace,
    rate: float = 0.1,
    checkpoint: Checkpoint = lambda share: None,
    measures: Measures | None = None,
) -> Health:
    """Measures a trace and looks for everything in the table; `rate` is the learning rate of an update.

    `measures` of the same trace spare measuring it anew.
    """
    if measures is None or measures.trace is not trace:
        measures = measure(trace, lambda share: checkpoint(0.6 * share))
    found: list[Finding] = _failure(trace)
    for place, search in enumerate(SEARCHES):
        checkpoint(0.6 + 0.4 * place / len(SEARCHES))
        found += search(measures)
    found += updates(measures, rate)
    if any(finding.kind == "constant output" for finding in found):
        found = [finding for finding in found if finding.kind not in _OF_GRADIENTS]
    return Health(measures, ordered(found), rate)


def _failure(trace: Trace) -> list[Finding]:
    """Where the run ended early."""
    node = getattr(trace.failure, "node", None)
    if node is None:
        return []
    done = trace.forward_length
    return [
        Finding(
            "failed",
            "problem",
            node.id,
            f"{trace.failure}.",
            {"computed": done, "of": len(trace.plan.forward)},
        )
    ]
