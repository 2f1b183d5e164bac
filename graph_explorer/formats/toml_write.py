"""The network file written: what changed is replaced in its text, or the text is made anew.

The one rule: comments, order and spelling of what did not change survive.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry, Surface
from graph_explorer.engine.files import replacing
from graph_explorer.formats.toml import parse
from graph_explorer.formats.values import shortest

#: Larger arrays are written into a file beside the document.
MOST_NUMBERS = 4096


def write(document: Document) -> str:
    """The file's text: the old one with only what changed replaced, or a new one."""
    import tomlkit

    file = tomlkit.parse(document.text) if document.text else tomlkit.document()
    old = parse(document.text, document.path) if document.text else None
    for key, value, before in (
        ("title", document.title, old and old.title),
        ("description", document.description, old and old.description),
        ("program", document.program, old and old.program),
        ("output", document.output_name, old and old.output_name),
    ):
        if value != (before or ""):
            file[key] = _lines(value) if "\n" in value or key == "program" else value
    if document.dtype != (old.dtype if old else "float64"):
        file["dtype"] = document.dtype
    for table in ("inputs", "parameters"):
        values, before_values = getattr(document, table), getattr(old, table) if old else {}
        _write_values(file, table, values, before_values, document.dtype)
    if document.training and document.training != (old and old.training):
        file["training"] = dict(document.training)
    if document.surface is not None and document.surface != (old and old.surface):
        _write_surface(file, document.surface)
    return tomlkit.dumps(file)


def _lines(value: str) -> Any:
    """A text of several lines as TOML, beginning on the line behind the quotes."""
    import tomlkit

    quoted = tomlkit.string(value, multiline=True).as_string()
    if not value.startswith("\n"):
        quoted = quoted[:3] + "\n" + quoted[3:]
    return tomlkit.parse(f"text = {quoted}")["text"]


def _write_values(
    file: Any, table: str, values: Mapping[str, Entry], old: Mapping[str, Entry], dtype: str
) -> None:
    import tomlkit

    if not values and not old:
        return
    if table not in file:
        file[table] = tomlkit.table()
    for name in old:
        if name not in values:
            del file[table][name]
    for name, entry in values.items():
        before = old.get(name)
        if (
            before is not None
            and before.spelling == entry.spelling
            and np.array_equal(before.array, entry.array, equal_nan=entry.array.dtype.kind == "f")
        ):
            continue
        spelling = _spell(entry, dtype)
        if isinstance(spelling, Mapping):  # on one line, so that plain numbers may follow
            spelling, keys = tomlkit.inline_table(), spelling
            spelling.update(keys)
        file[table][name] = spelling


def _spell(entry: Entry, dtype: str = "float64") -> Any:
    """How a file whose numbers are of the type `dtype` spells a value."""
    if entry.spelling is not None:
        return entry.spelling
    plain, kind = shortest(entry.array), entry.array.dtype.name
    return plain if kind in (dtype, "bool") else {"value": plain, "dtype": kind}


def _write_surface(file: Any, surface: Surface) -> None:
    import tomlkit

    table = file.get("surface") or tomlkit.table()
    table["axes"] = "random" if surface.axes is None else list(surface.axes)
    table["window"] = list(surface.window)
    given = {
        "minima": [list(point) for point in surface.minima],
        "start": None if surface.start is None else list(surface.start),
        "methods": list(surface.methods),
        "starts": [list(point) for point in surface.starts],
        "steps": None if surface.steps == Surface().steps else surface.steps,
    }
    for key, value in given.items():
        if value:
            table[key] = value
        elif key in table:
            del table[key]
    file["surface"] = table


def save(document: Document, path: Path) -> None:
    """Writes the file, and a `.npz` beside it for large arrays; old ones are replaced once all is complete.

    A document that came from a model gets a program, see `program_text.py`.
    """
    if document.model is not None:
        from graph_explorer.formats.program_text import with_program

        document = with_program(document)
    document, arrays = _with_arrays_beside(document, path)
    with replacing(path) as part:
        part.write_bytes(write(document).encode())
        if arrays:
            with replacing(path.with_name(f"{path.name}.npz")) as packed, packed.open("wb") as stream:
                np.savez(stream, **arrays)


def _with_arrays_beside(document: Document, path: Path) -> tuple[Document, dict[str, Any]]:
    """The document with its large arrays spelled as those of a `.npz` beside `path`; and these arrays.

    Arrays that lie in files of another folder go along.
    """
    archive = f"{path.name}.npz"
    stays = document.path is not None and document.path.parent.resolve() == path.parent.resolve()
    arrays: dict[str, Any] = {}

    def kept(name: str, entry: Entry) -> Entry:
        file = None if entry.spelling is None else entry.spelling.get("file")
        large = entry.spelling is None and entry.array.size > MOST_NUMBERS
        if not large and (file is None or (stays and file != archive)):
            return entry
        arrays[name] = entry.array
        typed = {} if entry.array.dtype == document.dtype else {"dtype": entry.array.dtype.name}
        return Entry(entry.array, {"file": archive, "key": name, **typed})

    parts = {
        part: MappingProxyType({name: kept(name, one) for name, one in getattr(document, part).items()})
        for part in ("inputs", "parameters")
    }
    changed = dataclasses.replace(document, inputs=parts["inputs"], parameters=parts["parameters"])
    return (changed if arrays else document), arrays
