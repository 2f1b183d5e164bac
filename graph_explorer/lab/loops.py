"""A method and a function fused into one loop of plain float code.

The one rule: a loop takes the steps that `MethodSettings.step` takes, to the last digit, only
hundreds of times as fast.

Hyper-parameters are arguments of the loop and not numbers in it, so that turning a knob compiles
nothing anew. What depends on them alone is computed once, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice, repeat
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.compiled import Code, Compiled, NotScalar
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.rates import Rate
from graph_explorer.lab.steps import PARAMETER, Step, Structure, structure

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Texts:
    """The lines of a rule: what is computed once before the loop, a step, and the first if it differs."""

    parameters: tuple[str, ...]
    before: tuple[str, ...]
    step: tuple[str, ...]


@lru_cache(maxsize=512)
def _texts(shape: Structure, careful: bool) -> _Texts:
    """The rule as Python text; it is the same on every function, and kept."""
    changing = {*shape.points, *shape.slopes, *shape.state, *shape.each_step}
    first, later = shape.traced(Code(), first=True), shape.traced(Code(), first=False)
    before, step = _lines(later, changing, careful, "later")
    if not first.same(later):
        once, alone = _lines(first, changing, careful, "first")
        before = [*once, *before]
        step = ["if t == 1.0:", *_inside(alone), "else:", *_inside(step)]
    parameters = tuple(sorted({*first.parameters, *later.parameters}))
    return _Texts(parameters, tuple(before), tuple(step))


def _lines(step: Step, changing: set[str], careful: bool, name: str) -> tuple[list[str], list[str]]:
    """What is computed before the loop, in variables that begin with `name`, and in it."""
    moving = step.code.depending(changing)
    needed = step.code.needed(step.outputs.values())
    used = {each for number in needed if number in moving for each in step.code.instructions[number].inputs}
    used |= set(step.outputs.values())
    fixed = {
        f"{name}{number}": number
        for number in needed
        if number in used - moving and step.code.instructions[number].inputs
    }
    before = statements(step.code, fixed, careful=careful, prefix="c")
    known = {number: text for text, number in fixed.items()}
    inside = statements(step.code, step.outputs, careful=careful, prefix="s", known=known)
    return before, inside


class Loop:
    """The loop of one method, with these flags and choices, on one function."""

    def __init__(self, compiled: Compiled, shape: Structure) -> None:
        self.compiled, self.shape, self.count = compiled, shape, shape.count
        #: what is recorded at every point
        self.row = [*shape.points, "f", *shape.slopes, *shape.state]
        #: the hyper-parameters that the loop takes
        self.parameters = _texts(shape, careful=False).parameters

    @cached_property
    def fast(self) -> Callable[..., None]:
        return self._function(careful=False)

    @cached_property
    def careful(self) -> Callable[..., None]:
        return self._function(careful=True)

    def _function(self, *, careful: bool) -> Callable[..., None]:
        """`walk(pack, rows, end, steps, x0, …, state…, parameters…)` packs a row a point into `rows`.

        `steps` holds one item more than there are steps: the last point is recorded, and left.
        """
        texts = _texts(self.shape, careful)
        inside = [
            *self.compiled.lines(careful=careful),
            f"pack(rows, at, {', '.join(self.row)})",
            "if at == end:",
            "    return",
            f"at += {8 * len(self.row)}",
            *texts.step,
        ]
        each = ", ".join(self.shape.each_step)
        lines = ["at = 0", *texts.before, f"for {each} in steps:", *_inside(inside)]
        arguments = ["pack", "rows", "end", "steps", *self.shape.points, *self.shape.state, *self.parameters]
        return function("walk", ", ".join(arguments), lines)

    def remembered(self, rows: Array) -> dict[str, Array]:
        """The columns of the state by name: (rows, coordinates), or (rows,) of a number."""
        found: dict[str, Array] = {}
        at = 2 * self.count + 1
        for name, vector in self.shape.memories:
            found[name] = rows[:, at : at + self.count] if vector else rows[:, at]
            at += self.count if vector else 1
        return found

    def walk(
        self, settings: MethodSettings, start: Sequence[float], steps: int, seed: int
    ) -> tuple[Array, Array, Array]:
        """A row a point, from the start on: (steps + 1, columns of `row`).

        Also the learning rate of each step, (steps,), and its momentum, nan if none is cycled.
        """
        noise = random_vectors(steps, self.count, seed) if self.shape.noisy else np.empty((0, self.count))
        rows = bytearray(8 * len(self.row) * (steps + 1))
        try:
            used = self._run(self.fast, rows, settings, start, steps, noise)
        except (ArithmeticError, ValueError):
            used = self._run(self.careful, rows, settings, start, steps, noise)
        rates = np.full(steps, settings.lr) if used is None else np.array([rate.lr for rate in used])
        momenta = np.full(steps, np.nan)
        if used and self.shape.cycled:
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
        each: list[Iterable[float]] = [map(float, range(1, steps + 2))]
        steady = settings.schedule.schedule.name == "constant" and not settings.schedule.given
        if steady:
            each.append(repeat(settings.lr))
        elif settings.schedule.schedule.needs_losses:
            each.append(self._listening(settings, rows, steps, rates))
        else:
            rates += islice(settings.schedule.start(settings.lr, steps), steps)
            each.append(chain((float(rate.lr) for rate in rates), [0.0]))
        if self.shape.cycled and rates:
            each.append(chain((float(rate.momentum or 0.0) for rate in rates), [0.0]))
        if self.shape.noisy:
            each += [[*column, 0.0] for column in noise.T.tolist()]
        first = rates[0] if rates else Rate(settings.lr)
        initial = settings.init(np.asarray(start, dtype=float), *first)
        state = [float(n) for name, _ in self.shape.memories for n in np.atleast_1d(initial[name])]
        constants = settings.constants
        numbers = [float(getattr(constants, name.removeprefix(PARAMETER))) for name in self.parameters]
        pack = Struct(f"{len(self.row)}d").pack_into
        end = len(rows) - 8 * len(self.row)
        function(pack, rows, end, zip(*each, strict=False), *start, *state, *numbers)
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
        yield 0.0


def _inside(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def loop(compiled: Compiled, settings: MethodSettings) -> Loop | None:
    """The loop of the method on the function, made once for the same flags; None if there is none."""
    shape = structure(settings, compiled.count)
    if shape is None:
        return None
    key = ("loop", *shape.key)
    if key not in compiled.loops:
        try:
            compiled.loops[key] = Loop(compiled, shape)
        except NotScalar:
            compiled.loops[key] = None
    found: Loop | None = compiled.loops[key]
    return found
