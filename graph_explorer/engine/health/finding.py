"""A finding: what is ill, where, by which numbers, and what helps.

The one rule: a finding names its node and holds the numbers that its sentence quotes; without numbers
there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

Severity = Literal["problem", "note"]

#: Of one kind this many findings stand by themselves; the others are gathered into one.
MOST = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of illness: its title, and what usually helps."""

    title: str
    helps: str


#: All kinds, the most urgent first.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "failed": Kind("The run failed", "Mend what the message names; what came before the node is shown."),
        "constant output": Kind(
            "The output cannot change",
            "Differentiate one entry of it (--output NAME[0,3]), the scores before the softmax, or a loss.",
        ),
        "infinite value": Kind(
            "Infinite value",
            "Keep the operands where the operation is defined, or the numbers smaller: scale the inputs, "
            "subtract the maximum before an exponential, use a wider type.",
        ),
        "nan value": Kind(
            "Not a number",
            "Keep the operands where the operation is defined: clip them, add a small number before a "
            "logarithm, root or division, or use a form that is stable, such as cross_entropy on scores.",
        ),
        "infinite gradient": Kind(
            "Infinite gradient",
            "Keep the operands away from where the slope is infinite: add a small number inside a root, "
            "logarithm or division; clip the gradient.",
        ),
        "nan gradient": Kind(
            "Gradient is not a number",
            "Keep the operands away from where the slope is infinite or 0/0: add a small number inside a "
            "root or logarithm; a select does not help, since 0 times an infinite slope is no number.",
        ),
        "overflow": Kind(
            "Close to overflow",
            "Normalise or scale down what comes in, use smaller weights, or a wider type.",
        ),
        "exploding": Kind(
            "Exploding gradient",
            "Clip the norm of the gradient, begin with smaller or orthogonal weights, normalise between "
            "layers, or use gates (LSTM) for sequences.",
        ),
        "vanishing": Kind(
            "Vanishing gradient",
            "Use ReLU in place of sigmoid or tanh, initialise for the activation (Glorot, He), normalise "
            "between layers, add shortcuts around layers, or gates (LSTM) for sequences.",
        ),
        "dead": Kind(
            "Dead units",
            "Use a smaller learning rate, biases of 0 or slightly above, He initialisation, or a leaky ReLU, "
            "which passes something back on either side.",
        ),
        "saturated": Kind(
            "Saturated units",
            "Bring the pre-activations closer to 0: smaller weights, normalised inputs, batch or layer "
            "normalisation; or an activation that does not saturate.",
        ),
        "no gradient": Kind(
            "No gradient arrives",
            "Use the parameter on the way to the output, join a detached edge, or replace the operation "
            "that passes no gradient; else make it an input.",
        ),
        "zero gradient": Kind(
            "Gradient is exactly zero",
            "At a minimum that is as it should be. Else change what multiplies it by 0: begin with weights "
            "that are not 0, open the closed gates.",
        ),
        "underflow": Kind(
            "Gradient lost in rounding",
            "Multiply the loss by a large number and divide the gradients by it again, or use a wider type.",
        ),
        "large update": Kind("Updates too large", "Lower the learning rate, or clip the gradient."),
        "small update": Kind(
            "Updates too small",
            "At a minimum that is as it should be. Else raise the learning rate, or use a method that "
            "divides by the size of the gradient, such as Adam.",
        ),
        "closed": Kind(
            "Closed units", "Nothing is wrong yet: more examples tell which units are never open."
        ),
    }
)
_ORDER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One illness. `node` is the value at which it is, `nodes` all values that it is about, in order.

    `numbers` are what was compared. `weight` orders findings of one kind, the gravest first.
    """

    kind: str
    severity: Severity
    node: str
    sentence: str
    numbers: Mapping[str, float]
    nodes: tuple[str, ...] = ()
    weight: float = 0.0
    helps: str = field(default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", self.nodes or (self.node,))
        object.__setattr__(self, "helps", self.helps or KINDS[self.kind].helps)

    @property
    def title(self) -> str:
        return KINDS[self.kind].title


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Problems before notes, urgent kinds first; of each kind the gravest, and one for all that is left."""
    kinds: dict[tuple[bool, int], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity == "note", _ORDER[finding.kind]), []).append(finding)
    found: list[Finding] = []
    for _, alike in sorted(kinds.items()):
        alike.sort(key=lambda finding: -finding.weight)
        found += alike if len(alike) <= MOST + 1 else [*alike[:MOST], _gathered(alike[MOST:])]
    return tuple(found)


def _gathered(rest: Sequence[Finding]) -> Finding:
    """One finding for many of the same kind."""
    nodes = tuple(dict.fromkeys(name for finding in rest for name in finding.nodes))
    named = ", ".join(f"'{name}'" for name in nodes[:3]) + (", …" if len(nodes) > 3 else "")
    sentence = f"The same at {len(nodes)} more nodes: {named}."
    return replace(rest[0], sentence=sentence, nodes=nodes, numbers={"nodes": len(nodes)})
