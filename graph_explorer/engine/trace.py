"""A run, recorded: every value forward, every contribution backward, and how they add up.

The one rule: a trace is a log. Time `t` means that the first `t` events have happened; what is known
at a time is found by comparing positions, nothing is run again, and nothing is zero because it is
not known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, overload

import numpy as np

from graph_explorer.engine.errors import NotComputed
from graph_explorer.engine.finite import all_finite
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.ops.declare import Local
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.stopping import is_used, why_none_arrives

Array = np.ndarray[Any, Any]

#: Sums on the way to a gradient are kept of values with more terms than this, and so many numbers in all.
_FEW, _MOST = 64, 1_000_000


@dataclass(frozen=True, slots=True)
class Computed:
    """Forward: a node's value became known."""

    trace: Trace
    position: int
    kind: Literal["compute"] = "compute"

    @property
    def node(self) -> Node:
        plan = self.trace.plan
        return plan.graph.nodes[plan.forward[self.position]]

    @property
    def value(self) -> Array:
        return self.trace.value(self.node.id)


@dataclass(frozen=True, slots=True)
class Seeded:
    """Backward begins: the output's gradient with respect to itself."""

    trace: Trace
    kind: Literal["seed"] = "seed"
    step: int = 0

    @property
    def node(self) -> Node:
        return self.trace.graph.node(self.trace.output)

    @property
    def gradient(self) -> Array:
        return self.trace.seed


@dataclass(frozen=True, slots=True)
class Pulled:
    """Backward along one edge: upstream × local = contribution, added to what was there."""

    trace: Trace
    position: int
    kind: Literal["pull"] = "pull"

    @property
    def step(self) -> int:
        return self.position + 1

    @property
    def node(self) -> Node:
        """The operation through which the gradient is pulled."""
        plan = self.trace.plan
        return plan.graph.nodes[plan.pulls[self.position][0]]

    @property
    def input_index(self) -> int:
        return self.trace.plan.pulls[self.position][1]

    @property
    def into(self) -> str:
        """The value whose gradient grows."""
        return self.node.inputs[self.input_index]

    @property
    def upstream(self) -> Array | tuple[Array | None, ...]:
        """The gradient of the node's output: complete, since all its consumers came before."""
        found: Array | tuple[Array | None, ...] = self.trace.upstream(self.position)
        return found

    @property
    def local(self) -> Local:
        return self.trace.local(self.position)

    @property
    def contribution(self) -> Array:
        return self.trace.contribution(self.position)

    @property
    def accumulated(self) -> Array:
        """The gradient of `into` after this step."""
        return self.trace.gradient(self.into, self.trace.time_of(self) + 1)


Event = Computed | Seeded | Pulled


class Events(Sequence[Event]):
    """All events of a trace in order, made when looked at."""

    def __init__(self, trace: Trace, start: int, stop: int) -> None:
        self._trace, self._start, self._stop = trace, start, stop

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"event {index} of {len(self)}")
        position = self._start + index % len(self)
        forward = self._trace.forward_length
        if position < forward:
            return Computed(self._trace, position)
        return Seeded(self._trace) if position == forward else Pulled(self._trace, position - forward - 1)

    def __iter__(self) -> Iterator[Event]:
        return (self[k] for k in range(len(self)))


