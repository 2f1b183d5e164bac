"""A tape written out as code that computes into arrays which are kept.

Every call whose function can write into an array gets one. An array that nobody reads any more is
used again, and a call on entries works in place where its argument is read for the last time. Views
of kept arrays are made once, when the code is written.

The one rule: a kept array has the shape, type and layout of the one that the call gave while it was
noted, so that everything after it happens as it did then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.compiled.python_code import function
from graph_explorer.engine.compiled.tape import Call, Noted, Ref, Tape

Array = np.ndarray[Any, Any]
#: An output, its gradients by leaf, and further values by name.
Results = tuple[Array, Mapping[str, Array], Mapping[str, Array]]

#: Functions on entries that take `out=`, beside the ufuncs; and others that do.
_ON_ENTRIES = frozenset({np.clip})
_OTHERS = frozenset({np.concatenate})
#: Functions that only lead to a reduction, which takes `out=`.
_REDUCTIONS: Mapping[Any, Callable[..., Any]] = {
    np.sum: np.add.reduce, np.max: np.maximum.reduce, np.min: np.minimum.reduce,
}  # fmt: skip


@dataclass(frozen=True)
class Passed:
    """Both passes on a tape.

    `leaves` and `attributes` are the numbers on the tape of what is handed in, by name and by node.
    The output, the gradients and what is wanted `beside` are noted values, or arrays that depend on
    nothing that is handed in.
    """

    tape: Tape
    leaves: Mapping[str, int]
    attributes: Mapping[int, int]
    output: Any
    gradients: Mapping[str, Any]
    beside: Mapping[str, Any]


class Written:
    """Code that runs a tape on other leaves of the same shapes and layouts."""

    def __init__(self, passed: Passed, run: Callable[..., Any]) -> None:
        self._run, self._leaves, self._nodes = run, tuple(passed.leaves), tuple(passed.attributes)
        self._shapes = {name: (value.shape, value.dtype) for name, value in passed.gradients.items()}
        self._beside = tuple(passed.beside)

    def __call__(
        self,
        leaves: Mapping[str, Array],
        attributes: Mapping[int, Mapping[str, Any]],
        into: Mapping[str, Array] | None = None,
    ) -> Results:
        """Output, gradients and what is wanted beside; the gradients in new arrays if none are given."""
        if into is None:
            made = {name: np.empty(shape, dtype) for name, (shape, dtype) in self._shapes.items()}
        else:
            made = {name: into[name] for name in self._shapes}
        given = [leaves[name] for name in self._leaves]
        drawn = [attributes[node] for node in self._nodes]
        output, *beside = self._run(*given, *drawn, *made.values())
        return np.array(output), made, dict(zip(self._beside, map(np.array, beside), strict=True))


def write(passed: Passed) -> Written:
    """Code for what was noted."""
    handed_in = (*passed.leaves.values(), *passed.attributes.values())
    parameters = [*(f"x{number}" for number in handed_in), *(f"g{k}" for k in range(len(passed.gradients)))]
    writer = _Writer(passed)
    return Written(passed, function("passes", ", ".join(parameters), writer.lines, writer.namespace))


def _numbers(place: Any) -> Iterator[int]:
    """The values that stand in a call, an argument or a list of them."""
    if isinstance(place, Ref):
        yield place.number
    elif isinstance(place, Call):
        yield from _numbers((*place.arguments, *place.options.values()))
    elif isinstance(place, tuple | list):
        for one in place:
            yield from _numbers(one)


class _Writer:
    """Lines of code, and what the names in them stand for."""

    def __init__(self, passed: Passed) -> None:
        self._tape = passed.tape
        gradients = tuple(passed.gradients.values())
        returned = (passed.output, *passed.beside.values())
        self._asked = [one.number for one in (*returned, *gradients) if isinstance(one, Noted)]
        self._calls = self._needed()
        self._last = self._last_uses()
        self._targets = self._find_targets(gradients)
        self._texts = {n: f"x{n}" for n in (*passed.leaves.values(), *passed.attributes.values())}
        self._fixed: dict[int, Array] = {}  # values that are the same array in every run
        self._owned: dict[int, Array] = {}  # those of them that are kept arrays, not views
        self._free: dict[Any, list[Array]] = {}
        self._names: dict[int, str] = {}
        self.namespace: dict[str, Any] = {}
        self.lines: list[str] = []
        for place, call in enumerate(self._calls):
            self._write(place, call)
            self._give_back(place, call)
        for k, value in enumerate(gradients):
            if not isinstance(value, Noted) or self._targets.get(value.number) != f"g{k}":
                self.lines.append(f"{self._constant(np.copyto)}(g{k}, {self._text(_place(value))})")
        self.lines.append(f"return {''.join(f'{self._text(_place(one))}, ' for one in returned)}")

    # ── what is needed, and how long ──────────────────────────────────────────────────────────────

    def _needed(self) -> list[Call]:
        """The calls that something asked for depends on, in order."""
        wanted, kept = set(self._asked), []
        for call in reversed(self._tape.calls):
            if not wanted.isdisjoint(call.results):
                kept.append(call)
                wanted.update(_numbers(call))
        return kept[::-1]

    def _last_uses(self) -> dict[int, int]:
        """Per value with memory of its own, the place of the last call that reads it or a view of it."""
        last: dict[int, int] = {}
        for place, call in enumerate(self._calls):
            for number in (*call.results, *_numbers(call)):
                last[self._tape.roots[number]] = place
        return last | {self._tape.roots[number]: len(self._calls) for number in self._asked}

    def _find_targets(self, gradients: tuple[Any, ...]) -> dict[int, str]:
        """Gradients that are computed where they are wanted: the value's number and that array's name."""
        made = {call.results[0] for call in self._calls if self._writes_into(call)}
        found: dict[int, str] = {}
        for k, value in enumerate(gradients):
            if isinstance(value, Noted) and value.number in made:
                array = self._tape.arrays[value.number]
                if array.flags.c_contiguous:
                    found.setdefault(value.number, f"g{k}")
        return found

    # ── calls ─────────────────────────────────────────────────────────────────────────────────────

    def _write(self, place: int, call: Call) -> None:
        result = call.results[0]
        if self._is_fixed(call):
            self._fixed[result] = call.function(
                *(self._now(one) for one in call.arguments),
                **{key: self._now(value) for key, value in call.options.items()},
            )
            return
        given = [self._text(one) for one in call.arguments]
        given += [f"{key}={self._text(value)}" for key, value in call.options.items()]
        if self._writes_into(call):
            into = self._targets.get(result) or self._array_for(place, call)
            self._texts[result] = into
            short = _REDUCTIONS.get(call.function, call.function)
            self.lines.append(f"{self._constant(short)}({', '.join([*given, f'out={into}'])})")
            return
        self._texts |= {number: f"t{number}" for number in call.results}
        left = ", ".join(f"t{number}" for number in call.results) + ("," if call.whole else "")
        self.lines.append(f"{left} = {self._constant(call.function)}({', '.join(given)})")

    def _is_fixed(self, call: Call) -> bool:
        """Whether what comes out is a view of arrays that are kept."""
        (result, *others) = call.results
        view = not others and not call.whole and self._tape.roots[result] != result
        return view and all(number in self._fixed for number in _numbers(call))

    def _writes_into(self, call: Call) -> bool:
        """Whether the function takes an array to write into, and gives a new one without."""
        result = call.results[0]
        made = self._tape.arrays[result]
        if call.whole or self._tape.roots[result] != result or not isinstance(made, np.ndarray):
            return False
        if not made.ndim or "out" in call.options:
            return False
        found = call.function
        if found in _REDUCTIONS:
            return len(call.arguments) == 1 and call.options.get("axis") is not None
        return (
            isinstance(found, np.ufunc)
            or found in _ON_ENTRIES
            or found in _OTHERS
            or isinstance(getattr(found, "__self__", None), np.ufunc)  # a ufunc's reduce
        )

    # ── kept arrays ───────────────────────────────────────────────────────────────────────────────

    def _array_for(self, place: int, call: Call) -> str:
        """The name of an array for the result: an argument that is read for the last time, or another."""
        result = call.results[0]
        kind = _kind(self._tape.arrays[result])
        array: Array | None = None
        if call.function in _ON_ENTRIES or getattr(call.function, "signature", "") is None:
            ends = (n for n in _numbers(call) if self._last[self._tape.roots[n]] == place)
            fit = (n for n in ends if n in self._owned and _kind(self._owned[n]) == kind)
            array = self._owned.pop(next(fit, -1), None)
        if array is None:
            free = self._free.get(kind)
            array = free.pop() if free else np.empty_like(self._tape.arrays[result])
        self._fixed[result] = self._owned[result] = array
        return self._constant(array)

    def _give_back(self, place: int, call: Call) -> None:
        """What nobody reads after this call may be used again."""
        for root in {self._tape.roots[number] for number in (*call.results, *_numbers(call))}:
            if self._last[root] != place:
                continue
            if root in self._owned:
                array = self._owned.pop(root)
                self._free.setdefault(_kind(array), []).append(array)
            elif self._texts.get(root, "").startswith("t"):
                self.lines.append(f"{self._texts[root]} = None")

    # ── names ─────────────────────────────────────────────────────────────────────────────────────

    def _now(self, place: Any) -> Any:
        """What stands at a place of a call whose arguments are all kept."""
        if isinstance(place, Ref):
            return self._fixed[place.number]
        if isinstance(place, tuple | list):
            return type(place)(self._now(one) for one in place)
        return place

    def _text(self, place: Any) -> str:
        """The text of an argument."""
        if isinstance(place, Ref):
            fixed = self._fixed.get(place.number)
            return self._texts[place.number] if fixed is None else self._constant(fixed)
        if place is None or type(place) in (bool, int) or (type(place) is float and math.isfinite(place)):
            return repr(place)
        if isinstance(place, tuple | list) and any(True for _ in _numbers(place)):
            inner = "".join(f"{self._text(one)}, " for one in place)
            return f"[{inner}]" if isinstance(place, list) else f"({inner})"
        return self._constant(place)

    def _constant(self, value: Any) -> str:
        """The name of an object that is the same in every run."""
        name = self._names.setdefault(id(value), f"k{len(self._names)}")
        self.namespace[name] = value  # which also keeps its identity from being given to another
        return name


def _place(value: Any) -> Any:
    return Ref(value.number) if isinstance(value, Noted) else value


def _kind(array: Array) -> tuple[Any, ...]:
    return array.shape, array.dtype, array.strides
