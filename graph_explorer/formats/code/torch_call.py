"""One node, as the rules of PyTorch code see it.

The one rule: a rule asks a `Call` for texts and shapes, and knows nothing else of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Unspelled(Exception):
    """PyTorch has no word for this."""


@dataclass(frozen=True)
class Call:
    """One node: the names of its inputs in the code, their values, and its attributes.

    A constant of one number is its digits; `fixed` holds the values of inputs that are constants.
    """

    names: Sequence[str]
    values: Sequence[Array | None]
    fixed: Sequence[bool]
    attributes: Mapping[str, Any]
    outputs: int

    def has(self, index: int) -> bool:
        return index < len(self.names) and self.values[index] is not None

    def shape(self, index: int = 0) -> tuple[int, ...]:
        return np.asarray(self.values[index]).shape

    def tensor(self, index: int) -> str:
        """The input as a tensor, also if it is a plain number."""
        name = self.names[index]
        return name if name.isidentifier() else f"torch.tensor({name})"

    def get(self, key: str, default: Any = None) -> Any:
        return self.attributes.get(key, default)

    def setting(self, key: str, index: int, default: Any = None) -> Any:
        """A setting that is an attribute, or a constant input; `Unspelled` where it is computed."""
        if key in self.attributes:
            return self.attributes[key]
        if not self.has(index):
            return default
        if not self.fixed[index]:
            raise Unspelled(key)
        return np.asarray(self.values[index]).tolist()


Rule = Callable[[Call], str]
