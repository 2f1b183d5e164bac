"""Changing one setting of a `[training]` table.

The one rule: a table says no more than it must. What is as it would be by default is left out, and all
that belongs to the optimizer stands in its one text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from graph_explorer.lab.training import Training

#: What an optimizer's own text says too.
_OF_THE_OPTIMIZER = ("schedule", "clip_norm", "clip_value", "noise")
_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Training)}


def with_optimizer(table: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The table with another optimizer, given with its schedule, clipping and noise."""
    return {key: value for key, value in table.items() if key not in _OF_THE_OPTIMIZER} | {"optimizer": text}


def with_setting(table: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The table with another value for `key`; for a batch of all examples that is None."""
    left = {name: given for name, given in table.items() if name != key}
    if value == _DEFAULTS[key]:
        return left
    return left | {key: "all" if key == "batch_size" and value is None else value}
