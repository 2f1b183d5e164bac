"""Update rules as instructions on plain numbers.

The one rule: there is one set of rules. What is generated here is written by the method's own rule,
run on symbols, one for each coordinate of a vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from graph_explorer.engine.compiled import Code, Symbol, Vector, entry_of
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.method import Method
from graph_explorer.lab.optimizers.rule import Constants, run

#: Before the name of a hyper-parameter that stands in the code.
PARAMETER = "h_"


@dataclass(frozen=True)
class Step:
    """One step of a rule as instructions: what it assigns to the point and to each memory.

    `parameters` are the hyper-parameters that it reads, each `h_` and its name. Its other inputs are
    `x0`, `x1`, …, the gradient `g0`, …, the memories, `lr`, `t` and the noise `xi0`, ….
    """

    code: Code
    outputs: Mapping[str, int]
    parameters: tuple[str, ...]

    def same(self, other: Step) -> bool:
        """Whether the two are the same instructions."""
        return self.code.instructions == other.code.instructions and self.outputs == other.outputs


@dataclass(frozen=True, eq=False)
class Structure:
    """What the instructions of a rule depend on: flags and choices, and which numbers are zero.

    Two are equal where they make the same instructions.

    `memories` are the names of what it remembers, and whether each is a vector; `cycled` names the
    momentum that changes from step to step, "" if none does.
    """

    method: Method
    constants: Constants
    cycled: str
    count: int

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """The same for settings that make the same instructions."""
        fixed = {
            name: value
            for name, value in self.constants.__dict__.items()
            if value is None or isinstance(value, (bool, str, frozenset))
        }
        return self.method.name, self.cycled, self.count, tuple(sorted(fixed.items(), key=str))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def memories(self) -> tuple[tuple[str, bool], ...]:
        return tuple((each.name, each.vector) for each in self.method.memories if each.when(self.constants))

    @property
    def noisy(self) -> bool:
        return self.constants.on("noise")

    @property
    def points(self) -> tuple[str, ...]:
        return tuple(f"x{k}" for k in range(self.count))

    @property
    def slopes(self) -> tuple[str, ...]:
        return tuple(f"g{k}" for k in range(self.count))

    @property
    def state(self) -> tuple[str, ...]:
        """The variables that hold the memories: one a coordinate of a vector."""
        return tuple(column for memory in self.memories for column in self.columns(*memory))

    @property
    def each_step(self) -> tuple[str, ...]:
        """What changes from step to step beside the point: its number, its rate, momentum and noise."""
        noise = tuple(f"xi{k}" for k in range(self.count)) if self.noisy else ()
        return ("t", "lr", *([PARAMETER + self.cycled] if self.cycled else []), *noise)

    def columns(self, name: str, vector: bool) -> list[str]:
        return [f"{name}_{k}" for k in range(self.count)] if vector else [f"{name}_"]

    def traced(self, code: Code, *, first: bool) -> Step:
        """The rule as instructions in `code`; the first step of some methods differs."""
        numbers = {
            name: code.input(PARAMETER + name)
            for name, value in self.constants.__dict__.items()
            if isinstance(value, (float, int)) and not isinstance(value, bool)
        }
        xi = Vector([code.input(f"xi{k}") for k in range(self.count)])
        given = {"lr": code.input("lr"), "t": code.input("t"), "xi": xi, "first": first}
        h = self.constants.with_step(**numbers).with_step(**given)
        x, g = (Vector([code.input(name) for name in names]) for names in (self.points, self.slopes))
        was = {name: self._memory(code, name, vector) for name, vector in self.memories}
        assert self.method.rule is not None
        found = dict(run(self.method.rule(x, g, SimpleNamespace(**was), h)))
        outputs = dict(zip(self.points, self._numbers(code, found["x"], self.count), strict=True))
        for name, vector in self.memories:
            columns = self.columns(name, vector)
            values = self._numbers(code, found.get(name, was[name]), len(columns))
            outputs.update(zip(columns, values, strict=True))
        names = {PARAMETER + name for name in numbers}
        used = {code.instructions[number].name for number in code.needed(outputs.values())} & names
        return Step(code, outputs, tuple(sorted(used - {PARAMETER + self.cycled})))

    @staticmethod
    def _numbers(code: Code, value: Any, count: int) -> Sequence[int]:
        return [code.symbol(entry_of(value, k)).number for k in range(count)]

    def _memory(self, code: Code, name: str, vector: bool) -> Vector | Symbol:
        inputs = [code.input(column) for column in self.columns(name, vector)]
        return Vector(inputs) if vector else inputs[0]


def structure(settings: MethodSettings, count: int) -> Structure | None:
    """What the method's instructions depend on; None where it has no rule that all steps share."""
    if settings.method.rule is None:
        return None
    cycled = settings.method.momentum_key if settings.schedule.cycles_momentum else ""
    if cycled:
        values = settings.schedule.values(settings.lr, 1)
        if not (values["base_momentum"] and values["max_momentum"]):
            return None  # without momentum the rule is another one: the steps would not be alike
    constants = settings.with_momentum(0.5) if cycled else settings.constants
    return Structure(settings.method, constants, cycled, count)
