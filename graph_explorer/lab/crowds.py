"""One method from very many starts at once: for maps.

The one rule: every start takes the steps that it would take alone, to rounding. All see the same
schedule and the same noise; blocks of starts run through all their steps while they are in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.compiled import Compiled, NotScalar, QuickCode
from graph_explorer.engine.compiled.blocks import BLOCK_NAMESPACE, BlockWriter
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.steps import PARAMETER, Step, Structure, structure

Array = NDArray[np.float64]
Checkpoint = Callable[[float], None]
#: `watch(steps taken, the starts of the block, where they are now: one array a coordinate)`.
Watch = Callable[[int, slice, Sequence[Array]], None]

#: So many starts run side by side.
BLOCK = 16384


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
        later = shape.traced(QuickCode(moving), first=False)
        self.parameters = sorted({*first.parameters, *later.parameters})
        self.later = self._function(later)
        self.first = self.later if first.same(later) else self._function(first)

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
        rates = list(islice(settings.schedule.start(settings.lr, steps), steps))
        each: list[Sequence[float]] = [[float(k) for k in range(1, steps + 1)], [rate.lr for rate in rates]]
        if self.shape.cycled:
            each.append([rate.momentum or 0.0 for rate in rates])
        if self.shape.noisy:
            each += random_vectors(steps, starts.shape[1], seed).T.tolist()
        rows = list(zip(*each, strict=True))
        chunks = [rows[:1]] if rows else []
        chunks += [rows[at : at + (every or steps)] for at in range(1, steps, every or steps)]
        constants = settings.constants
        values = [float(getattr(constants, name.removeprefix(PARAMETER))) for name in self.parameters]
        initial = settings.init(starts[:1], *rates[0]) if rates else {}
        ends = np.array(starts, dtype=float)
        for begin in range(0, len(starts), BLOCK):
            block = slice(begin, min(begin + BLOCK, len(starts)))
            numbers: Sequence[float] = [
                float(initial.get(name, 0.0)) for name, vector in self.shape.memories if not vector
            ]
            arrays = self._arrays(starts[block], initial)
            truths = np.empty((max(self.first[2], self.later[2]), len(arrays[0])), bool)
            taken = 0
            for chunk in chunks:
                if checkpoint is not None:
                    checkpoint((begin + len(arrays[0]) * taken / steps) / len(starts))
                advance, floats, tests = self.later if taken else self.first
                with np.errstate(all="ignore"):
                    numbers, used = advance(chunk, *numbers, *values, *arrays[:floats], *truths[:tests])
                arrays = [*used, *arrays[floats:]]
                taken += len(chunk)
                if watch is not None:
                    watch(taken, block, arrays[: starts.shape[1]])
            ends[block] = np.stack(arrays[: starts.shape[1]], axis=1)
        return ends

    def _arrays(self, starts: Array, initial: dict[str, Any]) -> list[Array]:
        """The coordinates and what is remembered before the first step, one array each, and spare ones."""
        arrays = list(np.array(starts.T, order="C"))
        for name, vector in self.shape.memories:
            if vector:
                before = np.asarray(initial.get(name, np.zeros((1, starts.shape[1]))))
                arrays += [np.full(len(starts), number) for number in before[0]]
        spare = max(self.first[1], self.later[1]) - len(arrays)
        return [*arrays, *np.empty((spare, len(starts)))]


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
