"""The settings a person writes for an optimizer or a schedule: `name:key=value,key=value`.

A table of `Hyperparameter` rows says which keys there are, of what kind and within which bounds;
this module splits a text into its pairs, reads each value by its row and writes values back. A
pair of numbers is written with a slash (`betas=0.9/0.999`), a flag as `true` or `false`, an absent
value as `none`.

The one rule: whatever is wrong is said in one sentence that names the place, what stands there and
what to write instead; nothing is guessed and nothing is clamped into its bounds silently.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from graph_explorer.engine.errors import InputError, nearest

Value = bool | int | float | str | None | tuple[float | None, ...]
Kind = Literal["number", "integer", "flag", "choice", "numbers", "integers", "schedule"]


class HyperparameterError(InputError):
    """A setting that cannot be used; `column` (from 1) is where in the text, 0 if in no text."""

    def __init__(self, sentence: str, *, text: str = "", column: int = 0) -> None:
        sentence, text = (" ".join(each.splitlines()) for each in (sentence, text))
        place = f'in "{text}"' + (f", column {column}" if column else "")
        super().__init__(f"{place}: {sentence}" if text else sentence, column=column)
        self.sentence = sentence


@dataclass(frozen=True)
class Bounds:
    """An interval of numbers; an open end is not itself allowed."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def contain(self, number: float) -> bool:
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return above and below and math.isfinite(number)

    def __str__(self) -> str:
        """The interval in words: "at least 0 and below 1"."""
        words = []
        if self.low > -math.inf:
            words.append(f"{'above' if self.open_low else 'at least'} {self.low:g}")
        if self.high < math.inf:
            words.append(f"{'below' if self.open_high else 'at most'} {self.high:g}")
        return " and ".join(words) if words else "finite"


ANY = Bounds()
NOT_NEGATIVE = Bounds(0.0)
POSITIVE = Bounds(0.0, open_low=True)
FRACTION = Bounds(0.0, 1.0)
BELOW_ONE = Bounds(0.0, 1.0, open_high=True)
AT_LEAST_ONE = Bounds(1.0)


@dataclass(frozen=True)
class Hyperparameter:
    """One setting of a method or a schedule.

    `bounds` holds one interval a number: one for a plain number, two for a pair. `usual` is the
    range a slider offers, on a logarithmic scale if `log`. `parts` names the numbers of a pair as
    the update rule does (`betas` is `beta1` and `beta2`). `optional` settings may be `none`.
    """

    name: str
    kind: Kind
    default: Value
    meaning: str
    bounds: tuple[Bounds, ...] = (ANY,)
    usual: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    parts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    optional: bool = False


def number(
    name: str,
    default: float | None,
    meaning: str,
    bounds: Bounds = NOT_NEGATIVE,
    usual: tuple[float, float] = (0.0, 1.0),
    *,
    log: bool = False,
    optional: bool = False,
) -> Hyperparameter:
    return Hyperparameter(name, "number", default, meaning, (bounds,), usual, log, optional=optional)


def integer(
    name: str,
    default: int | None,
    meaning: str,
    bounds: Bounds = AT_LEAST_ONE,
    usual: tuple[float, float] = (1.0, 100.0),
    *,
    optional: bool = False,
) -> Hyperparameter:
    return Hyperparameter(name, "integer", default, meaning, (bounds,), usual, log=True, optional=optional)


def flag(name: str, default: bool, meaning: str) -> Hyperparameter:
    return Hyperparameter(name, "flag", default, meaning)


def choice(
    name: str, default: str | None, meaning: str, choices: Sequence[str], *, optional: bool = False
) -> Hyperparameter:
    return Hyperparameter(name, "choice", default, meaning, choices=tuple(choices), optional=optional)


def pair(
    name: str,
    default: tuple[float | None, float],
    meaning: str,
    parts: tuple[str, str],
    bounds: tuple[Bounds, Bounds],
    usual: tuple[float, float] = (0.0, 1.0),
    *,
    log: bool = False,
    optional: bool = False,
) -> Hyperparameter:
    return Hyperparameter(name, "numbers", default, meaning, bounds, usual, log, parts, optional=optional)


class Pair(NamedTuple):
    """`key=value` as written; `column` (from 1) is where the key begins."""

    key: str
    value: str
    column: int


