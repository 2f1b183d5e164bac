"""Both passes of a graph of arrays as straight-line NumPy code, for runs of many batches alike.

A training runs the same graph on arrays of the same shapes thousands of times. What a run looks up
each time is looked up once here: the rules are noted on a tape, and the tape is written out as code
that computes into arrays kept from run to run.

The one rule: the numbers are those of a run to the last bit. Before the code is used it is
run beside it once, and where they differ, or where shapes change, the run itself is what counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.compiled.storage import Passed, Results, Written, write
from graph_explorer.engine.compiled.tape import Noted, Tape
from graph_explorer.engine.plan import ForwardStep, Plan, PullStep
from graph_explorer.engine.run import FAILURES, gradients_beside

Array = np.ndarray[Any, Any]
Leaves = Mapping[str, Array]
Attributes = Mapping[int, Mapping[str, Any]]

#: For so many signatures code is kept: a batch, the last one of an epoch, and those of another view.
_MOST_KEPT = 4


class Passes:
    """The output of a plan and its gradients, for many runs on leaves of few shapes.

    `beside` names further values that are wanted. Not to be shared by threads: the arrays in between
    are kept.
    """

    def __init__(self, plan: Plan, beside: Sequence[str] = ()) -> None:
        self.plan, self.beside = plan, tuple(beside)
        self._seen: set[Any] = set()
        self._codes: dict[Any, Written | None] = {}

    def __call__(
        self, leaves: Leaves, attributes: Attributes = MappingProxyType({}), into: Leaves | None = None
    ) -> Results:
        """Output, gradients and what is wanted beside, as `run.gradients_beside` gives them.

        `attributes` has those of the nodes whose attributes differ from run to run, by number. Gradients
        are written `into` arrays of their shapes and types where such are given, and are new arrays where
        not. Raises `RunError` where a node fails.
        """
        signature = tuple((name, value.shape, value.dtype, value.strides) for name, value in leaves.items())
        code = self._codes.get(signature)
        if code is not None:
            with np.errstate(all="ignore"):
                try:
                    return code(leaves, attributes, into)
                except FAILURES:
                    self._run(leaves, attributes)  # which says which node it was
                    raise
        elif signature in self._seen and signature not in self._codes and len(self._codes) < _MOST_KEPT:
            self._codes[signature] = self._written(leaves, attributes)
        self._seen.add(signature)
        output, found, seen = self._run(leaves, attributes)
        if into is None:
            return output, found, seen
        for name, gradient in found.items():
            np.copyto(into[name], gradient)
        return output, {name: into[name] for name in found}, seen

    def _run(self, leaves: Leaves, attributes: Attributes) -> Results:
        plan = self.plan.with_attributes(attributes) if attributes else self.plan
        return gradients_beside(plan, leaves, self.beside)

    def _written(self, leaves: Leaves, attributes: Attributes) -> Written | None:
        """Code for leaves like these, if it gives what a run gives."""
        expected = self._run(leaves, attributes)
        with np.errstate(all="ignore"):
            try:
                code = write(noted(self.plan, leaves, attributes, self.beside))
                found = code(leaves, attributes)
            except FAILURES:
                return None
        return code if _same(found, expected) else None


def _same(found: Results, expected: Results) -> bool:
    arrays = [[one[0], *one[1].values(), *one[2].values()] for one in (found, expected)]
    return found[1].keys() == expected[1].keys() and all(
        a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=b.dtype.kind in "fc")
        for a, b in zip(*arrays, strict=True)
    )


def noted(
    plan: Plan, leaves: Leaves, attributes: Attributes = MappingProxyType({}), beside: Sequence[str] = ()
) -> Passed:
    """The passes on a tape, on these leaves."""
    tape = Tape()
    values: list[Any] = [None] * (len(plan.number) + 1)
    given = {name: tape.leaf(np.asarray(value)) for name, value in leaves.items()}
    drawn = {node: tape.leaf(each) for node, each in attributes.items()}
    for name, value in given.items():
        values[plan.number[name]] = value
    for step in plan.forward_steps:
        for number, value in zip(step.outputs, _forward(tape, step, values, drawn), strict=False):
            if number >= 0:
                values[number] = _array(tape, value)
    found: list[Any] = [None] * len(values)
    output = plan.number[plan.output]
    if plan.takes_gradient[output]:
        found[output] = np.ones(np.shape(values[output]), values[output].dtype)
    for pull in plan.pull_steps:
        pulled = _pulled(tape, pull, values, found, drawn)
        before = found[pull.into]
        found[pull.into] = pulled if before is None else before + pulled
    return Passed(
        tape,
        {name: value.number for name, value in given.items()},
        {node: value.number for node, value in drawn.items()},
        values[output],
        {name: g for name in plan.wrt if (g := found[plan.number[name]]) is not None},
        {name: values[plan.number[name]] for name in beside},
    )


def _forward(tape: Tape, step: ForwardStep, values: list[Any], drawn: Mapping[int, Noted]) -> tuple[Any, ...]:
    arguments = [values[number] for number in step.inputs]
    if step.node in drawn:
        made = tape.note(_called, (step.forward, arguments, drawn[step.node]), {})
    else:
        try:
            made = step.forward(*arguments, **step.attributes)
        except FAILURES:
            made = tape.note(step.forward, arguments, step.attributes)
    return tuple(made) if isinstance(made, tuple | list) else (made,)


def _called(rule: Any, arguments: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    return rule(*arguments, **attributes)


def _array(tape: Tape, value: Any) -> Any:
    """What a rule gave as a run keeps it: a noted value or an array."""
    if not isinstance(value, Noted):
        return np.asarray(value)
    held = isinstance(tape.arrays[value.number], np.ndarray | np.generic)
    return value if held else tape.note(np.asarray, (value,), {})


def _pulled(
    tape: Tape, step: PullStep, values: list[Any], found: list[Any], drawn: Mapping[int, Noted]
) -> Any:
    arguments = [values[number] for number in step.inputs]
    g: Any = tuple(found[number] for number in step.outputs)
    y: Any = tuple(values[number] for number in step.outputs)
    if len(step.outputs) == 1:
        g, y = g[0], y[0]
    wanted, rule, place = values[step.into].dtype, step.operation.pull, step.input_index
    if step.node in drawn:
        pulled = tape.note(rule, (place, g, y, arguments, drawn[step.node]), {})
    else:
        try:
            pulled = rule(place, g, y, arguments, step.attributes)
        except FAILURES:
            pulled = tape.note(rule, (place, g, y, arguments, step.attributes), {})
    return pulled.astype(wanted) if isinstance(pulled, Noted) else np.asarray(pulled, wanted)
