"""A whole training: all of its epochs, and what came out.

The one rule: the document that comes out differs from the one that went in by its parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.epochs import Checkpoint, Epoch, Outcome, train
from graph_explorer.lab.network import Network
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import Training

AnyNetwork = TypeVar("AnyNetwork", bound=Network)


@dataclass(frozen=True)
class Run(Generic[AnyNetwork]):
    """Every epoch, where the training stood at the end, and the document that came out."""

    epochs: tuple[Epoch, ...]
    standing: Standing
    document: AnyNetwork

    @property
    def outcome(self) -> Outcome:
        return self.epochs[-1].outcome


def whole(
    network: AnyNetwork,
    training: Training,
    *,
    start: Standing | None = None,
    checkpoint: Checkpoint | None = None,
    told: Callable[[Epoch], None] | None = None,
) -> Run[AnyNetwork]:
    """Trains to the end; `told` hears of each epoch. `InputError` where nothing is left to do."""
    found: list[Epoch] = []
    reached = start
    for epoch, standing in train(network, training, start=start, checkpoint=checkpoint):
        found.append(epoch)
        reached = standing
        if told is not None:
            told(epoch)
    if reached is None or not found:
        raise InputError(f"all {training.epochs} epochs are done already; ask for more epochs")
    return Run(tuple(found), reached, with_result(network, training, reached))


def with_result(network: AnyNetwork, training: Training, standing: Standing) -> AnyNetwork:
    """The document with the parameters reached: of the best epoch where one may stop early, else the last."""
    early = training.early_stopping is not None and bool(standing.best)
    return network.with_values(standing.best if early else standing.parameters)
