"""The path of a training: its parameters at the start and after each epoch, kept to be looked at.

The one rule: a path is parameters and nothing else; what the loss was there, or where it falls on a plane,
follows from them and the document.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.files import replacing
from graph_explorer.lab.epochs import train
from graph_explorer.lab.network import Network
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]

_EPOCHS, _PARAMETER = "epochs", "path/"


@dataclass(frozen=True)
class TrainingPath:
    """`points` are the parameters after each of `epochs`; epoch 0 is where the training began."""

    epochs: tuple[int, ...]
    points: tuple[Mapping[str, Array], ...]

    def with_standing(self, standing: Standing) -> TrainingPath:
        """The path with one more point."""
        return TrainingPath((*self.epochs, standing.epoch), (*self.points, standing.parameters))

    def until(self, epoch: int) -> TrainingPath:
        """The path as it was after this epoch."""
        kept = sum(each <= epoch for each in self.epochs)
        return TrainingPath(self.epochs[:kept], self.points[:kept])

    def at(self, epoch: int) -> int:
        """The place of an epoch in the path; negative ones count from the end. `InputError`."""
        if -len(self.epochs) <= epoch < 0:
            return len(self.epochs) + epoch
        if epoch not in self.epochs:
            raise InputError(
                f"the path has no epoch {epoch}; it goes from {self.epochs[0]} to {self.epochs[-1]}"
            )
        return self.epochs.index(epoch)


def begun(network: Network) -> TrainingPath:
    """The path of a training that has not begun: the document's own parameters."""
    floats = {name: each.array for name, each in network.parameters.items() if each.array.dtype.kind == "f"}
    return TrainingPath((0,), (floats,))


def trained_path(
    network: Network, training: Training, checkpoint: Callable[[float], None] | None = None
) -> TrainingPath:
    """The path of a whole training."""
    path = begun(network)
    for _, standing in train(network, training, checkpoint=checkpoint):
        path = path.with_standing(standing)
    return path


def save_path(path: TrainingPath, file: Path) -> None:
    """Writes an `.npz` file: `epochs` (n,), and `path/NAME` (n, *shape) for each parameter."""
    arrays = {_PARAMETER + name: np.stack([point[name] for point in path.points]) for name in path.points[0]}
    with replacing(file) as part, part.open("wb") as stream:
        np.savez(stream, **{_EPOCHS: np.array(path.epochs)}, **arrays)  # type: ignore[arg-type]


def load_path(file: Path, network: Network) -> TrainingPath:
    """The path in a file that `save_path` wrote, of this document's parameters. `InputError`."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise InputError("there is no such file; check the name", source=str(file)) from None
    except (OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, BadZipFile, zlib.error):
        arrays = {}
    if _EPOCHS not in arrays:
        raise InputError(
            "this holds no path of a training; give a file that train --path wrote", source=str(file)
        )
    stacks = {
        name.removeprefix(_PARAMETER): array for name, array in arrays.items() if name.startswith(_PARAMETER)
    }
    _check(stacks, begun(network).points[0], str(file))
    epochs = tuple(int(epoch) for epoch in np.ravel(arrays[_EPOCHS]))
    points = tuple({name: stack[k] for name, stack in stacks.items()} for k in range(len(epochs)))
    return TrainingPath(epochs, points)


def _check(stacks: Mapping[str, Array], parameters: Mapping[str, Array], source: str) -> None:
    lengths = {len(stack) for stack in stacks.values() if stack.ndim}
    if len(lengths) > 1:
        raise InputError("the parts of this path differ in length; train again with --path", source=source)
    for name, value in parameters.items():
        if name not in stacks:
            raise InputError(f"the path has no parameter '{name}'; {nearest(name, stacks)}", source=source)
        found = stacks[name].shape[1:]
        if found != value.shape:
            raise InputError(
                f"'{name}' has the shape {found} in the path and {value.shape} in the document; give the "
                "path of this document's training",
                source=source,
            )


def path_of(points: Sequence[Standing]) -> TrainingPath:
    """The path through standings of a training, in their order."""
    return TrainingPath(tuple(each.epoch for each in points), tuple(each.parameters for each in points))
