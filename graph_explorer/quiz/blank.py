"""The blank graph: the learner fills in the backward pass, gradient by gradient.

The one rule: a field is judged by the true number and by the one that follows from what the learner
filled in above it, so that a slip costs one field and not all that come after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.explain import arithmetic
from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.quiz.judge import Verdict, near
from graph_explorer.quiz.source import allowance

Array = np.ndarray[Any, Any]

#: Gradients with more entries than this are asked for by one entry only; with more than `_MOST` not at all.
_WHOLE, _MOST = 4, 16


@dataclass(frozen=True)
class Field:
    """One number to be filled in: an entry of the gradient of a value."""

    name: str
    index: tuple[int, ...]

    @property
    def label(self) -> str:
        """How the field is called beside the graph: `W1[0,1]`."""
        return name_text(self.name) + (f"[{','.join(map(str, self.index))}]" if self.index else "")


@dataclass(frozen=True)
class Blank:
    """The backward pass of a trace as a form to be filled in."""

    trace: Trace

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields in the order in which the gradients become complete, the output's first.

        Gradients of large arrays have none: nobody works them out by hand.
        """
        trace = self.trace
        names = dict.fromkeys(
            [trace.output, *(step.into for step in trace.steps if isinstance(step, Pulled))]
        )
        names = {name: None for name in names if trace.has_gradient(name) and self._fits(name)}
        done = sorted(names, key=trace.graph.index, reverse=True)
        return tuple(Field(name, index) for name in done for index in self._entries(name))

    def _fits(self, name: str) -> bool:
        """Whether all that the gradient is made of can be seen at once."""
        arrays = [self.trace.gradient(name), *(np.asarray(t.contribution) for t in self.trace.terms(name))]
        return all(array.size <= _MOST for array in arrays)

    def _entries(self, name: str) -> list[tuple[int, ...]]:
        gradient = self.trace.gradient(name)
        if gradient.size <= _WHOLE:
            return list(np.ndindex(gradient.shape))
        largest = int(np.argmax(np.abs(np.nan_to_num(gradient))))
        return [tuple(int(k) for k in np.unravel_index(largest, gradient.shape))]

    def answer(self, field: Field) -> float:
        """The true number of a field."""
        return float(self.trace.gradient(field.name)[field.index])

    def follows(self, field: Field, own: Mapping[Field, float]) -> float:
        """The number that follows by the right rules from what was filled in above."""
        trace = self.trace
        terms = trace.terms(field.name)
        if not terms:
            return self.answer(field)
        total = sum(float(self._pulled(term, own)[field.index]) for term in terms)
        return total + (float(trace.seed[field.index]) if field.name == trace.output else 0.0)

    def _pulled(self, term: Pulled, own: Mapping[Field, float]) -> Array:
        trace, node = self.trace, term.node
        found = trace.plan.operations[trace.graph.index(node.id)]
        assert found is not None
        gradients = [
            self._gradient(name, own) if name and trace.takes_gradient(name) else None
            for name in node.outputs
        ]
        upstream = tuple(gradients) if len(gradients) > 1 else gradients[0]
        with np.errstate(all="ignore"):
            pulled = found.pull(
                term.input_index, upstream, trace.result_of(node), trace.inputs_of(node), node.attributes
            )
        return np.asarray(pulled)

    def _gradient(self, name: str, own: Mapping[Field, float]) -> Array:
        """The true gradient, with the learner's numbers in place of those that were filled in."""
        gradient = self.trace.gradient(name).copy()
        for field, value in own.items():
            if field.name == name:
                gradient[field.index] = value
        return gradient

    def judge(self, field: Field, given: float, own: Mapping[Field, float]) -> Verdict:
        """Judges one field; `own` are the learner's numbers in the fields above."""
        true = self.answer(field)
        tolerance = allowance(true, *self._parts(field))
        if near(given, true, tolerance):
            return Verdict(True, "Right.")
        following = self.follows(field, own)
        if near(given, following, max(tolerance, allowance(following))):
            return Verdict(True, "Right, reckoned with your own numbers above.", carried=True)
        return Verdict(False, self._mistake(field, given, tolerance))

    def _parts(self, field: Field) -> list[float]:
        """The terms that the number is a sum of, for the size of its rounding."""
        terms = self.trace.terms(field.name)
        return [float(term.contribution[field.index]) for term in terms] if len(terms) > 1 else []

    def _mistake(self, field: Field, given: float, tolerance: float) -> str:
        terms = self.trace.terms(field.name)
        parts = [float(term.contribution[field.index]) for term in terms]
        if len(parts) > 1 and any(abs(given - part) <= tolerance for part in parts):
            return f"That is one of {len(parts)} terms: {name_text(field.name)} is used {len(parts)} times."
        if abs(given + self.answer(field)) <= tolerance:
            return "The size is right, the sign is not."
        if abs(given - float(self.trace.value(field.name)[field.index])) <= tolerance:
            return "That is the value; the gradient belongs here."
        return "Not this number."

    def hints(self, field: Field) -> tuple[str, ...]:
        """The rule, the formula and the numbers of a field."""
        terms = self.trace.terms(field.name)
        if not terms:
            return (f"{derivative(self.trace.output, field.name)} is 1: the backward pass begins here.",)
        shown = [arithmetic(term) for term in terms]
        rules = "\n".join(part.rule.text for part in shown)
        formulas = "\n".join(part.local.text for part in shown)
        parts = [number(term.contribution[field.index]) for term in terms]
        return rules, formulas, " + ".join(parts)
