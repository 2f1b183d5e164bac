"""Where progress is kept: one file on this machine, which nothing sends anywhere.

The one rule: a file that cannot be read is set aside, never overwritten, and practice goes on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.progress import Progress, from_record, to_record


def place() -> Path:
    """The file of this person's progress."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(folder) / "graph-explorer" / "progress.json"


def load(path: Path) -> Progress:
    """The progress in a file; none where there is no file. Raises `InputError` where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Progress()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the progress cannot be read: {error}", source=str(path)) from None
    try:
        return from_record(json.loads(text))
    except (json.JSONDecodeError, InputError) as error:
        said = error.message if isinstance(error, InputError) else f"it is no JSON: {error}"
        raise InputError(said, source=str(path)) from None


def load_or_set_aside(path: Path) -> tuple[Progress, str]:
    """The progress, and a sentence where the file was damaged and has been put aside."""
    try:
        return load(path), ""
    except InputError as error:
        aside = path.with_suffix(".damaged.json")
        try:
            os.replace(path, aside)
        except OSError:
            return Progress(), f"{error.message}; practice is not kept now"
        return Progress(), f"the progress could not be read and is kept aside as {aside.name}"


def save(progress: Progress, path: Path) -> None:
    """Writes the progress, whole or not at all. Raises `InputError` where that cannot be."""
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(to_record(progress), indent=1), encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise InputError(f"the progress cannot be written: {error.strerror}", source=str(path)) from None
