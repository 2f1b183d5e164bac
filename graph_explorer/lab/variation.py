"""What is varied in a sweep: a name and its values, as a text says it.

    lr=1e-4..1:9:log     nine values from 0.0001 to 1, each as many times the one before
    lr=0.1..0.5:5        five values, evenly apart
    seed=0..4            whole numbers: 0, 1, 2, 3, 4
    batch_size=8,32,all  these
    optimizer=sgd:lr=0.1;adam:lr=0.01    these, with ; between where a value holds a comma

The one rule: a text means the same values wherever it is read; they are round where they can be.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError

#: The most values of one name, and the most runs of a sweep.
MOST_VALUES, MOST_RUNS = 1000, 100_000
_USAGE = "write it like lr=1e-4..1:9:log, seed=0..4 or batch_size=8,32,128"
_RANGE = re.compile(r"^\s*([^:]+?)\s*\.\.\s*([^:]+?)\s*(?::\s*([^:]+?)\s*)?(?::\s*([^:]+?)\s*)?$")


@dataclass(frozen=True)
class Varied:
    """A name of a setting or value, and the values that it takes."""

    name: str
    values: tuple[Any, ...]


def read_varied(text: str) -> Varied:
    """What a text such as `lr=1e-4..1:9:log` says. `InputError`."""
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise InputError(f"'{text}' does not say what is varied over what; {_USAGE}")
    found = _RANGE.match(rest) if ".." in rest else None
    if found is not None:
        values = _ranged(text, *found.groups())
    elif ".." in rest and "/" not in rest:
        raise InputError(f"'{text}': a range has two ends; {_USAGE}")
    else:
        values = tuple(_value(part.strip()) for part in rest.split(";" if ";" in rest else ","))
    if not 1 <= len(values) <= MOST_VALUES or "" in values:
        raise InputError(f"'{text}' has {len(values)} values, of 1 to {MOST_VALUES}; {_USAGE}")
    return Varied(name.strip(), tuple(dict.fromkeys(values)))


def _ranged(text: str, low: str, high: str, count: str | None, spacing: str | None) -> tuple[Any, ...]:
    ends = _value(low), _value(high)
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        raise InputError(f"'{text}': a range goes from a number to a number; {_USAGE}")
    whole = all(isinstance(end, int) for end in ends)
    first, last = (float(end) for end in ends)
    if not (math.isfinite(first) and math.isfinite(last)):
        raise InputError(f"'{text}': a range has finite ends; {_USAGE}")
    if count is None:
        if not whole or last < first:
            raise InputError(f"'{text}': say how many values, such as {low}..{high}:5")
        if last - first >= MOST_VALUES:
            raise InputError(
                f"'{text}' has more than {MOST_VALUES} values; say how many, such as {low}..{high}:5"
            )
        return tuple(range(int(first), int(last) + 1))
    many = _value(count)
    if not isinstance(many, int) or isinstance(many, bool) or not 2 <= many <= MOST_VALUES:
        raise InputError(f"'{text}': the number of values is from 2 to {MOST_VALUES}, found '{count}'")
    if spacing not in (None, "log"):
        raise InputError(f"'{text}': behind the number of values may stand log, found '{spacing}'")
    if spacing and not (first > 0 and last > 0):
        raise InputError(f"'{text}': values in equal ratios lie above 0")
    space: Any = np.geomspace if spacing else np.linspace
    values = [float(f"{value:.12g}") for value in space(first, last, many)]
    return tuple(round(value) for value in values) if whole else tuple(values)


def _value(text: str) -> Any:
    """A whole number, a number, true, false or a text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def combinations(varied: Sequence[Varied]) -> Iterator[Mapping[str, Any]]:
    """Every combination of the values, the last name changing fastest; `InputError` if they are too many."""
    names = [each.name for each in varied]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"'{twice}' is varied twice; put all of its values behind one --over")
    count = math.prod(len(each.values) for each in varied)
    if count > MOST_RUNS:
        raise InputError(f"that makes {count:,} runs; at most {MOST_RUNS:,} are possible")
    for values in itertools.product(*(each.values for each in varied)):
        yield dict(zip(names, values, strict=True))
