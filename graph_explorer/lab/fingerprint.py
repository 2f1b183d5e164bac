"""Fingerprints: a short text that is the same for the same thing, on every machine and in every run.

Results that are kept in a file carry the fingerprints of what they were computed from, so that those
of another document or of other settings are never taken for these.

The one rule: a fingerprint follows from values alone, never from where an object lies in memory or in which
order a set happens to be gone through.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from graph_explorer.engine.graph import Graph


def fingerprint(*things: Any) -> str:
    """Sixteen hexadecimal digits: of numbers, texts, arrays, graphs, records and what holds such."""
    found = hashlib.sha256()
    for part in _parts(things):
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.hexdigest()[:16]


def _parts(thing: Any) -> Iterator[bytes]:
    """The thing as bytes, each kind behind its own mark."""
    if isinstance(thing, np.ndarray | np.generic):
        array = np.asarray(thing)
        yield f"array {array.dtype.str} {array.shape}".encode()
        yield (
            np.ascontiguousarray(array).tobytes()
            if array.dtype.kind != "O"
            else repr(array.tolist()).encode()
        )
    elif isinstance(thing, Graph):
        yield b"graph"
        for node in thing:
            yield from _parts((node.id, node.op, node.inputs, node.attributes, node.outputs))
    elif isinstance(thing, Mapping):
        yield b"mapping"
        for key in sorted(thing, key=str):
            yield from _parts((key, thing[key]))
    elif isinstance(thing, AbstractSet):
        yield b"set"
        yield from sorted(fingerprint(each).encode() for each in thing)
    elif isinstance(thing, list | tuple):
        yield f"row {len(thing)}".encode()
        for each in thing:
            yield from _parts(each)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        yield type(thing).__name__.encode()
        yield from _parts({field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)})
    elif hasattr(thing, "SerializeToString"):  # a part of a model
        yield thing.SerializeToString(deterministic=True)
    else:
        yield f"{type(thing).__name__} {thing!r}".encode()
