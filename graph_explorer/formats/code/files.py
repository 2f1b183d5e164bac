"""Code as files: the text, and an archive beside it for what is too large to be read.

The one rule: a file is replaced only once the new one is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.engine.files import replacing

Array = np.ndarray[Any, Any]

#: What is added to a program's name for its archive: `net.py` loads `net.py.npz`.
BESIDE = ".npz"


def write_code(path: Path, code: str, arrays: Mapping[str, Array]) -> None:
    """Writes both files. Raises `InputError` where that is not possible."""
    with replacing(path) as part:
        if arrays:
            with replacing(path.with_name(path.name + BESIDE)) as beside, beside.open("wb") as stream:
                np.savez(stream, **arrays)  # type: ignore[arg-type]  # the keys are names of arrays
        part.write_text(code, encoding="utf-8")