def split(text: str) -> tuple[str, list[Pair]]:
    """The name and the pairs of `name:key=value,key=value`, with nothing read into them yet."""
    name, colon, rest = text.partition(":")
    pairs: list[Pair] = []
    column = len(name) + 2
    for piece in rest.split(",") if colon and rest.strip() else ():
        key, equals, value = piece.partition("=")
        start = column + len(key) - len(key.lstrip())
        if not (equals and key.strip() and value.strip()):
            raise HyperparameterError(
                f'expected key=value, found "{piece.strip()}"; write for example lr=0.01',
                text=text,
                column=start,
            )
        pairs.append(Pair(key.strip(), value.strip(), start))
        column += len(piece) + 1
    return name.strip(), pairs


def read_pairs(
    text: str, owner: str, pairs: Iterable[Pair], table: Mapping[str, Hyperparameter]
) -> dict[str, Value]:
    """The values that `pairs` give, by key; `text` and `owner` are for the sentences."""
    values: dict[str, Value] = {}
    for key, written, column in pairs:
        if key not in table:
            raise HyperparameterError(
                f'{owner} has no "{key}"; {nearest(key, table)}', text=text, column=column
            )
        if key in values:
            raise HyperparameterError(f'"{key}" is given twice; leave one out', text=text, column=column)
        try:
            values[key] = checked(table[key], read_value(table[key], written))
        except HyperparameterError as error:
            raise HyperparameterError(error.sentence, text=text, column=column) from None
    return values


def read_value(row: Hyperparameter, written: str) -> Value:
    """What `written` means for that row; the bounds are `checked`'s business."""
    if written.lower() == "none" and row.optional and row.kind != "numbers":
        return None
    if row.kind == "flag":
        if written.lower() not in ("true", "false"):
            raise HyperparameterError(
                f'{row.name} is true or false, found "{written}"; write {row.name}=true'
            )
        return written.lower() == "true"
    if row.kind in ("choice", "schedule"):
        return written
    if row.kind in ("numbers", "integers"):
        whole = row.kind == "integers"
        return tuple(_read_number(row, part, whole=whole) for part in written.split("/"))
    return _read_number(row, written, whole=row.kind == "integer")


def _read_number(row: Hyperparameter, written: str, *, whole: bool) -> float | None:
    if written.strip().lower() == "none" and row.optional:
        return None
    try:
        return int(written) if whole else float(written)
    except ValueError:
        what = "a whole number" if whole else "a number"
        if row.kind in ("numbers", "integers"):
            what = f"made of {'whole ' if whole else ''}numbers with a slash between them"
        raise HyperparameterError(
            f'{row.name} is {what}, found "{written}"; write {row.name}={example(row)}'
        ) from None


def example(row: Hyperparameter) -> str:
    """A value that the row would take, as one writes it."""
    if row.default is not None:
        return write_value(row.default)
    if row.kind == "choice":
        return row.choices[0]
    if row.kind == "integers":
        return "30/80"
    if row.kind == "integer":
        return "10"
    return "1" if row.bounds[0].contain(1.0) else "0.5"


def checked(row: Hyperparameter, value: Value) -> Value:
    """The value itself if it is of the row's kind and within its bounds; else the error."""
    if value is None and row.optional:
        return value
    if row.kind in ("numbers", "integers"):
        return _checked_numbers(row, value)
    if row.kind == "choice":
        if value not in row.choices:
            raise HyperparameterError(f'{row.name} cannot be "{value}"; {nearest(str(value), row.choices)}')
        return value
    expected = {"flag": bool, "integer": int, "schedule": str}.get(row.kind)
    if expected is None:
        return _checked_number(row, value, row.bounds[0])
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise HyperparameterError(
            f"{row.name} is a {row.kind}, found {value!r}; write for example {example(row)}"
        )
    return value if expected is not int else int(_checked_number(row, value, row.bounds[0]))


def _checked_numbers(row: Hyperparameter, value: Value) -> tuple[float | None, ...]:
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if row.kind == "integers":
        return tuple(int(_checked_number(row, each, row.bounds[0])) for each in numbers)
    if len(numbers) != len(row.bounds):
        raise HyperparameterError(
            f"{row.name} is {len(row.bounds)} numbers, found {len(numbers)}; write {row.name}={example(row)}"
        )
    return tuple(
        None if each is None and row.optional else _checked_number(row, each, bounds)
        for each, bounds in zip(numbers, row.bounds, strict=True)
    )


def _checked_number(row: Hyperparameter, value: object, bounds: Bounds) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise HyperparameterError(
            f"{row.name} is a number, found {value!r}; write for example {example(row)}"
        )
    if not bounds.contain(value):
        raise HyperparameterError(
            f"{row.name} must be {bounds}, found {value:g}; write for example {example(row)}"
        )
    return value


def write_value(value: Value) -> str:
    """A value as one writes it; `read_value` reads it back exactly."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "/".join(write_value(each) for each in value)
    return value if isinstance(value, str) else repr(value)
