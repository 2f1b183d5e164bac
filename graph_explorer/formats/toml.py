"""The network file: TOML, read strictly; `toml_write` writes it.

The one rule: a key that means nothing here is an error that names the nearest one that does, at its
line of the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry, Surface, split_entry
from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.formats.values import array_of

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
