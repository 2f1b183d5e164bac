"""Results kept in a file as they come, so that a long computation which is ended goes on from there.

The one rule: a file is complete at every moment, whatever ends the program, and results of another
document, other settings or another version of this format are refused, never used.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.files import replacing

Array = np.ndarray[Any, Any]

#: What results of one task are: arrays by name.
Result = Mapping[str, Array]

#: The marks of the parts of a file: what the results are of, and the results themselves.
_ABOUT, _RESULT = "about/", "result/"
#: Bumped when results of an older program must not be used.
_VERSION = "1"
#: Writing takes at most this part of the time; results that come faster wait for each other.
_SHARE = 0.1


class Kept:
    """The results of the tasks that are done, by the name of the task (without a slash), here and in a file.

    `about` says what they are of: for each aspect (a word for the sentence that a person reads) a text
    that differs where the results would. `InputError` where the file holds something else.
    """

    def __init__(self, path: Path, about: Mapping[str, str]) -> None:
        self.path = path
        self.about = {"version": _VERSION, **about}
        self.results: dict[str, Result] = {}
        self._seconds, self._written = 0.0, 0.0
        if not path.parent.is_dir():
            raise InputError(f"there is no folder '{path.parent}'; choose another place", source=str(path))
        if path.exists():
            self._load()

    def put(self, task: str, result: Result) -> None:
        """Adds the result of a task, and writes the file unless it was written a moment ago."""
        self.results[task] = result
        if time.monotonic() - self._written >= self._seconds / _SHARE:
            self.write()

    def write(self) -> None:
        """Writes all that there is; the old file is replaced once the new one is complete."""
        started = time.monotonic()
        arrays = {_ABOUT + aspect: np.array(text) for aspect, text in self.about.items()}
        for task, result in self.results.items():
            arrays |= {f"{_RESULT}{task}/{name}": array for name, array in result.items()}
        with replacing(self.path, "the results cannot be kept") as part, part.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        self._written = time.monotonic()
        self._seconds = self._written - started

    def forget(self) -> None:
        """Removes the file: everything is done and written elsewhere."""
        self.path.unlink(missing_ok=True)

    def _load(self) -> None:
        arrays = dict(self._arrays())
        about = {
            name.removeprefix(_ABOUT): str(array) for name, array in arrays.items() if name.startswith(_ABOUT)
        }
        for aspect, text in self.about.items():
            if about.get(aspect) != text:
                raise InputError(
                    f"the results kept there are of {_other(aspect)}; remove the file to compute "
                    "them anew, or keep these under another name",
                    source=str(self.path),
                )
        for name, array in arrays.items():
            if name.startswith(_RESULT):
                task, _, part = name.removeprefix(_RESULT).partition("/")
                self.results[task] = {**self.results.get(task, {}), part: array}

    def _arrays(self) -> Iterator[tuple[str, Array]]:
        try:
            with self.path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                found = [(name, file[name]) for name in file.files]
        except (OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, BadZipFile, zlib.error):
            raise self._strange() from None
        if _ABOUT + "version" not in (name for name, _ in found):
            raise self._strange()
        return iter(found)

    def _strange(self) -> InputError:
        return InputError(
            "this file holds no kept results; give a name that is free, or a file that was kept before",
            source=str(self.path),
        )


def _other(aspect: str) -> str:
    return "another version of the program" if aspect == "version" else f"another {aspect}"
