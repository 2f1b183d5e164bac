"""The network file: TOML, read strictly, written so that comments and order survive.

The one rule: a key that means nothing here is an error that names the nearest one that does, at its
line of the file.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry, Surface, split_entry
from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.formats.values import array_of, shortest

#: The keys of the file; below a table, its own.
KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("title", "description", "program", "output", "dtype", "inputs", "parameters", "surface", "training"),
    "surface": ("axes", "window", "minima", "start", "methods", "starts", "steps"),
    "training": (
        "data", "split", "split_seed", "batch_size", "optimizer", "schedule", "clip_norm", "clip_value",
        "epochs", "seed", "metrics", "inputs", "target", "noise", "shuffle", "standardize", "early_stopping",
        "accumulate", "update", "zero",
    ),
}  # fmt: skip

#: Larger arrays are written into a file beside the document.
MOST_NUMBERS = 4096

_LARGEST_FILE = 64 * 2**20
#: The most steps that a race may open with.
MOST_STEPS = 100_000


def read(path: Path, seed: int = 0) -> Document:
    """Reads a network file; `InputError` with file, line and column where it is not one."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(
                "the file is larger than 64 MB; keep large arrays in .npz beside it",
                source=str(path),
            )
        text = path.read_bytes().decode("utf-8")  # as it is: line ends are kept
    except FileNotFoundError:
        raise InputError(
            "there is no such file; check the name, or see 'graph-explorer examples'",
            source=str(path),
        ) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise InputError("the file is not UTF-8 text; save it as UTF-8", line, column, str(path)) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", source=str(path)) from None
    return parse(text, path, seed)


def parse(text: str, path: Path | None = None, seed: int = 0) -> Document:
    """The document that `text` spells."""
    source = str(path) if path else ""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"(.*) \(at line (\d+), column (\d+)\)", str(error))
        if found:
            raise InputError(f"not valid TOML: {found[1]}", int(found[2]), int(found[3]), source) from None
        raise InputError(f"not valid TOML: {error}", text.count("\n") + 1, 1, source) from None
    except RecursionError:
        raise InputError("not valid TOML: nested too deeply", 1, 1, source) from None
    return _Parts(text, table, path, seed).document()


