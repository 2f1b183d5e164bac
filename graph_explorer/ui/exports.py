"""The table of pictures and pages that a graph and its run can be exported to.

The one rule: a kind of file is one row, and the function it names; the window's dialog and the command
`render` both read this table. Functions are named, not imported, since most of them load Qt.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_explorer.engine.errors import InputError


@dataclass(frozen=True)
class Export:
    """A kind of file.

    `function` names `save(source, path, *, trace, step, theme, size)`: `source` is a document or the
    state of a window, `step` a step of the backward pass or None for its end. Where `painted`, it needs
    Qt, and a `QGuiApplication` must exist.
    """

    suffix: str
    title: str
    function: str
    painted: bool = True

    def save(self, source: Any, path: Path, **more: Any) -> None:
        """Writes the file. Raises `InputError` where it cannot be written."""
        pkgutil.resolve_name(self.function)(source, path, **more)


EXPORTS: tuple[Export, ...] = (
    Export(".svg", "Drawing", "graph_explorer.ui.pictures:save_svg"),
    Export(".png", "Image", "graph_explorer.ui.pictures:save_png"),
    Export(".pdf", "Page for print", "graph_explorer.ui.pictures:save_pdf"),
    Export(".gif", "Film", "graph_explorer.ui.pictures:save_film"),
    Export(".mp4", "Video", "graph_explorer.ui.pictures:save_film"),
)


def export_of(path: Path) -> Export:
    """The row that the suffix of `path` names."""
    suffix = path.suffix.lower()
    found = next((one for one in EXPORTS if one.suffix == suffix), None)
    if found is None:
        known = ", ".join(one.suffix for one in EXPORTS)
        raise InputError(f"'{path.name}' is no kind of picture; give it one of the suffixes {known}")
    return found


def filters() -> list[str]:
    """The kinds of picture, as a dialog lists them."""
    return [f"{one.title} (*{one.suffix})" for one in EXPORTS]
