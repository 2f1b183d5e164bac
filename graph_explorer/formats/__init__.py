"""The table of file formats: how each is opened and saved.

The one rule: a format is one module and one row here; dialogs, drag and drop and the command line
read this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import toml


@dataclass(frozen=True)
class Format:
    """A kind of file. `read(path, seed)` makes a document, `save(document, path)` writes one."""

    suffix: str
    title: str
    read: Callable[[Path, int], Document]
    save: Callable[[Document, Path], None]


def _read_model(path: Path, seed: int) -> Document:
    from graph_explorer.formats.onnx.read import read  # loaded when a model is opened

    return read(path, seed)


def _save_model(document: Document, path: Path) -> None:
    from graph_explorer.formats.onnx.write import save  # loaded when a model is written

    save(document, path)


FORMATS: tuple[Format, ...] = (
    Format(".toml", "Graph Explorer document", toml.read, toml.save),
    Format(".onnx", "ONNX model", _read_model, _save_model),
)


def format_of(path: Path) -> Format:
    """The format that the suffix of `path` names."""
    for found in FORMATS:
        if path.suffix.lower() == found.suffix:
            return found
    known = ", ".join(found.suffix for found in FORMATS)
    raise InputError(
        f"'{path.suffix or path.name}' is no known kind of file; known: {known}", source=str(path)
    )


def open_document(path: Path, seed: int = 0) -> Document:
    """The document in the file `path`; `seed` shifts the seeds of its random values."""
    return format_of(path).read(path, seed)


def save_document(document: Document, path: Path) -> None:
    """Writes `document` to `path`, in the format of its suffix."""
    format_of(path).save(document, path)
