"""Crowds as machine code, where `llvmlite` is installed: an order of magnitude faster.

The one rule: nobody needs it. What runs here is what `crowds` runs with NumPy, step by step the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.compiled import Compiled
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.lab.machine_code import Advance, Writer
from graph_explorer.lab.steps import Step, Structure

Array = NDArray[np.float64]


class MachineCrowd:
    """The steps of one method on one function; raises `Unavailable` where there is no machine code."""

    def __init__(
        self, compiled: Compiled, shape: Structure, step: Step, arrays: Sequence[str], numbers: Sequence[str]
    ) -> None:
        self.numbers, self.shape, self.parameters = numbers, shape, step.parameters
        writer = Writer()
        before = {name: f"%x{k}" for k, name in enumerate(arrays)}
        gradient = {f"g{k}": number for k, number in enumerate(compiled.gradient)}
        points = {name: before[name] for name in shape.points}
        slopes = writer.write(compiled.code, gradient, points, {})
        moving = step.code.depending({*before, *slopes})
        steady = self._steady(step, moving, arrays)
        moved = {name: step.outputs[name] for name in arrays}
        after = writer.write(
            step.code, moved, before | slopes, {number: name for name, number in steady.items()}
        )
        self.advance = Advance(writer, list(before.values()), [after[name] for name in arrays])
        self._row = self._table_function(step, steady)

    @staticmethod
    def _steady(step: Step, moving: set[int], arrays: Sequence[str]) -> dict[str, int]:
        """What a step needs that is the same for all points, by the names of columns."""
        outputs = {step.outputs[name] for name in arrays}
        needed = {
            each
            for number in step.code.needed(outputs)
            if number in moving
            for each in step.code.instructions[number].inputs
        } | outputs
        code = step.code.instructions
        return {
            f"c{number}": number for number in sorted(needed - moving) if code[number].primitive != "constant"
        }

    def _table_function(self, step: Step, steady: dict[str, int]) -> Callable[..., Any]:
        """`row(each…, numbers…, parameters…)` returns the columns of a step and the new numbers."""
        columns = {name: steady[name] for name in self.advance.columns}
        renewed = {f"new_{name}": step.outputs[name] for name in self.numbers}
        lines = statements(step.code, columns | renewed, careful=True)
        row, new = (f"({''.join(f'{name}, ' for name in names)})" for names in (columns, renewed))
        parameters = [*self.shape.each_step, *self.numbers, *step.parameters]
        return function("row", ", ".join(parameters), [*lines, f"return {row}, {new}"])

    def run(
        self,
        arrays: Array,
        chunk: Sequence[Sequence[float]],
        numbers: Sequence[float],
        values: Mapping[str, float],
    ) -> Sequence[float]:
        """Moves `arrays` (quantities, points) in place through the steps; returns the numbers after them."""
        rows = []
        given = [values[name] for name in self.parameters]
        for each in chunk:
            row, numbers = self._row(*each, *numbers, *given)
            rows.append(row)
        self.advance(arrays, np.array(rows, dtype=float).reshape(len(chunk), -1))
        return numbers
