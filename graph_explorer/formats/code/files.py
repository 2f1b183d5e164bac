"""Code as files: the text, and an archive beside it for what is too large to be read.

The one rule: a file is replaced only once the new one is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError

Array = np.ndarray[Any, Any]

#: What is added to a program's name for its archive: `net.py` loads `net.py.npz`.
BESIDE = ".npz"


def write_code(path: Path, code: str, arrays: Mapping[str, Array]) -> None:
    """Writes both files. Raises `InputError` where that is not possible."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        if arrays:
            with path.with_name(path.name + BESIDE).open("wb") as stream:
                np.savez(stream, **arrays)  # type: ignore[arg-type]  # the keys are names of arrays
        temporary.write_text(code, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            f"the file cannot be written: {error.strerror}; choose another place", source=str(path)
        ) from None
