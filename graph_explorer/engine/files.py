"""Files that are written whole or not at all.

The one rule: what is written lies beside its place until it is complete, and only then replaces what was
there; where that fails, nothing is left behind, and one sentence says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graph_explorer.engine.errors import InputError


@contextmanager
def replacing(path: Path, wrong: str = "the file cannot be written") -> Iterator[Path]:
    """Where to write what replaces `path` in the end. Raises `InputError`, which begins with `wrong`."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(f"{wrong}: {error.strerror}; choose another place", source=str(path)) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
