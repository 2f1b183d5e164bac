"""Sessions with a network that learns two moons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.session import Session

TABLE = {
    "data": "moons:examples=40,noise=0.2",
    "optimizer": "momentum:lr=0.1",
    "batch_size": 8,
    "epochs": 6,
    "metrics": ["accuracy"],
}


@pytest.fixture
def moons() -> Document:
    """A network with a hidden layer of five: 32 examples train, four steps an epoch."""
    random = np.random.default_rng(1)
    return parse(
        "h = tanh(x @ W1 + b1)\nz = h @ W2 + b2\nL = cross_entropy(z, y)",
        {"x": np.zeros((4, 2)), "y": np.zeros(4, dtype=np.int64)},
        {
            "W1": random.standard_normal((2, 5)), "b1": np.zeros(5),
            "W2": random.standard_normal((5, 2)), "b2": np.zeros(2),
        },
        title="Moons",
    ).with_training(TABLE)  # fmt: skip


@pytest.fixture
def training(session: Session, moons: Document) -> Session:
    """A session that shows the network; nothing is trained yet."""
    session.show(moons)
    return session


@pytest.fixture
def rest(qtbot: QtBot) -> Callable[[Session], None]:
    """Waits until nothing is under way."""

    def wait(session: Session) -> None:
        qtbot.waitUntil(
            lambda: not session.state.training.running and not session.jobs.busy(), timeout=20_000
        )

    return wait
