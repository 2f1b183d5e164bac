"""Where in a run a question stands: what may be seen while it is open, and which step answers it.

The one rule: at the open moment nothing is known that the question asks for; at the answering one the
step that answers it has just been done.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph_explorer.engine.trace import Trace
from graph_explorer.quiz.question import Question

#: Kinds whose answer, or the slope it is made of, can be read off the node's own value.
_FROM_THE_VALUE = frozenset({"forward value", "local derivative", "contribution", "delta"})
#: Kinds that are about the backward pass as a whole.
_WHOLE_PASS = frozenset({"order", "no gradient", "reuse", "vanishing", "which layer", "what helps", "why"})


@dataclass(frozen=True)
class Moments:
    """`node` is what the question is about; `open` and `answered` are times of the trace."""

    node: str
    open: int
    answered: int


def moments(trace: Trace, question: Question) -> Moments | None:
    """The moments of a question in the run that it was made from; None where it is not about a node."""
    if not question.node or question.node not in trace.graph or trace.failure is not None:
        return None
    before = trace.forward_length
    if question.kind in _FROM_THE_VALUE:
        before = _place(trace, _operation(trace, question))
    return Moments(question.node, before, _answered(trace, question))


def _place(trace: Trace, node: str) -> int:
    """The time just before the value of an operation is computed."""
    return list(trace.plan.forward).index(trace.graph.index(node))


def _operation(trace: Trace, question: Question) -> str:
    """The operation whose value tells the answer: for δ the activation, else the node itself."""
    if question.kind != "delta":
        return question.node
    uses = trace.graph.uses(question.node)
    return uses[0].node if uses else question.node


def _answered(trace: Trace, question: Question) -> int:
    """The time just after the step that answers the question."""
    made = question.makes
    if question.kind in _WHOLE_PASS:
        return trace.length
    if question.kind == "forward value":
        return _place(trace, question.node) + 1
    backward = trace.forward_length + 1
    if made is not None and made[0] == "contribution":
        return backward + int(made[1]) + 1
    if made is not None and made[0] == "local":
        return backward + list(trace.plan.pulls).index((trace.graph.index(made[1]), int(made[2]))) + 1
    name = made[1] if made is not None else question.node
    terms = trace.terms(name) if trace.takes_gradient(name) else ()
    return trace.time_of(terms[-1]) + 1 if terms else trace.length
