"""One method from very many starts at once: for maps.

The one rule: every start takes the steps that it would take alone, to rounding. All see the same
schedule and the same noise; blocks of starts run through all their steps while they are in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.compiled import Compiled, NotScalar, QuickCode
from graph_explorer.engine.compiled.blocks import BLOCK_NAMESPACE, BlockWriter
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.lab.machine_code import Unavailable
from graph_explorer.lab.machine_crowds import MachineCrowd
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.rates import Rate
from graph_explorer.lab.steps import PARAMETER, Step, Structure, structure

Array = NDArray[np.float64]
Checkpoint = Callable[[float], None]
#: `watch(steps taken, the starts of the block, where they are now: one array a coordinate)`.
Watch = Callable[[int, slice, Sequence[Array]], None]

#: So many starts run side by side.
BLOCK = 16384
#: So many steps are taken without a look at whether they are still wanted.
STRIDE = 64
#: Machine code is made where this many steps are to be taken; it takes as long as some millions of them.
WORTH = 4_000_000


class Crowd:
    """The steps of one method, with these flags and choices, on one function, for blocks of starts."""

    def __init__(self, compiled: Compiled, shape: Structure) -> None:
        self.compiled, self.shape = compiled, shape
        vectors = [name for memory in shape.memories if memory[1] for name in shape.columns(*memory)]
        #: what has a value a start, and what is one number for all
        self.arrays = [*shape.points, *vectors]
        self.numbers = [name for name in shape.state if name not in vectors]
        moving = (*self.arrays, *shape.slopes)
        first = shape.traced(QuickCode(moving), first=True)
        self._step = shape.traced(QuickCode(moving), first=False)
        self.parameters = sorted({*first.parameters, *self._step.parameters})
        self.later = self._function(self._step)
        self.first = self.later if first.same(self._step) else self._function(first)

    @cached_property
    def machine(self) -> MachineCrowd | None:
        """The same as machine code; None where there is none."""
        try:
            return MachineCrowd(self.compiled, self.shape, self._step, self.arrays, self.numbers)
        except Unavailable:
            return None

    def _function(self, step: Step) -> tuple[Callable[..., Any], int, int]:
        """`advance(steps, numbers…, parameters…, arrays…, truths…)` returns numbers and arrays.

        The arrays are those of the starts and then spare ones; with it, how many there are of each kind.
        """
        writer = BlockWriter()
        held = {name: writer.take() for name in self.arrays}
        begin = list(held.values())
        gradient = {f"g{k}": number for k, number in enumerate(self.compiled.gradient)}
        points = {name: held[name] for name in self.shape.points}
        slopes = writer.write(self.compiled.code, gradient, points, kept=frozenset(points))
        moved = {name: step.outputs[name] for name in self.arrays}
        found = writer.write(step.code, moved, held | slopes)
        renewed = {f"new_{name}": step.outputs[name] for name in self.numbers}
        inside = [*writer.lines, *statements(step.code, renewed, careful=True, prefix="v")]
        inside += [f"{name} = new_{name}" for name in self.numbers]
        end = [found[name] for name in self.arrays]
        rest = [name for name in writer.floats if name not in begin]
        left = [name for name in writer.floats if name not in end]
        inside.append(f"{', '.join(begin + rest)} = {', '.join(end + left)}")
        lines = [f"for {', '.join(self.shape.each_step)}, in steps:", *(f"    {line}" for line in inside)]
        lines.append(
            f"return ({''.join(f'{name}, ' for name in self.numbers)}), ({', '.join(begin + rest)},)"
        )
        parameters = ["steps", *self.numbers, *self.parameters, *begin, *rest, *writer.truths]
        made = function("advance", ", ".join(parameters), lines, BLOCK_NAMESPACE)
        return made, len(writer.floats), len(writer.truths)

    def run(
        self,
        settings: MethodSettings,
        starts: Array,
        steps: int,
        *,
        seed: int = 0,
        every: int = 0,
        watch: Watch | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Array:
        """Where each of `starts` (n, coordinates) is after `steps` steps.

        `watch` is called after every `every` steps of each block, `checkpoint` between them.
        """
        rows, first = self._schedule(settings, steps, seed, starts.shape[1])
        stride = every or min(steps, STRIDE)
        chunks = [rows[:1]] if rows else []
        chunks += [rows[at : at + stride] for at in range(1, steps, stride)]
        initial = settings.init(starts[:1], *first) if rows else {}
        machine = self.machine if len(starts) * steps >= WORTH else None
        block_size = len(starts) if machine is not None else BLOCK
        ends = np.array(starts, dtype=float)
        for begin in range(0, len(starts), block_size):
            block = slice(begin, min(begin + block_size, len(starts)))
            walk = _Walk(self, settings, starts[block], initial, machine)
            taken = 0
            for chunk in chunks:
                if checkpoint is not None:
                    checkpoint((begin + (block.stop - begin) * taken / steps) / len(starts))
                walk.advance(chunk, first=not taken)
                taken += len(chunk)
                if watch is not None:
                    watch(taken, block, walk.points)
            ends[block] = np.stack(walk.points, axis=1)
        return ends

    def _schedule(
        self, settings: MethodSettings, steps: int, seed: int, count: int
    ) -> tuple[list[tuple[float, ...]], Rate]:
        """What each step is given beside the points, and the rate of the first."""
        rates = list(islice(settings.schedule.start(settings.lr, steps), steps))
        each: list[Sequence[float]] = [[float(k) for k in range(1, steps + 1)], [rate.lr for rate in rates]]
        if self.shape.cycled:
            each.append([rate.momentum or 0.0 for rate in rates])
        if self.shape.noisy:
            each += random_vectors(steps, count, seed).T.tolist()
        return list(zip(*each, strict=True)), rates[0] if rates else Rate(settings.lr)


class _Walk:
    """A block of starts under way."""

    def __init__(
        self,
        crowd: Crowd,
        settings: MethodSettings,
        starts: Array,
        initial: dict[str, Any],
        machine: MachineCrowd | None,
    ) -> None:
        self.crowd, self.machine, self.count, self.size = crowd, machine, starts.shape[1], len(starts)
        constants = settings.constants
        self.values = {
            name: float(getattr(constants, name.removeprefix(PARAMETER))) for name in crowd.parameters
        }
        self.numbers: Sequence[float] = [
            float(initial.get(name, 0.0)) for name, vector in crowd.shape.memories if not vector
        ]
        lanes = 1 if machine is None else machine.advance.lanes
        length = -(-self.size // lanes) * lanes
        spare = (
            max(crowd.first[1], crowd.later[1]) if machine is None or crowd.first is not crowd.later else 0
        )
        held = np.zeros((max(len(crowd.arrays), spare), length))
        held[: self.count, : self.size] = starts.T
        at = self.count
        for name, vector in crowd.shape.memories:
            if vector:
                before = np.asarray(initial.get(name, np.zeros((1, self.count))))
                held[at : at + self.count] = before[0][:, None]
                at += self.count
        self.held, self.arrays = held, list(held)
        self.truths = np.empty((max(crowd.first[2], crowd.later[2]), length), bool)

    @property
    def points(self) -> list[Array]:
        """Where the starts are now: one array a coordinate."""
        return [array[: self.size] for array in self.arrays[: self.count]]

    def advance(self, chunk: Sequence[Sequence[float]], *, first: bool) -> None:
        """Takes the steps of the chunk."""
        crowd = self.crowd
        if self.machine is not None and not (first and crowd.first is not crowd.later):
            self.numbers = self.machine.run(self.held, chunk, self.numbers, self.values)
            return
        advance, floats, tests = crowd.first if first else crowd.later
        values = [self.values[name] for name in crowd.parameters]
        with np.errstate(all="ignore"):
            self.numbers, used = advance(
                chunk, *self.numbers, *values, *self.arrays[:floats], *self.truths[:tests]
            )
        self.arrays = [*used, *self.arrays[floats:]]
        if self.machine is not None:  # it keeps its arrays where they are
            self.held = np.array(self.arrays[: len(crowd.arrays)])
            self.arrays = list(self.held)


def crowd(compiled: Compiled, settings: MethodSettings) -> Crowd | None:
    """The crowd of the method on the function, made once for the same flags; None if there is none."""
    shape = structure(settings, compiled.count)
    if shape is None or settings.schedule.schedule.needs_losses or settings.values.get("batch"):
        return None
    key = ("crowd", *shape.key)
    if key not in compiled.loops:
        try:
            compiled.loops[key] = Crowd(compiled, shape)
        except NotScalar:
            compiled.loops[key] = None
    found: Crowd | None = compiled.loops[key]
    return found
