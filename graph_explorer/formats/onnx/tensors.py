"""The tensors of a model as arrays, from the file itself or from files beside it.

The one rule: a size is checked against the bytes that are there before memory is asked for, and a path
that leaves the model's folder is never opened.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from graph_explorer.engine.errors import InputError

Array = np.ndarray[Any, Any]

#: The most bytes that the tensors of one model may take together.
MAX_BYTES = 16 * 2**30
#: The most entries of a sparse tensor once it is written out.
_MOST_DENSE = 2**28
#: Element types that NumPy does not have, and that are computed in float32.
WIDENED: Mapping[int, str] = {onnx.TensorProto.BFLOAT16: "bfloat16"}
#: Element types whose bytes are those that NumPy has in memory.
_PLAIN: Mapping[int, np.dtype[Any]] = {
    kind: np.dtype(dtype).newbyteorder("<")
    for kind, dtype in (
        (onnx.TensorProto.FLOAT, np.float32), (onnx.TensorProto.DOUBLE, np.float64),
        (onnx.TensorProto.FLOAT16, np.float16), (onnx.TensorProto.INT64, np.int64),
        (onnx.TensorProto.INT32, np.int32), (onnx.TensorProto.INT16, np.int16),
        (onnx.TensorProto.INT8, np.int8), (onnx.TensorProto.UINT8, np.uint8),
        (onnx.TensorProto.UINT16, np.uint16), (onnx.TensorProto.UINT32, np.uint32),
        (onnx.TensorProto.UINT64, np.uint64),
    )
}  # fmt: skip
_TEXT = onnx.TensorProto.STRING


def in_numpy(dtype: np.dtype[Any]) -> bool:
    """Whether NumPy itself has the element type; onnx brings others along, such as float8."""
    return dtype.type.__module__ == "numpy"


def is_float(dtype: np.dtype[Any]) -> bool:
    """Whether values of the type have gradients."""
    return in_numpy(dtype) and dtype.kind == "f"


class Tensors:
    """Reads the tensors of one model; `folder` is where its external data may lie.

    `apart` are the bytes of those that were read beside the model.
    """

    def __init__(self, folder: Path | None, apart: Mapping[str, Array] = MappingProxyType({})) -> None:
        self.folder = folder
        #: bytes of tensors of the model's graph that the model is without, by name
        self.apart = apart
        self.bytes_read = 0
        #: names of the types that were widened to float32
        self.widened: set[str] = set()

    def array(self, tensor: onnx.TensorProto, name: str = "") -> Array:
        """The array that `tensor` holds; `InputError` where it is damaged."""
        called = name or tensor.name or "without a name"
        dims = _shape(tensor.dims, called)
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            tensor = self._with_external_data(tensor, called, math.prod(dims))
        self._count(tensor.ByteSize(), called)
        try:
            array = numpy_helper.to_array(tensor)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f"the tensor '{called}' is damaged: {reason}; export the model anew") from None
        if array.shape != dims:
            raise InputError(f"the tensor '{called}' is damaged: it lacks entries; export the model anew")
        if tensor.data_type in WIDENED:
            self.widened.add(WIDENED[tensor.data_type])
            return array.astype(np.float32)
        return array

    def initializer(self, tensor: onnx.TensorProto) -> Array:
        """The array of a tensor of the model's own graph, whose bytes may have been read apart."""
        raw = self.apart.get(tensor.name)
        if raw is None or tensor.data_location == onnx.TensorProto.EXTERNAL:
            return self.array(tensor)
        dims, dtype = _shape(tensor.dims, tensor.name), _PLAIN.get(tensor.data_type)
        if dtype is not None and len(raw) == math.prod(dims) * dtype.itemsize:
            self._count(len(raw), tensor.name)
            array: Array = raw.view(dtype).reshape(dims)
            return array
        whole = onnx.TensorProto()
        whole.CopyFrom(tensor)
        whole.raw_data = raw.tobytes()
        return self.array(whole)

    def _count(self, size: int, called: str) -> None:
        self.bytes_read += size
        if self.bytes_read > MAX_BYTES:
            raise InputError(f"the tensors take more than {MAX_BYTES // 2**30} GiB, at '{called}'")

    def sparse(self, tensor: onnx.SparseTensorProto) -> Array:
        """A sparse tensor written out: values at indices, zero elsewhere."""
        called = tensor.values.name or "without a name"
        dims = _shape(tensor.dims, called)
        if math.prod(dims) > _MOST_DENSE:
            raise InputError(f"the sparse tensor '{called}' has more than {_MOST_DENSE:,} entries")
        values, indices = self.array(tensor.values), self.array(tensor.indices, f"{called} (indices)")
        made = np.zeros(dims, values.dtype)
        try:
            if indices.ndim == 1:
                made.reshape(-1)[indices] = values
            else:
                made[tuple(indices.T)] = values
        except (IndexError, ValueError):
            raise InputError(f"the sparse tensor '{called}' has an index outside its shape {dims}") from None
        return made

    def _with_external_data(self, tensor: onnx.TensorProto, called: str, count: int) -> onnx.TensorProto:
        told = {entry.key: entry.value for entry in tensor.external_data}
        path = self._path(told.get("location", ""), called)
        offset, length = (_whole(told.get(key), key, called) for key in ("offset", "length"))
        there = path.stat().st_size
        begin = offset or 0
        size = length if length is not None else _bytes_of(tensor, count, called, there - begin)
        if begin + size > there:
            raise InputError(
                f"the tensor '{called}' wants the bytes {begin:,} to {begin + size:,} of '{path.name}', "
                f"which has {there:,}; the file was cut off, copy it again"
            )
        if tensor.data_type != _TEXT and size != _bytes_of(tensor, count, called, size):
            raise InputError(
                f"the tensor '{called}' has {count:,} entries, and {size:,} bytes in '{path.name}' are not "
                "as many; export the model anew"
            )
        self._count(size, called)
        with path.open("rb") as file:
            file.seek(begin)
            data = file.read(size)
        return onnx.TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims, raw_data=data)

    def _path(self, location: str, called: str) -> Path:
        """The file of external data: inside the model's folder, or refused."""
        if self.folder is None:
            raise InputError(f"the tensor '{called}' lies in another file; open the model from its file")
        parts = {*PurePosixPath(location).parts, *PureWindowsPath(location).parts}
        absolute = PurePosixPath(location).is_absolute() or PureWindowsPath(location).drive
        root, path = self.folder.resolve(), (self.folder / location)
        if not location or absolute or ".." in parts or "\0" in location:
            raise InputError(
                f"the data of '{called}' is said to lie in '{location}'; only files in the model's own "
                "folder are read, move it there"
            )
        try:
            if not path.resolve().is_relative_to(root):
                raise InputError(
                    f"the data of '{called}' lies outside the model's folder behind the link '{location}'; "
                    "copy it into the folder"
                )
            if not path.is_file():
                raise InputError(
                    f"the data of '{called}' should lie in '{location}' beside the model, and there is no "
                    "such file; copy it there"
                )
        except (OSError, RuntimeError):
            raise InputError(f"the data of '{called}' in '{location}' cannot be read") from None
        return path


def _shape(dims: Sequence[int], called: str) -> tuple[int, ...]:
    if any(size < 0 for size in dims):
        raise InputError(f"the tensor '{called}' has a negative size: {list(dims)}; export the model anew")
    return tuple(dims)


def _whole(text: str | None, key: str, called: str) -> int | None:
    """A number of bytes as external data spells it; None where it is not given."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError(f"the {key} of the external data of '{called}' is '{text}', no number of bytes")
    return int(text)


def _bytes_of(tensor: onnx.TensorProto, count: int, called: str, unknown: int) -> int:
    """How many bytes `count` entries take; `unknown` for types smaller than a byte."""
    try:
        kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"the tensor '{called}' has the unknown element type {tensor.data_type}; update onnx"
        ) from None
    packed = kind.name.startswith(("int4", "uint4", "int2", "uint2", "float4"))
    return unknown if packed else count * kind.itemsize
