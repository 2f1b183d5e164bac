"""Variants of a document: the same one with another setting, value, initialisation or constant.

A name is looked for where a reader would look: `seed`, a key of `[training]`, a number of the optimizer
(`lr`, `beta1`), an input or parameter or an entry of one (`w`, `W1[0,1]`), a key of how a value is spelled
(`W1.scale`, `W1.init`), a constant of the program (`depth = 4`).

The one rule: a variant differs in what is named and in nothing else; a name that means nothing is an error.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry, split_entry
from graph_explorer.engine.errors import InputError, check_entry, nearest
from graph_explorer.formats.values import array_of
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.training import SETTINGS, USUAL, check_training

Table = Mapping[str, Any]


def variant(document: Document, settings: Mapping[str, Any]) -> Document:
    """The document with all of the settings; its `[training]` table is changed where they are of training."""
    made = document
    for name, value in settings.items():
        if name != "seed":
            made = _with(made, name, value)
    return _seeded(made, settings["seed"]) if "seed" in settings else made


def _with(document: Document, name: str, value: Any) -> Document:
    if name in SETTINGS:
        return _trained(document, {name: value})
    numbers = _numbers(document.training)
    if name in numbers:
        settings = read_method(str(document.training.get("optimizer", USUAL)))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{name} takes numbers, found '{value}'")
        return _trained(document, {"optimizer": str(settings.with_number(name, value))})
    leaf, _, key = name.partition(".")
    if key and leaf in {**document.inputs, **document.parameters}:
        return _spelled(document, leaf, key, value)
    if split_entry(name)[0] in {**document.inputs, **document.parameters}:
        return _valued(document, name, value)
    constants = _constants(document.program)
    if name in constants:
        return _written(document, constants[name], value)
    known = ["seed", *SETTINGS, *numbers, *document.parameters, *document.inputs, *constants]
    raise InputError(f"there is no setting, value or constant '{name}' to vary; {nearest(name, known)}")


def _trained(document: Document, parts: Table) -> Document:
    table = {**document.training, **parts}
    check_training(table)
    return document.with_training(table)


def _numbers(table: Table) -> tuple[str, ...]:
    """The numbers of the optimizer, each part of a pair by its own name."""
    rows = read_method(str(table.get("optimizer", USUAL))).method.hyperparameters
    return tuple(part for row in rows if row.kind in _NUMERIC for part in row.parts or (row.name,))


_NUMERIC = ("number", "integer", "numbers")


def _valued(document: Document, name: str, value: Any) -> Document:
    leaf, place = split_entry(name)
    if isinstance(value, str):
        raise InputError(f"'{name}' takes numbers, found '{value}'")
    array = document.entry(leaf).array.copy()
    check_entry(leaf, array.shape, place or ())
    array[place or ()] = value
    return document.with_values({leaf: array})


def _spelled(document: Document, leaf: str, key: str, value: Any) -> Document:
    """The document with a value spelled otherwise: another scale, initialisation or seed."""
    entry = document.entry(leaf)
    if not isinstance(entry.spelling, Mapping):
        raise InputError(f"'{leaf}' is written as numbers and has no '{key}'; vary {leaf} or {leaf}[0]")
    spelling = {**entry.spelling, key: value}
    return _replaced(document, {leaf: Entry(_array(document, leaf, spelling), spelling)})


def _array(document: Document, name: str, spelling: Any, seed: int = 0) -> np.ndarray[Any, Any]:
    folder = document.path.parent if document.path else None
    return array_of(name, spelling, folder, document.dtype, seed)


def _replaced(document: Document, entries: Mapping[str, Entry]) -> Document:
    parts: dict[str, Any] = {
        part: MappingProxyType({n: entries.get(n, e) for n, e in getattr(document, part).items()})
        for part in ("inputs", "parameters")
    }
    return dataclasses.replace(document, **parts)


def _seeded(document: Document, seed: Any) -> Document:
    """As `--seed` does: other random values to begin with, and another order of the examples."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seeds are whole numbers from 0, found '{seed}'")
    drawn = {
        name: Entry(_array(document, name, entry.spelling, seed), entry.spelling)
        for name, entry in {**document.inputs, **document.parameters}.items()
        if isinstance(entry.spelling, Mapping) and "init" in entry.spelling
    }
    return _trained(_replaced(document, drawn), {"seed": document.training.get("seed", 0) + seed})


# ── constants of the program ──────────────────────────────────────────────────────────────────


def _constants(program: str) -> Mapping[str, ast.Constant]:
    """The numbers that are given a name at the top of the program: `depth = 4`."""
    try:
        body = ast.parse(program).body
    except SyntaxError:
        return {}
    return {
        target.id: statement.value
        for statement in body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name) and type(statement.value.value) in (int, float)
    }


def _written(document: Document, place: ast.Constant, value: Any) -> Document:
    """The program with another number in that place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"a constant of the program is a number, found '{value}'")
    lines = document.program.split("\n")
    line = lines[place.lineno - 1].encode()
    assert place.end_col_offset is not None
    written = line[: place.col_offset] + repr(value).encode() + line[place.end_col_offset :]
    lines[place.lineno - 1] = written.decode()
    return document.with_program("\n".join(lines))


def names_of(document: Document) -> tuple[str, ...]:
    """The names most often varied: of training, of the optimizer, of how values begin, of the program."""
    spelled = [
        f"{name}.{key}"
        for name, entry in document.parameters.items()
        if isinstance(entry.spelling, Mapping) and "init" in entry.spelling
        for key in ("scale", "init")
    ]
    scalars = [name for name, entry in document.parameters.items() if not entry.array.ndim]
    settings = ("seed", "batch_size", "optimizer", "epochs", "split")
    found = ("lr", *settings, *_numbers(document.training), *_constants(document.program), *spelled, *scalars)
    return tuple(dict.fromkeys(found))
