"""A large model read in two parts: its graph by protobuf, its weights straight into arrays.

The one rule: each byte of the weights is in memory once. Protobuf would hold them all beside the arrays that
are made of them, twice the file, and copying them takes most of the time that a large model takes to open.

The encoding is that of protobuf, https://protobuf.dev/programming-guides/encoding: a message is a row of
fields, each a number and a kind in one varint, then the content; the fields meant here are those of
onnx.proto: graph in a model, initializer in a graph, raw_data in a tensor. What is not encoded like that is
left to protobuf, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import onnx

Array = np.ndarray[Any, Any]

#: Files below so many bytes are read by protobuf alone, and so are tensors.
LARGE_FILE, LARGE_TENSOR = 2**24, 2**14
_GRAPH, _INITIALIZER, _NAME, _RAW_DATA = 7, 5, 8, 9
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
#: How many bytes a field of a fixed length takes.
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}


class _NotSimpleError(Exception):
    """The file is damaged, or of a form that only protobuf reads."""


def read_apart(path: Path) -> tuple[bytes, dict[str, Array]] | None:
    """The model without the bytes of its large tensors, and those bytes as arrays by the tensor's name.

    None where protobuf has to read the file. Raises `OSError` and `MemoryError`.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < LARGE_FILE:
            return None
        file.seek(0)
        found: dict[str, Array] = {}
        try:
            return bytes(_copied(file, size, _GRAPH, lambda end: _graph(file, end, found))), found
        except _NotSimpleError:
            return None


def rejoined(model: onnx.ModelProto, apart: Mapping[str, Array]) -> onnx.ModelProto:
    """The model with its large tensors back in it."""
    for tensor in model.graph.initializer:
        if tensor.name in apart:
            tensor.raw_data = apart[tensor.name].tobytes()
    return model


def _graph(file: BufferedReader, end: int, found: dict[str, Array]) -> bytearray:
    return _copied(file, end, _INITIALIZER, lambda end: _tensor(file, end, found))


def _tensor(file: BufferedReader, end: int, found: dict[str, Array]) -> bytearray:
    """A tensor without its bytes, if they are many; these go to `found`."""
    kept, name, raw = bytearray(), "", None
    for number, kind, head, length in _fields(file, end):
        if number == _RAW_DATA and kind == _LENGTH and length >= LARGE_TENSOR:
            raw = np.empty(length, np.uint8)
            if file.readinto(raw.data) != length:
                raise _NotSimpleError
            continue
        content = _taken(file, length)
        if number == _NAME and kind == _LENGTH:
            name = content.decode(errors="strict") if content.isascii() else ""
        kept += head
        kept += content
    if raw is not None:
        if not name or name in found:
            raise _NotSimpleError
        raw.flags.writeable = False
        found[name] = raw
    return kept


def _copied(file: BufferedReader, end: int, wanted: int, inside: Callable[[int], bytearray]) -> bytearray:
    """The message that ends at `end`, its large fields of the number `wanted` as `inside(end)` reads them."""
    made = bytearray()
    for number, kind, head, length in _fields(file, end):
        if number == wanted and kind == _LENGTH and length >= LARGE_TENSOR:
            content = inside(file.tell() + length)
            made += _varint(number << 3 | kind) + _varint(len(content))
            made += content
        else:
            made += head
            made += _taken(file, length)
    return made


def _fields(file: BufferedReader, end: int) -> Iterator[tuple[int, int, bytes, int]]:
    """The fields up to `end`: number, kind, the bytes before the content, and how many bytes that has.

    Who takes a field reads its content before the next one is asked for.
    """
    while (start := file.tell()) < end:
        tag = _number(file)
        kind, length = tag & 7, 0
        if kind == _VARINT:
            _number(file)
        elif kind == _LENGTH:
            length = _number(file)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise _NotSimpleError
        behind = file.tell()
        if behind + length > end:
            raise _NotSimpleError
        file.seek(start)
        head = _taken(file, behind - start)
        yield tag >> 3, kind, head, length


def _number(file: BufferedReader) -> int:
    """A varint: seven bits a byte, the lowest first."""
    found = shift = 0
    while shift < 70:
        byte = file.read(1)
        if not byte:
            break
        found |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return found
        shift += 7
    raise _NotSimpleError


def _varint(number: int) -> bytes:
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _taken(file: BufferedReader, length: int) -> bytes:
    content = file.read(length)
    if len(content) != length:
        raise _NotSimpleError
    return content
