"""A method and a function fused into one loop of plain float code.

The one rule: the code is written by the method's own rule, run on symbols, and by the graph; so a
loop takes the steps that `MethodSettings.step` takes, only hundreds of times as fast.

Hyper-parameters are arguments of the loop and not numbers in it, so that turning a knob compiles
nothing anew. What depends on them alone is computed once, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, repeat
from struct import Struct
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.compiled import Code, Compiled, NotScalar, Vector, entry_of
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.method import Method
from graph_explorer.lab.optimizers.rule import Constants, Rule, run
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.rates import Rate

Array = NDArray[np.float64]

#: What changes from step to step beside point and state.
_EACH_STEP = ("t", "lr")


@dataclass(frozen=True)
class Step:
    """One step of a rule as instructions: what it assigns to the point and to each memory.

    `parameters` are the hyper-parameters that stand in the code as names.
    """

    code: Code
    outputs: Mapping[str, int]
    parameters: tuple[str, ...]


class Loop:
    """The loop of one method, with these flags and choices, on one function."""

    def __init__(self, compiled: Compiled, method: Method, constants: Constants, cycled: str) -> None:
        self.count, self.compiled, self.cycled = compiled.count, compiled, cycled
        self.memories = tuple(
            (memory.name, memory.vector) for memory in method.memories if memory.when(constants)
        )
        self.noisy = constants.on("noise")
        assert method.rule is not None
        self.first = self._step(method.rule, constants, first=True)
        self.later = self._step(method.rule, constants, first=False)

    def columns(self, name: str, vector: bool) -> list[str]:
        """The variables that hold a quantity: one a coordinate of a vector."""
        return [f"{name}_{k}" for k in range(self.count)] if vector else [f"{name}_"]

    @property
    def state(self) -> list[str]:
        return [each for name, vector in self.memories for each in self.columns(name, vector)]

    @property
    def row(self) -> list[str]:
        """What is recorded at every point."""
        return [*self.compiled.inputs, "f", *(f"g{k}" for k in range(self.count)), *self.state]

    def _step(self, rule: Rule, constants: Constants, *, first: bool) -> Step:
        code = Code()
        numbers = {
            name: code.input(f"h_{name}")
            for name, value in constants.__dict__.items()
            if isinstance(value, (float, int)) and not isinstance(value, bool)
        }
        xi = Vector([code.input(f"xi{k}") for k in range(self.count)])
        given = {"lr": code.input("lr"), "t": code.input("t"), "xi": xi, "first": first}
        h = constants.with_step(**numbers).with_step(**given)
        x = Vector([code.input(name) for name in self.compiled.inputs])
        g = Vector([code.input(f"g{k}") for k in range(self.count)])
        was = {name: self._memory(code, name, vector) for name, vector in self.memories}
        found = dict(run(rule(x, g, SimpleNamespace(**was), h)))
        outputs = {f"x{k}": code.symbol(entry_of(found["x"], k)).number for k in range(self.count)}
        for name, vector in self.memories:
            for k, column in enumerate(self.columns(name, vector)):
                outputs[column] = code.symbol(entry_of(found.get(name, was[name]), k)).number
        names = {f"h_{name}" for name in numbers}
        used = {code.instructions[number].name for number in code.needed(outputs.values())} & names
        return Step(code, outputs, tuple(sorted(used)))

    def _memory(self, code: Code, name: str, vector: bool) -> Any:
        inputs = [code.input(column) for column in self.columns(name, vector)]
        return Vector(inputs) if vector else inputs[0]

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The hyper-parameters that the loop takes, each `h_` and its name."""
        return tuple(sorted({*self.first.parameters, *self.later.parameters} - {f"h_{self.cycled}"}))

    @cached_property
    def fast(self) -> Callable[..., Any]:
        return self._function(careful=False)

    @cached_property
    def careful(self) -> Callable[..., Any]:
        return self._function(careful=True)

    def _function(self, *, careful: bool) -> Callable[..., Any]:
        """`walk(pack, rows, steps, x0, …, state…, parameters…)` packs a row a point into the bytes `rows`."""
        evaluate = self.compiled.lines(careful=careful)
        each = [*_EACH_STEP, *([f"h_{self.cycled}"] if self.cycled else [])]
        each += [f"xi{k}" for k in range(self.count)] if self.noisy else []
        record = [f"pack(rows, at, {', '.join(self.row)})", f"at += {8 * len(self.row)}"]
        changing = {*self.row, *each}
        before, later = self._lines(self.later, changing, careful)
        lines = ["at = 0", *evaluate, *record]
        if self._same:
            lines += [*before, f"for {', '.join(each)} in steps:", *_inside([*later, *evaluate, *record])]
        else:
            once, first = self._lines(self.first, changing, careful)
            lines += [*once, *before, f"for {', '.join(each)} in steps:"]
            lines += _inside(["if t == 1.0:", *_inside(first), "else:", *_inside(later), *evaluate, *record])
        arguments = ["pack", "rows", "steps", *self.compiled.inputs, *self.state, *self.parameters]
        return function("walk", ", ".join(arguments), lines)

    @property
    def _same(self) -> bool:
        """Whether the first step is like the others."""
        return self.first.code.instructions == self.later.code.instructions and (
            self.first.outputs == self.later.outputs
        )

    def _lines(self, step: Step, changing: set[str], careful: bool) -> tuple[list[str], list[str]]:
        """What is computed before the loop, and in it."""
        moving = step.code.depending(changing)
        needed = step.code.needed(step.outputs.values())
        used = {
            each for number in needed if number in moving for each in step.code.instructions[number].inputs
        }
        used |= set(step.outputs.values())
        prefix = "first" if step is self.first else "later"
        fixed = {
            f"{prefix}{number}": number
            for number in needed
            if number in used - moving and step.code.instructions[number].inputs
        }
        before = statements(step.code, fixed, careful=careful, prefix="c")
        known = {number: name for name, number in fixed.items()}
        inside = statements(step.code, step.outputs, careful=careful, prefix="s", known=known)
        return before, inside

    def remembered(self, rows: Array) -> dict[str, Array]:
        """The columns of the state by name: (rows, coordinates), or (rows,) of a number."""
        found: dict[str, Array] = {}
        at = 2 * self.count + 1
        for name, vector in self.memories:
            found[name] = rows[:, at : at + self.count] if vector else rows[:, at]
            at += self.count if vector else 1
        return found

    def walk(
        self, settings: MethodSettings, start: Sequence[float], steps: int, seed: int
    ) -> tuple[Array, Array, Array]:
        """A row a point, from the start on: (steps + 1, columns of `row`).

        Also the learning rate of each step, (steps,), and its momentum, nan if none is cycled.
        """
        noise = random_vectors(steps, self.count, seed) if self.noisy else np.empty((0, self.count))
        rows = bytearray(8 * len(self.row) * (steps + 1))
        try:
            used = self._run(self.fast, rows, settings, start, steps, noise)
        except (ArithmeticError, ValueError):
            used = self._run(self.careful, rows, settings, start, steps, noise)
        rates = np.full(steps, settings.lr) if used is None else np.array([rate.lr for rate in used])
        momenta = np.full(steps, np.nan)
        if used and self.cycled:
            momenta[:] = [rate.momentum for rate in used]
        return np.frombuffer(rows).reshape(-1, len(self.row)), rates, momenta

    def _run(
        self,
        function: Callable[..., None],
        rows: bytearray,
        settings: MethodSettings,
        start: Sequence[float],
        steps: int,
        noise: Array,
    ) -> list[Rate] | None:
        """Fills `rows`; the rates that were used, None if they are all the method's own."""
        rates: list[Rate] = []
        each: list[Iterable[float]] = [map(float, range(1, steps + 1))]
        steady = settings.schedule.schedule.name == "constant" and not settings.schedule.given
        if steady:
            each.append(repeat(settings.lr, steps))
        elif settings.schedule.schedule.needs_losses:
            each.append(self._listening(settings, rows, steps, rates))
        else:
            rates += islice(settings.schedule.start(settings.lr, steps), steps)
            each.append([float(rate.lr) for rate in rates])
        if self.cycled and rates:
            each.append([float(rate.momentum or 0.0) for rate in rates])
        each += noise.T.tolist() if self.noisy else []
        first = rates[0] if rates else Rate(settings.lr)
        initial = settings.init(np.asarray(start, dtype=float), *first)
        state = [float(n) for name, _ in self.memories for n in np.atleast_1d(initial[name])]
        constants = settings.constants
        numbers = [float(getattr(constants, name[2:])) for name in self.parameters]
        pack = Struct(f"{len(self.row)}d").pack_into
        function(pack, rows, zip(*each, strict=False), *start, *state, *numbers)
        return None if steady else rates

    def _listening(
        self, settings: MethodSettings, rows: bytearray, steps: int, rates: list[Rate]
    ) -> Iterator[float]:
        """The rates of a schedule that watches the losses, which it reads where the loop packs them."""
        schedule = settings.schedule.start(settings.lr, steps)
        loss = Struct("d").unpack_from
        for step in range(steps):
            at = 8 * (len(self.row) * (step - 1) + self.count)
            rates.append(schedule.send(loss(rows, at)[0] if step else None))
            yield float(rates[-1].lr)


def _inside(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def loop(compiled: Compiled, settings: MethodSettings) -> Loop | None:
    """The loop of the method on the function, made once for the same flags; None if there is none."""
    if settings.method.rule is None:
        return None
    cycled = settings.method.momentum_key if settings.schedule.cycles_momentum else ""
    constants = settings.with_momentum(0.5) if cycled else settings.constants
    if cycled and 0.0 in settings.schedule.values(settings.lr, 1).values():
        return None  # a momentum of zero is another rule: the steps would not be alike
    fixed = {
        name: value
        for name, value in constants.__dict__.items()
        if value is None or isinstance(value, (bool, str, frozenset))
    }
    key = (settings.method.name, cycled, tuple(sorted(fixed.items(), key=str)))
    if key not in compiled.loops:
        try:
            compiled.loops[key] = Loop(compiled, settings.method, constants, cycled)
        except NotScalar:
            compiled.loops[key] = None
    found: Loop | None = compiled.loops[key]
    return found
