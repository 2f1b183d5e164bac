"""Where a training stands: parameters, what the optimizer remembers, and the position in the examples.

The one rule: a standing is complete. Training goes on from it, or from the file that it was saved in,
exactly as it would have gone on by itself, bit for bit.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.files import replacing

Array = np.ndarray[Any, Any]

#: What a file calls the parts: parameters, memories of the optimizer, parameters of the best epoch, and
#: gradients that wait for an update.
_PARAMETER, _MEMORY, _BEST, _GRADIENT = "parameter/", "memory/", "best/", "gradient/"
_NUMBERS = ("epoch", "position", "best_epoch", "best_loss", "losses")


@dataclass(frozen=True)
class Standing:
    """A moment of a training.

    `epoch` counts the whole epochs that are done, `position` the examples seen of the next one.
    `memory` is what the optimizer remembers: vectors over all parameters, one behind the other, and
    numbers. `losses` (steps,) are those of the batches so far. `best` are the parameters after
    `best_epoch`, whose loss was the lowest: of validation, or of training where there is none.
    `parameters` also hold what batch normalisation remembers. `gradient` is what has been added up for
    the next update, {} where that is nothing.
    """

    parameters: Mapping[str, Array]
    memory: Mapping[str, Any] = field(default_factory=dict)
    epoch: int = 0
    position: int = 0
    losses: Array = field(default_factory=lambda: np.zeros(0))
    best: Mapping[str, Array] = field(default_factory=dict)
    best_epoch: int = 0
    best_loss: float = float("inf")
    gradient: Mapping[str, Array] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """How many steps have been taken."""
        return len(self.losses)


def save_standing(standing: Standing, path: Path) -> None:
    """Writes an `.npz` file; an old one is replaced once the new one is complete."""
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, **arrays_of(standing))  # type: ignore[arg-type]


def load_standing(path: Path) -> Standing:
    """The standing in an `.npz` file that `save_standing` wrote."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise InputError("there is no such file; check the name", source=str(path)) from None
    except (OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, BadZipFile, zlib.error):
        raise InputError(
            "this is no checkpoint of a training; give a file that --checkpoint wrote", source=str(path)
        ) from None
    missing = next((name for name in _NUMBERS if name not in arrays), None)
    if missing is not None:
        raise InputError(
            f"this is no checkpoint of a training: '{missing}' is missing; give one that --checkpoint wrote",
            source=str(path),
        )
    return standing_of(arrays)


def arrays_of(standing: Standing) -> dict[str, Array]:
    """All of a standing as arrays by name."""
    arrays: dict[str, Any] = {name: getattr(standing, name) for name in _NUMBERS}
    for mark, values in (
        (_PARAMETER, standing.parameters),
        (_MEMORY, standing.memory),
        (_BEST, standing.best),
        (_GRADIENT, standing.gradient),
    ):
        arrays |= {mark + name: value for name, value in values.items()}
    return {name: np.asarray(value) for name, value in arrays.items()}


def standing_of(arrays: Mapping[str, Any]) -> Standing:
    """The standing that `arrays_of` took apart."""

    def part(mark: str) -> dict[str, Array]:
        return {name.removeprefix(mark): array for name, array in arrays.items() if name.startswith(mark)}

    memory = {name: value if value.ndim else value[()].item() for name, value in part(_MEMORY).items()}
    return Standing(
        part(_PARAMETER), memory, int(arrays["epoch"]), int(arrays["position"]), arrays["losses"],
        part(_BEST), int(arrays["best_epoch"]), float(arrays["best_loss"]), part(_GRADIENT),
    )  # fmt: skip


def check_standing(standing: Standing, parameters: Mapping[str, Array]) -> None:
    """Raises `InputError` where the standing is that of other parameters than these."""
    for name, value in parameters.items():
        if name not in standing.parameters:
            raise InputError(
                f"the checkpoint has no parameter '{name}'; {nearest(name, standing.parameters)}"
            )
        found = standing.parameters[name].shape
        if found != value.shape:
            raise InputError(
                f"'{name}' has the shape {found} in the checkpoint and {value.shape} in the document; "
                "resume with the document that it was trained from"
            )
