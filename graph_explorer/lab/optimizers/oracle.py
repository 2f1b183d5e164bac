"""What a method may ask of the function it minimises, and the bookkeeping of what it asked.

The one rule: every call is counted, so that methods are compared by evaluations and not by steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Oracle(Protocol):
    """A function of a point of shape (n,)."""

    def value(self, point: Array) -> float: ...

    def value_and_gradient(self, point: Array) -> tuple[float, Array]:
        """The value and the gradient, shape (n,)."""

    def hessian(self, point: Array) -> Array:
        """The second derivatives, shape (n, n)."""


@dataclass
class Counted:
    """An oracle that counts; it may also turn the function over and add a weight decay.

    `maximize` asks for −f; a weight decay λ adds λ/2·|x|², whose gradient is the coupled decay λx.
    """

    oracle: Oracle
    maximize: bool = False
    weight_decay: float = 0.0
    values: int = 0
    gradients: int = 0
    hessians: int = 0
    dimension: int = 0

    @property
    def evaluations(self) -> int:
        """Values and gradients count one each, a Hessian as many as the point has entries."""
        return self.values + self.gradients + self.hessians * self.dimension

    def value(self, point: Array) -> float:
        self.values += 1
        return self._adjusted(point, self.oracle.value(point))

    def value_and_gradient(self, point: Array) -> tuple[float, Array]:
        self.gradients += 1
        value, gradient = self.oracle.value_and_gradient(point)
        gradient = -gradient if self.maximize else gradient
        if self.weight_decay:
            gradient = gradient + self.weight_decay * point
        return self._adjusted(point, value), gradient

    def hessian(self, point: Array) -> Array:
        self.hessians += 1
        self.dimension = len(point)
        hessian = self.oracle.hessian(point)
        hessian = -hessian if self.maximize else hessian
        return hessian + self.weight_decay * np.eye(len(point))

    def _adjusted(self, point: Array, value: float) -> float:
        value = -value if self.maximize else value
        if self.weight_decay:
            value = value + 0.5 * self.weight_decay * np.dot(point, point)
        return float(value)
