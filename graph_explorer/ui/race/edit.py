"""Changing one setting of an entry, as a text that reads back.

The one rule: a text is checked by the table before it becomes part of a race; what is wrong is the
table's own sentence.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from graph_explorer.lab.hyperparameters import Hyperparameter, Value, checked
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.schedules import SCHEDULES, ScheduleSettings


def with_setting(settings: MethodSettings, key: str, value: Value) -> str:
    """The settings with another value for `key`; `HyperparameterError` where it may not be."""
    given = _with(settings.given, settings.method.table[key], value)
    return _text(dataclasses.replace(settings, given=given))


def with_schedule(settings: MethodSettings, name: str) -> str:
    """The settings with another schedule, its parameters as they are by default."""
    return _text(dataclasses.replace(settings, schedule=ScheduleSettings(SCHEDULES[name], {})))


def with_schedule_setting(settings: MethodSettings, key: str, value: Value) -> str:
    """The settings with another value for a parameter of the schedule."""
    schedule = settings.schedule
    row = next(row for row in schedule.schedule.parameters if row.name == key)
    given = _with(schedule.given, row, value)
    return _text(dataclasses.replace(settings, schedule=ScheduleSettings(schedule.schedule, given)))


def _with(given: Mapping[str, Value], row: Hyperparameter, value: Value) -> dict[str, Value]:
    """The values given, with one more, or without it where it is the default."""
    values = {key: kept for key, kept in given.items() if key != row.name}
    value = checked(row, value)
    if value != row.default or row.name == "lr":
        values[row.name] = value
    order = ["lr", *sorted(key for key in values if key != "lr")]
    return {key: values[key] for key in order if key in values}


def _text(settings: MethodSettings) -> str:
    text = str(settings)
    read_method(text)
    return text
