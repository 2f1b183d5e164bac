"""The catalogue of bundled examples.

The one rule: an example is a file in `examples/`; its place in the catalogue is `_ORDER`, and a file
that stands in none of its sections comes last, so that adding one takes no second edit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.paths import EXAMPLES

#: Section → the examples it begins with, in the order in which one learns them.
_ORDER: Mapping[str, tuple[str, ...]] = {
    "First steps": ("squared_error", "neuron", "fan_out", "relu_stack", "dense_mse", "forward_vs_reverse"),
    "Networks": ("two_layer", "softmax_cross_entropy", "minibatch", "batch_norm", "residual"),
    "Depth": ("deep_sigmoid", "deep_relu", "exploding"),
    "Health": ("dead_relu", "saturated", "log_of_zero"),
    "Sequences": ("rnn", "lstm", "attention"),
    "Vision": ("cnn",),
    "Exported models": ("transformer", "recurrent"),
    "Training": (
        "linear_regression", "logistic_regression", "xor", "spirals", "digits", "digits_cnn", "autoencoder",
        "learning_rate", "missing_update", "forgotten_zero", "accumulation", "deep_and_stuck",
        "deep_with_shortcuts", "deep_and_normalised", "bptt", "truncated_bptt", "overfitting",
        "weight_decay", "dropout", "early_stopping",
    ),
    "Lessons on optimizers": (
        "no_update", "learning_rate_too_large", "momentum_in_a_ravine", "adam_is_both", "bias_correction",
        "saddle_points", "mini_batch",
    ),
    "Surfaces": ("saddle",),
}  # fmt: skip

#: Title and summary of the examples that are models, kept here so that a list need not read them.
_MODELS: Mapping[str, tuple[str, str]] = {
    "transformer": (
        "A transformer block, exported by PyTorch",
        "A small language model as PyTorch exports it: an embedding, one transformer block, and a score for "
        "each of twelve words.",
    ),
    "recurrent": (
        "An LSTM, exported by PyTorch",
        "A recurrent network as PyTorch exports it: an LSTM reads five moments of three numbers, and a dense "
        "layer says one number.",
    ),
}


@dataclass(frozen=True)
class Example:
    """A bundled document: `summary` is the first sentence of its description."""

    name: str
    title: str
    path: Path
    summary: str
    section: str


@cache
def examples() -> tuple[Example, ...]:
    """All bundled examples, in the order of the catalogue."""
    files = [path for path in sorted(EXAMPLES.glob("**/*")) if path.suffix in (".toml", ".onnx")]
    paths = {path.stem: path for path in files}
    rank = {name: k for k, name in enumerate(name for names in _ORDER.values() for name in names)}
    sections = {name: section for section, names in _ORDER.items() for name in names}
    order = list(_ORDER)

    def place(name: str) -> tuple[int, int, str]:
        section = sections.get(name, _section(paths[name]))
        return order.index(section) if section in order else len(order), rank.get(name, len(rank)), name

    return tuple(
        _example(name, paths[name], sections.get(name, _section(paths[name])))
        for name in sorted(paths, key=place)
    )


def _section(path: Path) -> str:
    return "Surfaces" if path.parent.name == "surfaces" else "More"


def _example(name: str, path: Path, section: str) -> Example:
    if path.suffix == ".onnx":
        title, summary = _MODELS.get(name, (name, ""))
        return Example(name, title, path, summary, section)
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Example(
        name, str(table.get("title", name)), path, first_sentence(str(table.get("description", ""))), section
    )


def first_sentence(description: str) -> str:
    """The first sentence of a description, without its marks."""
    lines = " ".join(description.split())
    end = lines.find(". ")
    return (lines if end < 0 else lines[: end + 1]).replace("**", "").replace("`", "")


def resolve(text: str) -> Path:
    """The path that `text` means: a file, or the name of an example."""
    path = Path(text)
    if path.exists() or path.suffix or "/" in text:
        return path
    found = {example.name: example.path for example in examples()}
    if text in found:
        return found[text]
    advice = nearest(text, found)
    raise InputError(f"there is no such file and no example of this name; {advice}", source=text)
