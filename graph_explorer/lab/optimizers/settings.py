"""A method with its hyper-parameters, as a text such as `adam:lr=0.05,betas=0.9/0.999` names it.

The one rule: settings are complete and checked once they exist; taking a step cannot fail because
of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from graph_explorer.engine.errors import nearest
from graph_explorer.lab.hyperparameters import (
    HyperparameterError,
    Pair,
    Value,
    checked,
    read_pairs,
    split,
    write_value,
)
from graph_explorer.lab.optimizers.method import Method
from graph_explorer.lab.optimizers.oracle import Counted, Oracle
from graph_explorer.lab.optimizers.rule import Array, Constants, Line, State, run, written
from graph_explorer.lab.schedules import SCHEDULES, ScheduleSettings, read_schedule

#: Before a key that is meant for the schedule: `schedule.gamma=0.5`.
_PREFIX = "schedule."
#: Kinds of hyper-parameters that are numbers or have numbers as parts.
_NUMERIC = ("number", "integer", "numbers")


@dataclass(frozen=True)
class Worked:
    """A line of the rule with its numbers: what each name stood for, and what came out."""

    line: Line
    known: Mapping[str, Any]
    value: Any


@dataclass(frozen=True)
class MethodSettings:
    """A method and the hyper-parameters it was given; the others keep their defaults."""

    method: Method
    given: Mapping[str, Value]
    schedule: ScheduleSettings

    @cached_property
    def values(self) -> dict[str, Value]:
        """Every hyper-parameter by its name."""
        defaults = {row.name: row.default for row in self.method.hyperparameters}
        return defaults | dict(self.given) | {"schedule": str(self.schedule)}

    @cached_property
    def constants(self) -> Constants:
        return self.method.constants(self.values)

    @property
    def lr(self) -> float:
        lr = self.values["lr"]
        assert isinstance(lr, (int, float))
        return float(lr)

    def __str__(self) -> str:
        """The text that reads back as these settings."""
        pairs = [f"{key}={write_value(value)}" for key, value in self.given.items()]
        if self.schedule.schedule.name != "constant" or self.schedule.given:
            pairs += [f"schedule={self.schedule.schedule.name}"]
            pairs += [f"{_PREFIX}{key}={write_value(value)}" for key, value in self.schedule.given.items()]
        return self.method.name + (":" + ",".join(pairs) if pairs else "")

    def with_number(self, name: str, number: float) -> MethodSettings:
        """These settings with another number for a hyper-parameter, or for one part of a pair (`beta1`).

        `HyperparameterError` where there is no such number, or it is out of its bounds.
        """
        rows = self.method.hyperparameters
        row = next((row for row in rows if name == row.name or name in row.parts), None)
        if row is None or row.kind not in _NUMERIC:
            known = [part for row in rows for part in row.parts or (row.name,) if row.kind in _NUMERIC]
            raise HyperparameterError(f'{self.method.name} has no number "{name}"; {nearest(name, known)}')
        value: Value = round(number) if row.kind == "integer" else float(number)
        if row.parts:
            pair = self.values[row.name]
            assert isinstance(pair, tuple)
            value = tuple(
                number if part == name else each for part, each in zip(row.parts, pair, strict=True)
            )
        return replace(self, given=dict(self.given) | {row.name: checked(row, value)})

    def with_momentum(self, momentum: float | None) -> Constants:
        """The constants of a step whose momentum the schedule cycles; unchanged if it does not."""
        key = self.method.momentum_key
        if momentum is None or not key:
            return self.constants
        return Constants(self.constants.__dict__ | {key: momentum})

    def init(self, point: Array, lr: float, momentum: float | None = None) -> State:
        """The state before the first step, whose learning rate is `lr`."""
        state: State = {"t": 0}
        constants = self.with_momentum(momentum).with_step(lr=lr)
        for memory in self.method.memories:
            if memory.when(constants):
                initial = memory.initial
                number = getattr(constants, initial) if isinstance(initial, str) else initial
                state[memory.name] = np.full_like(point, number) if memory.vector else number
        return state

    def step(
        self,
        point: Array,
        gradient: Array,
        state: State,
        lr: Any,
        momentum: float | None = None,
        xi: Any = 0.0,
    ) -> tuple[Array, State]:
        """The point and the state after a step; points and gradients have the shape (..., n).

        `lr` may be an array of shape (..., 1), one rate for each of many starts.
        """
        if point.dtype != np.float64:
            return self._narrow_step(point, gradient, state, lr, momentum, xi)
        with np.errstate(all="ignore"):
            found = dict(run(self._update(point, gradient, state, lr, momentum, xi)))
        state = {name: found.get(name, value) for name, value in state.items() if name != "t"} | {
            "t": state["t"] + 1
        }
        return found["x"], state

    def _narrow_step(
        self, point: Array, gradient: Array, state: State, lr: Any, momentum: float | None, xi: Any
    ) -> tuple[Array, State]:
        """The step of a point that is not float64, whose type point and memories keep.

        The numbers are Python's, which leave an array its type; where one divides another by zero
        they are NumPy's, for which that is infinite.
        """
        t, kind = state["t"] + 1, point.dtype
        before = SimpleNamespace(**state)
        strong = self.with_momentum(momentum).with_step(lr=float(lr), t=t, xi=xi, first=t == 1)
        assert self.method.rule is not None
        with np.errstate(all="ignore"):
            try:
                found = dict(run(self.method.rule(point, gradient, before, strong.plain())))
            except ZeroDivisionError:
                found = dict(run(self.method.rule(point, gradient, before, strong)))
        new: State = {}
        for name, value in state.items():
            made: Any = found.get(name, value)
            new[name] = made.astype(kind, copy=False) if np.ndim(made) else float(made)
        return found["x"].astype(kind, copy=False), new | {"t": t}

    def worked(
        self,
        point: Array,
        gradient: Array,
        state: State,
        lr: float,
        momentum: float | None = None,
        xi: Any = 0.0,
    ) -> tuple[Worked, ...]:
        """The same step line by line, with the numbers that went in and the one that came out."""
        first = state["t"] == 0
        lines = self.lines(first=first, momentum=momentum)
        with np.errstate(all="ignore"):
            values = run(self._update(point, gradient, state, lr, momentum, xi))
        known = self.with_momentum(momentum).__dict__ | {"lr": lr, "t": state["t"] + 1, "xi": xi}
        known |= {f"{name}_before": value for name, value in state.items() if name != "t"}
        known |= {"x_before": point, "g": gradient}
        rows = []
        for line, (name, value) in zip(lines, values, strict=True):
            rows.append(Worked(line, dict(known), value))
            known[name] = value
        return tuple(rows)

    def lines(self, *, first: bool = False, momentum: float | None = None) -> tuple[Line, ...]:
        """The rule in symbols for these settings; the first step of some methods differs."""
        if self.method.rule is None:
            return ()
        constants = self.with_momentum(momentum)
        memories = tuple(each.name for each in self.method.memories if each.when(constants))
        return written(self.method.rule, memories, constants.symbols(first=first))

    def _update(
        self, point: Array, gradient: Array, state: State, lr: Any, momentum: float | None, xi: Any
    ) -> Any:
        if self.method.rule is None:
            raise HyperparameterError(
                f"{self.method.name} chooses where it evaluates the function, so a gradient alone "
                "does not make a step; use it on a surface"
            )
        t = state["t"] + 1
        h = self.with_momentum(momentum).with_step(lr=lr, t=t, xi=xi, first=t == 1)
        return self.method.rule(point, gradient, SimpleNamespace(**state), h)

    def search(self, point: Array, state: State, oracle: Oracle, lr: float) -> tuple[Array, State]:
        """A step of a method that evaluates the function where it likes; a point of shape (n,)."""
        if self.method.search is None:
            raise HyperparameterError(f"{self.method.name} needs one gradient a step; use step")
        with np.errstate(all="ignore"):
            return self.method.search(point, state, oracle, self.constants.with_step(lr=lr))

    def counted(self, oracle: Oracle) -> Counted:
        """The oracle, counting; for a search also with the weight decay and direction asked for.

        A rule has both among its own lines.
        """
        if self.method.search is None:
            return Counted(oracle)
        return Counted(oracle, bool(self.constants.maximize), float(self.constants.weight_decay))


def read_settings(text: str, methods: Mapping[str, Method]) -> MethodSettings:
    """The settings that a text names. Raises `HyperparameterError`."""
    name, pairs = split(text)
    method = methods.get(name.lower())
    if method is None:
        raise HyperparameterError(
            f'no method is called "{name}"; {nearest(name, methods)}', text=text, column=1
        )
    schedule, own, scheduled = _sorted_pairs(text, method, pairs)
    given = read_pairs(text, method.name, own, method.table)
    table = {row.name: row for row in schedule.schedule.parameters}
    schedule_given = read_pairs(text, schedule.schedule.name, scheduled, table)
    settings = MethodSettings(method, given, ScheduleSettings(schedule.schedule, schedule_given))
    problem = method.conflict(settings.values)
    if schedule_given.get("cycle_momentum") and not method.momentum_key:
        problem = f"{method.name} has no momentum to cycle; leave cycle_momentum out"
    if problem:
        raise HyperparameterError(problem, text=text)
    return settings


def _sorted_pairs(
    text: str, method: Method, pairs: list[Pair]
) -> tuple[ScheduleSettings, list[Pair], list[Pair]]:
    """The schedule, the pairs that are the method's and those that are the schedule's.

    A key that only one of the two knows is its; `schedule.` before a key says so outright.
    """
    chosen = [pair for pair in pairs if pair.key == "schedule"]
    name, colon, rest = chosen[0].value.partition(":") if chosen else ("constant", "", "")
    column = chosen[0].column if chosen else 0
    schedule = _named_schedule(text, name, column)
    names = {row.name for row in schedule.schedule.parameters}
    own, scheduled = chosen[1:], []
    if colon:
        inner = split(f"{name}:{rest}")[1]
        offset = column + len("schedule=") - 1
        scheduled += [Pair(key, value, at + offset) for key, value, at in inner]
    for pair in pairs:
        if pair.key == "schedule":
            continue
        if pair.key.startswith(_PREFIX):
            scheduled.append(pair._replace(key=pair.key.removeprefix(_PREFIX)))
        elif pair.key in names and pair.key not in method.table:
            scheduled.append(pair)
        elif pair.key in names and colon and pair.column > column:
            raise HyperparameterError(
                f'{method.name} and {schedule.schedule.name} both have "{pair.key}"; write '
                f"{_PREFIX}{pair.key}= for the schedule's, or put it before schedule= for the "
                "method's",
                text=text,
                column=pair.column,
            )
        else:
            own.append(pair)
    if len(chosen) > 1:
        raise HyperparameterError(
            '"schedule" is given twice; leave one out', text=text, column=chosen[1].column
        )
    return schedule, own, scheduled


def _named_schedule(text: str, name: str, column: int) -> ScheduleSettings:
    try:
        return read_schedule(name)
    except HyperparameterError:
        raise HyperparameterError(
            f'no schedule is called "{name}"; {nearest(name, SCHEDULES)}', text=text, column=column
        ) from None
