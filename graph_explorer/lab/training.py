"""How a document is trained: the settings of its `[training]` table.

Schedule, clipping and noise are settings of the optimizer. They may stand in its text
(`sgd:lr=0.1,clip_norm=1`) or as keys of their own; both mean the same.

The one rule: settings are complete and checked once they exist; what is wrong is one sentence that
names the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.lab.data import BUNDLED, FILES, data_set
from graph_explorer.lab.hyperparameters import HyperparameterError, write_value
from graph_explorer.lab.metrics import Metric, read_metric
from graph_explorer.lab.optimizers import MethodSettings, read_method

#: More epochs than anyone waits for.
MOST_EPOCHS = 1_000_000
#: Examples of a step where the table does not say.
BATCH = 32
#: The optimizer where the table names none.
USUAL = "sgd:lr=0.1"
_USUAL = read_method(USUAL)


class TrainingError(InputError):
    """A setting that cannot be used; `key` is the one at fault."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key


@dataclass(frozen=True)
class Training:
    """How to train.

    `data` names the examples (see `data.py`), `inputs` and `target` the inputs of the document that
    take them; "" are its first and its second. `split` is the part of the examples that is trained on;
    which ones these are is drawn from `split_seed`. Steps take `batch_size` examples, all of them if
    None. `early_stopping` is how many epochs without improvement are borne; None bears all.

    An update comes after every `accumulate` steps, by the mean of their gradients. Without `update` there
    is none, and without `zero` the gradients of all steps add up: two mistakes to be looked at.
    """

    data: str
    inputs: str = ""
    target: str = ""
    split: float = 0.8
    split_seed: int = 0
    standardize: bool = False
    batch_size: int | None = BATCH
    shuffle: bool = True
    epochs: int = 10
    optimizer: MethodSettings = _USUAL
    early_stopping: int | None = None
    metrics: tuple[Metric, ...] = ()
    seed: int = 0
    accumulate: int = 1
    update: bool = True
    zero: bool = True


def read_training(table: Mapping[str, Any]) -> Training:
    """The settings of a `[training]` table; `TrainingError`."""
    if "data" not in table:
        raise TrainingError("", 'no data to train on; add data = "moons" to [training], or another set')
    return Training(**_read(table))


def check_training(table: Mapping[str, Any]) -> None:
    """Raises `TrainingError` where a `[training]` table, which may yet be without data, is wrong."""
    _read(table)


def _read(table: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key in _OF_THE_OPTIMIZER:
            continue
        if key not in _READERS:
            raise TrainingError(
                key, f"training has no '{key}'; {nearest(key, [*_READERS, *_OF_THE_OPTIMIZER])}"
            )
        found[key] = _READERS[key](key, value)
    extra = {key: table[key] for key in _OF_THE_OPTIMIZER if key in table}
    if extra:
        found["optimizer"] = _extended(str(table.get("optimizer", _USUAL)), extra)
    return found


# ── one reader a kind of setting ──────────────────────────────────────────────────────────────


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TrainingError(key, f"{key} must be a text in quotes, found {value!r}")
    return value


def _data(key: str, value: Any) -> str:
    """The name of a set, which is looked at only where it costs nothing: files may come later."""
    text = _text(key, value)
    if not text.lower().endswith(FILES) and text not in BUNDLED:
        try:
            data_set(text)
        except InputError as error:
            raise TrainingError(key, error.message) from None
    return text


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TrainingError(key, f"{key} must be true or false, found {value!r}")
    return value


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(key: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise TrainingError(key, f"{key} must be a whole number from {low} to {high:,}, found {value!r}")
        return value

    return read


def _batch_size(key: str, value: Any) -> int | None:
    if value == "all":
        return None
    if type(value) is not int or value < 1:
        raise TrainingError(key, f'{key} must be a whole number from 1, or "all", found {value!r}')
    return value


def _part(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise TrainingError(
            key, f"{key} must be above 0 and at most 1, the part that is trained on, found {value!r}"
        )
    return float(value)


def _optimizer(key: str, value: Any) -> MethodSettings:
    try:
        settings = read_method(_text(key, value))
    except HyperparameterError as error:
        raise TrainingError(key, error.message) from None
    if settings.method.rule is None:
        raise TrainingError(
            key,
            f"{settings.method.name} chooses where it evaluates the function, and training gives one "
            "gradient a step; choose a method such as adam",
        )
    if settings.values.get("batch") is not None:
        raise TrainingError(
            key, "the batch of a training is its batch_size; leave batch= out of the optimizer"
        )
    return settings


def _metrics(key: str, value: Any) -> tuple[Metric, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise TrainingError(key, f'{key} must be a list of texts, such as ["accuracy"], found {value!r}')
    try:
        return tuple(read_metric(text) for text in value)
    except InputError as error:
        raise TrainingError(key, error.message) from None


def _extended(text: str, extra: Mapping[str, Any]) -> MethodSettings:
    """The method of `text` with settings that stand in keys of their own."""
    own = read_method(text)
    for key, value in extra.items():
        twice = key in own.given or (key == "schedule" and str(own.schedule) != "constant")
        if twice:
            raise TrainingError(key, f"{key} stands in the optimizer's text and in [training]; keep one")
        if key != "schedule" and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TrainingError(key, f"{key} must be a number, found {value!r}")
        written = _text(key, value) if key == "schedule" else write_value(value)
        text += ("," if ":" in text else ":") + f"{key}={written}"
        try:
            _optimizer(key, text)
        except TrainingError as error:
            raise TrainingError(key, error.message) from None
    return _optimizer("optimizer", text)


_OF_THE_OPTIMIZER = ("clip_norm", "clip_value", "noise", "schedule")  # the schedule's own pairs come last
_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "data": _data,
    "inputs": _text,
    "target": _text,
    "split": _part,
    "split_seed": _whole(0, 2**62),
    "standardize": _flag,
    "batch_size": _batch_size,
    "shuffle": _flag,
    "epochs": _whole(1, MOST_EPOCHS),
    "optimizer": _optimizer,
    "early_stopping": _whole(1, MOST_EPOCHS),
    "metrics": _metrics,
    "seed": _whole(0, 2**62),
    "accumulate": _whole(1, 1_000_000),
    "update": _flag,
    "zero": _flag,
}
#: The keys of `[training]`.
SETTINGS: tuple[str, ...] = (*_READERS, *_OF_THE_OPTIMIZER)
