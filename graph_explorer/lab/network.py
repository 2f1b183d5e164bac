"""What training needs to know of a document.

The one rule: whatever has these is trained alike; the lab knows no documents.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Use

Array = np.ndarray[Any, Any]


class Held(Protocol):
    """The value of an input or parameter."""

    @property
    def array(self) -> Array: ...


class Read(Protocol):
    """A program as it was read."""

    @property
    def detached(self) -> Collection[Use]:
        """Where the program lets no gradient back."""


class Network(Protocol):
    """A graph with values, and the settings with which it is trained."""

    @property
    def graph(self) -> Graph: ...

    @property
    def read(self) -> Read: ...

    @property
    def output(self) -> str: ...

    @property
    def leaves(self) -> Mapping[str, Array]: ...

    @property
    def inputs(self) -> Mapping[str, Held]: ...

    @property
    def parameters(self) -> Mapping[str, Held]: ...

    @property
    def training(self) -> Mapping[str, Any]: ...

    @property
    def path(self) -> Path | None: ...

    def with_values(self, values: Mapping[str, Any]) -> Self: ...

    def with_seeds(self, seeds: Mapping[str, int]) -> Self: ...

    def placed(self, error: InputError) -> InputError: ...