class _Parts:
    """The parts of one file, each checked as it is read."""

    def __init__(self, text: str, table: Mapping[str, Any], path: Path | None, seed: int) -> None:
        self.text, self.table, self.path, self.seed = text, table, path, seed

    def error(self, message: str, table: str, key: str = "") -> InputError:
        line, column = place_of(self.text, table, key)
        return InputError(message, line, column, str(self.path) if self.path else "")

    def document(self) -> Document:
        self._check_keys("", self.table)
        for key in ("title", "description", "program", "output", "dtype"):
            if not isinstance(self.table.get(key, ""), str):
                raise self.error(f"'{key}' must be a text in quotes", "", key)
        if not self.table.get("program", "").strip():
            raise self.error('there is no program; add program = """…"""', "", "program")
        dtype = self.table.get("dtype", "float64")
        if dtype not in ("float64", "float32"):
            raise self.error(f"unknown dtype '{dtype}'; known: float64, float32", "", "dtype")
        document = Document(
            program=self.table["program"],
            inputs=self._values("inputs", dtype),
            parameters=self._values("parameters", dtype),
            title=self.table.get("title", ""),
            description=self.table.get("description", ""),
            output_name=self.table.get("output", ""),
            dtype=dtype,
            surface=self._surface(),
            training=self._training(),
            path=self.path,
            text=self.text,
            program_place=program_place(self.text),
        )
        self._check_references(document)
        return document

    def _check_keys(self, table: str, values: Mapping[str, Any]) -> None:
        for key in values:
            if key not in KEYS[table]:
                where = f" in [{table}]" if table else ""
                raise self.error(f"unknown key '{key}'{where}; {nearest(key, KEYS[table])}", table, key)

    def _subtable(self, name: str) -> Mapping[str, Any]:
        values = self.table.get(name, {})
        if not isinstance(values, dict):
            raise self.error(f"'{name}' must be a table: [{name}]", "", name)
        if name in KEYS:
            self._check_keys(name, values)
        return values

    def _values(self, table: str, dtype: str) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        folder = self.path.parent if self.path else None
        for name, spelling in self._subtable(table).items():
            if not name.isidentifier():
                raise self.error(f"'{name}' is no name for a program; use letters, digits and _", table, name)
            if table == "parameters" and name in self._subtable("inputs"):
                raise self.error(f"'{name}' is both an input and a parameter; keep one", table, name)
            try:
                array = array_of(name, spelling, folder, dtype, self.seed)
            except InputError as error:
                raise self.error(error.message, table, name) from None
            except (TypeError, ValueError, OverflowError) as error:
                raise self.error(f"'{name}' is no value: {error}", table, name) from None
            found[name] = Entry(array, spelling if isinstance(spelling, dict) else None)
        return MappingProxyType(found)

    def _training(self) -> Mapping[str, Any]:
        values = self._subtable("training")
        if values:  # only then is anything of the lab needed
            from graph_explorer.lab.training import TrainingError, check_training

            try:
                check_training(values)
            except TrainingError as error:
                raise self.error(error.message, "training", error.key) from None
        return MappingProxyType(dict(values))

    def _surface(self) -> Surface | None:
        values = self._subtable("surface")
        if not values:
            return None
        axes = values.get("axes", "random")
        if axes != "random" and not (
            isinstance(axes, list) and len(axes) == 2 and all(isinstance(a, str) for a in axes)
        ):
            raise self.error('axes must be two names, such as ["w", "b"], or "random"', "surface", "axes")
        window = self._numbers(values.get("window", [-4, 4, -4, 4]), 4, "window")
        if window[0] >= window[1] or window[2] >= window[3]:
            raise self.error(
                "window must be [left, right, bottom, top] with left < right, bottom < top",
                "surface",
                "window",
            )
        start = values.get("start")
        return Surface(
            axes=None if axes == "random" else (axes[0], axes[1]),
            random=axes == "random",
            window=window,
            minima=self._points(values, "minima"),
            start=None if start is None else self._numbers(start, 2, "start"),
            methods=self._methods(values.get("methods", [])),
            starts=self._points(values, "starts"),
            steps=self._steps(values.get("steps", 200)),
        )

    def _points(self, values: Mapping[str, Any], key: str) -> tuple[tuple[float, float], ...]:
        points = values.get(key, [])
        if not isinstance(points, list):
            raise self.error(f"{key} must be a list of points", "surface", key)
        return tuple(self._numbers(point, 2, key) for point in points)

    def _methods(self, texts: Any) -> tuple[str, ...]:
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise self.error(
                'methods must be a list of texts, such as ["adam:lr=0.05"]', "surface", "methods"
            )
        if texts:  # only then is anything of the lab needed
            from graph_explorer.lab.optimizers import read_method
        for text in texts:
            try:
                read_method(text)
            except InputError as error:
                raise self.error(error.message, "surface", "methods") from None
        return tuple(texts)

    def _steps(self, steps: Any) -> int:
        if type(steps) is not int or not 1 <= steps <= MOST_STEPS:
            raise self.error(
                f"steps must be a whole number from 1 to {MOST_STEPS:,}, found {steps}", "surface", "steps"
            )
        return steps

    def _numbers(self, values: Any, count: int, key: str) -> Any:
        good = isinstance(values, list) and len(values) == count
        if not good or not all(type(v) in (int, float) and np.isfinite(v) for v in values):
            raise self.error(f"'{key}' must hold {count} finite numbers", "surface", key)
        return tuple(float(v) for v in values)

    def _check_references(self, document: Document) -> None:
        """The output and the axes of the surface must exist; so must all that the program names."""
        graph = document.graph
        if document.output_name:
            try:
                graph.resolve(split_entry(document.output_name)[0])
            except InputError as error:
                raise self.error(error.message, "", "output") from None
        for axis in (document.surface and document.surface.axes) or ():
            name, entry = split_entry(axis)
            values = {**document.inputs, **document.parameters}
            if name not in values:
                advice = nearest(name, values)
                raise self.error(f"the axis '{axis}' is no input or parameter; {advice}", "surface", "axes")
            array = values[name].array
            if any(not -size <= at < size for at, size in zip(entry or (), array.shape, strict=False)):
                raise self.error(
                    f"there is no entry '{axis}': '{name}' has the shape {array.shape}", "surface", "axes"
                )
            if len(entry or ()) != array.ndim:
                raise self.error(
                    f"the axis '{axis}' is no single number: '{name}' has the shape {array.shape}",
                    "surface",
                    "axes",
                )


def place_of(text: str, table: str, key: str) -> tuple[int, int]:
    """Line and column, from 1, of `key` in `[table]`, or of the table's header; (1, 1) if not found."""
    here, header = "", (1, 1)
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("[") and not bare.startswith("[["):
            here = bare.strip("[] \t").split("]")[0].strip()
            if here == table:
                header = (number, 1)
        found = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*[.=]", line)
        if found and here == table and key in found.groups():
            return number, len(line) - len(line.lstrip()) + 1
    return header


def program_place(text: str) -> tuple[int, int]:
    """Line and column, from 1, where the text of the program begins in the file."""
    found = re.search(r"^[ \t]*program\s*=\s*(\"\"\"|'''|\"|')(\r?\n)?", text, re.MULTILINE)
    if not found:
        return 1, 1
    line = text.count("\n", 0, found.end()) + 1
    return line, found.end() - (text.rfind("\n", 0, found.end()) + 1) + 1


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
        spelling = spell(entry, dtype)
        if isinstance(spelling, Mapping):  # on one line, so that plain numbers may follow
            spelling, keys = tomlkit.inline_table(), spelling
            spelling.update(keys)
        file[table][name] = spelling


def spell(entry: Entry, dtype: str = "float64") -> Any:
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
    temporary, archive = path.with_name(f".{path.name}.part"), path.with_name(f"{path.name}.npz")
    packed = archive.with_name(f".{archive.name}.part")
    try:
        temporary.write_bytes(write(document).encode())
        if arrays:
            with packed.open("wb") as stream:
                np.savez(stream, **arrays)
            packed.replace(archive)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        packed.unlink(missing_ok=True)
        raise InputError(
            f"the file cannot be written: {error.strerror}; choose another place", source=str(path)
        ) from None


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
