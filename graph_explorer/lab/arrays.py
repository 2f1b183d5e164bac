"""Arrays in files beside a document.

The one rule: a file is data. Nothing in it is executed, and it lies inside the document's folder.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from graph_explorer.engine.errors import InputError, nearest

Array = np.ndarray[Any, Any]


def inside(folder: Path | None, file: str, name: str) -> Path:
    """The path of `file`, which `name` is kept in; `InputError` where it lies outside the folder."""
    if folder is None:
        raise InputError(f"'{name}' is kept in a file; save the document first")
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"the file of '{name}' lies outside the document's folder; move it inside")
    return path


def load_array(path: Path, key: str | None, name: str) -> Array:
    """An array from a `.npy` or `.npz` file, never a pickle."""
    try:
        with path.open("rb") as stream:  # NumPy leaves a file that is no archive open
            loaded = np.load(stream, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else _one_of(loaded, key, path, name)
    except FileNotFoundError:
        raise InputError(f"the file '{path.name}' of '{name}' does not exist beside the document") from None
    except InputError:
        raise
    except (OSError, ValueError, EOFError, KeyError, BadZipFile, zlib.error, NotImplementedError) as error:
        raise InputError(
            f"'{path.name}' of '{name}' cannot be read as .npy or .npz without pickles: {error}"
        ) from None


def _one_of(archive: Any, key: str | None, path: Path, name: str) -> Array:
    """The array `key` of a `.npz` file; its only one if no key is given."""
    if key is None and len(archive.files) == 1:
        key = archive.files[0]
    if key not in archive.files:
        raise InputError(
            f"'{path.name}' has no key '{key}' for '{name}'; {nearest(key or '', archive.files)}"
        )
    return np.asarray(archive[key])
