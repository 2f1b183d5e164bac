"""Straight-line code over blocks of points: one NumPy call an instruction, into arrays that are reused.

The one rule: an instruction writes into an array that nobody needs any more, so that a block works in
a handful of arrays that stay in the cache, and nothing is allocated while it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.compiled.primitives import NAMESPACE, PRIMITIVES
from graph_explorer.engine.compiled.python_code import statements, written
from graph_explorer.engine.compiled.symbols import Code

Array = np.ndarray[Any, Any]

#: What the generated text calls beside the names of `NAMESPACE`.
BLOCK_NAMESPACE: Mapping[str, Any] = {
    **NAMESPACE,
    "copyto": np.copyto,
    **{f"np_{row.name}": row.function for row in PRIMITIVES.values()},
}


class BlockWriter:
    """Writes lines over arrays `r0`, `r1`, … of floats and `q0`, `q1`, … of truth values."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.floats: list[str] = []
        self.truths: list[str] = []
        self._free_floats: list[str] = []
        self._free_truths: list[str] = []

    def take(self, truth: bool = False) -> str:
        """An array that nobody needs."""
        names, free = (self.truths, self._free_truths) if truth else (self.floats, self._free_floats)
        if free:
            return free.pop()
        names.append(f"{'q' if truth else 'r'}{len(names)}")
        return names[-1]

    def release(self, name: str) -> None:
        """The array is not needed any more; the one released last is taken next: it is in the cache."""
        (self._free_truths if name.startswith("q") else self._free_floats).append(name)

    def write(
        self,
        code: Code,
        outputs: Mapping[str, int],
        arrays: Mapping[str, str],
        kept: frozenset[str] = frozenset(),
        known: Mapping[int, str] | None = None,
    ) -> dict[str, str]:
        """Computes `outputs`; returns the array of each.

        `arrays` are the inputs that are arrays, by name; the other inputs are plain numbers under
        their own names, as are the instructions in `known`. Arrays of inputs are released when they
        are not needed any more, unless they are `kept`.
        """
        return _Block(self, code, outputs, arrays, kept, known or {}).written()


class _Block:
    def __init__(
        self,
        writer: BlockWriter,
        code: Code,
        outputs: Mapping[str, int],
        arrays: Mapping[str, str],
        kept: frozenset[str],
        known: Mapping[int, str],
    ) -> None:
        self.writer, self.code, self.outputs, self.arrays, self.kept = writer, code, outputs, arrays, kept
        self.moving = code.depending(arrays)
        self.order = [number for number in code.needed(outputs.values()) if number in self.moving]
        self.texts: dict[int, str] = dict(known)
        self.last: dict[int, int] = {}
        for number in self.order:
            for each in code.instructions[number].inputs:
                self.last[each] = number
        for number in outputs.values():
            self.last[number] = len(code.instructions)

    def written(self) -> dict[str, str]:
        self._steady()
        for number in self.order:
            one = self.code.instructions[number]
            if one.primitive == "input":
                self.texts[number] = self.arrays[one.name]
        used = {self.texts[number] for number in self.order if number in self.texts}
        for name, array in self.arrays.items():
            if array not in used and name not in self.kept:
                self.writer.release(array)
        for number in self.order:
            if self.code.instructions[number].primitive != "input":
                self._instruction(number)
        return self._results()

    def _steady(self) -> None:
        """What is the same for all points is computed once, as plain numbers."""
        needed = {
            each
            for number in self.order
            for each in self.code.instructions[number].inputs
            if each not in self.moving
        } | {number for number in self.outputs.values() if number not in self.moving}
        wanted: dict[str, int] = {}
        for number in sorted(needed - set(self.texts)):
            one = self.code.instructions[number]
            if one.primitive == "constant":
                self.texts[number] = written(one.value)
            elif one.primitive == "input":
                self.texts[number] = one.name
            else:
                self.texts[number] = f"s{number}"
                wanted[f"s{number}"] = number
        known = {number: text for number, text in self.texts.items() if number not in wanted.values()}
        self.writer.lines += statements(self.code, wanted, careful=True, prefix="u", known=known)

    def _instruction(self, number: int) -> None:
        one = self.code.instructions[number]
        row = PRIMITIVES[one.primitive]
        inputs = [self.texts[each] for each in one.inputs]
        done = [
            self.texts[each]
            for each in dict.fromkeys(one.inputs)
            if each in self.moving and self.last[each] == number and not self._is_kept(each)
        ]
        if one.primitive == "where":
            self._choice(number, inputs, done)
            return
        if not row.truth:
            for name in done:
                self.writer.release(name)
        out = self.texts[number] = self.writer.take(row.truth)
        if row.truth:
            for name in done:
                self.writer.release(name)
        if one.primitive == "erf":
            self.writer.lines.append(f"copyto({out}, np_erf({inputs[0]}))")
        else:
            self.writer.lines.append(f"np_{one.primitive}({', '.join(inputs)}, out={out})")

    def _is_kept(self, number: int) -> bool:
        one = self.code.instructions[number]
        return one.primitive == "input" and one.name in self.kept

    def _choice(self, number: int, inputs: list[str], done: list[str]) -> None:
        """`where` has no place for its result: b is copied, then a over it where the condition holds."""
        condition, a, b = inputs
        if b in done and b != a:
            out = b
        else:
            out = self.writer.take()
            self.writer.lines.append(f"copyto({out}, {b})")
        self.texts[number] = out
        self.writer.lines.append(f"copyto({out}, {a}, where={condition})")
        for name in done:
            if name != out:
                self.writer.release(name)

    def _results(self) -> dict[str, str]:
        """Each output in an array of its own."""
        found: dict[str, str] = {}
        kept = {array for name, array in self.arrays.items() if name in self.kept}
        for name, number in self.outputs.items():
            text = self.texts[number]
            if number not in self.moving or text in found.values() or (text in kept):
                fresh = self.writer.take()
                self.writer.lines.append(f"copyto({fresh}, {text})")
                text = fresh
            found[name] = text
        return found
