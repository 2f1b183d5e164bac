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
from graph_explorer.engine.machine import without_collector
from graph_explorer.formats import toml, toml_write


@dataclass(frozen=True)
class Format:
    """A kind of file. `save(document, path)` writes one; `read(path, seed)` makes a document of it, or is
    None for what is only written. `large` tells that reading and running one may take long.
    """

    suffix: str
    title: str
    read: Callable[[Path, int], Document] | None
    save: Callable[[Document, Path], None]
    large: bool = False


def _read_model(path: Path, seed: int) -> Document:
    from graph_explorer.formats.onnx.read import read  # loaded when a model is opened

    return read(path, seed)


def _save_model(document: Document, path: Path) -> None:
    from graph_explorer.formats.onnx.write import save  # loaded when a model is written

    save(document, path)


def _save_numpy(document: Document, path: Path) -> None:
    from graph_explorer.formats.code.in_numpy import save  # loaded when code is written

    save(document, path)


def _save_torch(document: Document, path: Path) -> None:
    from graph_explorer.formats.code.in_torch import save  # loaded when code is written

    save(document, path)


#: What opens and saves.
FORMATS: tuple[Format, ...] = (
    Format(".toml", "Graph Explorer document", toml.read, toml_write.save),
    Format(".onnx", "ONNX model", _read_model, _save_model, large=True),
)

#: What a document can be written as code in; the longer suffix first.
CODE: tuple[Format, ...] = (
    Format(".torch.py", "PyTorch program", None, _save_torch),
    Format(".py", "NumPy program", None, _save_numpy),
)


def format_of(path: Path, written: bool = False) -> Format:
    """The format that the suffix of `path` names, of those that open, or of all that are written."""
    known = (*FORMATS, *CODE) if written else FORMATS
    for found in known:
        if path.name.lower().endswith(found.suffix):
            return found
    suffixes = ", ".join(found.suffix for found in known)
    raise InputError(
        f"'{path.suffix or path.name}' is no known kind of file; known: {suffixes}", source=str(path)
    )


def open_document(path: Path, seed: int = 0) -> Document:
    """The document in the file `path`; `seed` shifts the seeds of its random values."""
    found = format_of(path)
    assert found.read is not None, "what opens is read"
    with without_collector():
        return found.read(path, seed)


def save_document(document: Document, path: Path) -> None:
    """Writes `document` to `path`, in the format of its suffix; groups that were found in it are not kept."""
    format_of(path, written=True).save(document.with_blocks(False), path)