class Trace:
    """One forward and one backward run of a graph.

    `values` and `gradients` are indexed by value number, `contributions` by edge (see `Plan.pulls`);
    an entry is None where nothing was computed, or where a contribution was not kept (it is then
    computed again when asked for). `failure` is the error that ended the run early, if one did.
    """

    def __init__(
        self,
        plan: Plan,
        values: Sequence[Array | None],
        seed: Array | None,
        gradients: Sequence[Array | None],
        contributions: Sequence[Array | None],
        failure: Exception | None = None,
    ) -> None:
        self.plan = plan
        self.values = values
        self._seed = seed
        self.gradients = gradients
        self.contributions = contributions
        self.failure = failure
        self._sums: dict[int, list[Array]] = {}

    @property
    def graph(self) -> Graph:
        return self.plan.graph

    @property
    def output(self) -> str:
        return self.plan.output

    @property
    def seed(self) -> Array:
        if self._seed is None:
            raise NotComputed(f"there is no backward pass: {self.failure}")
        return self._seed

    # ── time ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def forward_length(self) -> int:
        """How many events the forward pass has."""
        if self.failure is None:
            return len(self.plan.forward)
        computed = (self.values[self.plan.outputs[node][0]] is not None for node in self.plan.forward)
        return sum(computed)

    @cached_property
    def length(self) -> int:
        """How many events there are; also the last time."""
        return self.forward_length + (0 if self._seed is None else 1 + len(self.plan.pulls))

    @property
    def events(self) -> Events:
        """Forward and backward."""
        return Events(self, 0, self.length)

    @property
    def steps(self) -> Events:
        """The backward pass: the seed, then one pull an edge."""
        return Events(self, self.forward_length, self.length)

    def time_of(self, event: Event) -> int:
        """The time just before `event`."""
        if isinstance(event, Computed):
            return event.position
        return self.forward_length + (0 if isinstance(event, Seeded) else 1 + event.position)

    def pulled_by(self, time: int) -> int:
        """How many pulls have happened by `time`."""
        return min(max(time - self.forward_length - 1, 0), len(self.plan.pulls))

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def has_value(self, name: str, time: int | None = None) -> bool:
        """Whether the value is known at `time` (by default: at the end)."""
        node = self.graph.index(name)
        if self.values[self.plan.number[self.graph.resolve(name)]] is None:
            return False
        return time is None or self.plan.forward_position.get(node, -1) < time

    def value(self, name: str, time: int | None = None) -> Array:
        """The value called `name`; `NotComputed` where it is not known at `time`."""
        if not self.has_value(name, time):
            raise NotComputed(f"the value of '{name}' is not computed" + ("" if time is None else " yet"))
        return np.asarray(self.values[self.plan.number[self.graph.resolve(name)]])

    def inputs_of(self, node: Node) -> list[Array | None]:
        """The values that the node takes, None where an optional one is left out."""
        return [self.value(name) if name else None for name in node.inputs]

    def result_of(self, node: Node) -> Any:
        """The node's output, or the tuple of them."""
        results = tuple(self.value(name) if name else None for name in node.outputs)
        return results if len(results) > 1 else results[0]

    # ── gradients ─────────────────────────────────────────────────────────────────────────────

    def terms(self, name: str, time: int | None = None) -> tuple[Pulled, ...]:
        """The contributions to the gradient of `name` by `time`, in the order in which they came."""
        positions = self.plan.terms.get(self.plan.number[self.graph.resolve(name)], ())
        if time is not None:
            positions = positions[: bisect_left(positions, self.pulled_by(time))]
        return tuple(Pulled(self, position) for position in positions) if self._seed is not None else ()

    def count_terms(self, name: str, time: int | None = None) -> int:
        """How many contributions to the gradient of `name` there are by `time`."""
        positions = self.plan.terms.get(self.plan.number[self.graph.resolve(name)], ())
        if self._seed is None:
            return 0
        return len(positions) if time is None else bisect_left(positions, self.pulled_by(time))

    def takes_gradient(self, name: str) -> bool:
        """Whether this run computes a gradient for `name` at all."""
        return self._seed is not None and self.plan.takes_gradient[self.plan.number[self.graph.resolve(name)]]

    def has_gradient(self, name: str, time: int | None = None) -> bool:
        """Whether any of the gradient of `name` is known at `time`."""
        if not self.takes_gradient(name):
            return False
        if time is None:
            return True
        if self.graph.resolve(name) == self.output and time > self.forward_length:
            return True
        positions = self.plan.terms.get(self.plan.number[self.graph.resolve(name)], ())
        return bool(positions) and positions[0] < self.pulled_by(time)

    def is_complete(self, name: str, time: int) -> bool:
        """Whether all of the gradient of `name` is known at `time`."""
        positions = self.plan.terms.get(self.plan.number[self.graph.resolve(name)], ())
        return self.has_gradient(name, time) and (not positions or positions[-1] < self.pulled_by(time))

    def gradient(self, name: str, time: int | None = None) -> Array:
        """The gradient of the output with respect to `name`, as far as it is summed up at `time`.

        Raises `NotComputed`, with the reason, where there is none.
        """
        if not self.has_gradient(name, time):
            raise NotComputed(f"no gradient of '{name}': {self.why_no_gradient(name, time)}")
        number = self.plan.number[self.graph.resolve(name)]
        if time is None or self.is_complete(name, time):
            return np.asarray(self.gradients[number])
        return self._summed(number, self.count_terms(name, time))

    def _summed(self, number: int, count: int) -> Array:
        """The gradient of a value after so many of its terms, one added after the other.

        A value that is used everywhere has tens of thousands: the sums are kept for the next question.
        """
        positions = self.plan.terms.get(number, ())
        begin = [self.seed] if number == self.plan.number[self.output] else []
        known = self._sums.get(number, begin)
        sums = list(known)
        for position in positions[len(sums) - len(begin) : count]:
            term = self.contribution(position)
            sums.append(np.asarray(sums[-1] + term) if sums else term)
        small = len(positions) > _FEW and sums[-1].size * len(positions) <= _MOST
        if small and len(sums) > len(known):
            self._sums[number] = sums  # at once: jobs ask too
        return sums[len(begin) + count - 1]

    def why_no_gradient(self, name: str, time: int | None = None) -> str:
        """The reason, as a clause, why `gradient` has nothing to give."""
        resolved = self.graph.resolve(name)
        if self._seed is None:
            return "the run stopped before the backward pass"
        if self.takes_gradient(name):
            return "the backward pass has not reached it yet"
        if not is_used(self.plan, resolved):
            return f"the output '{self.output}' does not depend on it"
        stopped = why_none_arrives(self.plan, resolved)
        if stopped:
            return stopped
        node = self.graph.node(resolved)
        if not node.is_leaf:
            found = operation_of(node)
            if not found.has_gradient:
                return f"{node.op} lets none through: {found.flat}"
            return "no parameter that it depends on takes a gradient through it"
        return "it was not asked for"

    def upstream(self, position: int) -> Any:
        """The gradient that comes into the node of pull `position`: an array, or a tuple of them."""
        node = self.plan.graph.nodes[self.plan.pulls[position][0]]
        found = tuple(
            self.gradient(name) if name and self.takes_gradient(name) else None for name in node.outputs
        )
        return found if len(found) > 1 else found[0]

    def contribution(self, position: int) -> Array:
        """What pull `position` adds; of the shape of the value that it goes into."""
        kept = self.contributions[position]
        if kept is not None:
            return np.asarray(kept)
        index, slot = self.plan.pulls[position]
        node, found = self.graph.nodes[index], self.plan.operations[index]
        assert found is not None
        with np.errstate(all="ignore"):
            pulled = found.pull(
                slot,
                self.upstream(position),
                self.result_of(node),
                self.inputs_of(node),
                node.attributes,
            )
        return np.asarray(pulled)

    def local(self, position: int) -> Local:
        """The local derivative along pull `position`."""
        index, slot = self.plan.pulls[position]
        return self.local_of(self.graph.nodes[index], slot)

    def local_of(self, node: Node, slot: int) -> Local:
        """The local derivative of `node` with respect to its input `slot`; its text names the values."""
        found = self.plan.operations[self.graph.index(node.id)]
        assert found is not None
        symbols = (symbol.head for symbol in found.symbols(len(node.inputs)))
        names = {**dict(zip(symbols, node.inputs, strict=False)), "y": node.id}
        result, inputs, constants = self.result_of(node), self.inputs_of(node), self.constants_of(node)
        with np.errstate(all="ignore"):
            return found.local(slot, result, inputs, node.attributes, constants, names)

    def constants_of(self, node: Node) -> Mapping[int, float]:
        """The inputs of `node` that are plain numbers written in the program: index → number."""
        return {
            index: float(self.value(name))
            for index, name in enumerate(node.inputs)
            if name and self.graph.node(name).op == "constant" and np.ndim(self.value(name)) == 0
        }

    @cached_property
    def nonfinite(self) -> Mapping[str, str]:
        """Where values or gradients stop being finite: name → 'value' or 'gradient', at the origin only."""
        found: dict[str, str] = {}
        values = all_finite(self.values)
        bad = {name for name, fine in zip(self.graph.values, values, strict=True) if not fine}
        for node in self.graph.nodes if bad else ():
            if bad.isdisjoint(node.inputs):
                found.update({name: "value" for name in node.outputs if name in bad})
        gradients = all_finite(self.gradients) if self._seed is not None else [True]
        for index, slot in self.plan.pulls if not all(gradients) else ():
            value = self.plan.inputs[index][slot]
            clean = all(gradients[number] for number in self.plan.outputs[index])
            if clean and not gradients[value]:
                found.setdefault(self.graph.values[value], "gradient")
        return found
