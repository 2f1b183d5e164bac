"""The table of pictures and pages that a graph and its run can be exported to.

The one rule: a kind of file is one row, and the function it names; the window's dialog and the command
`render` both read this table. Functions are named, not imported, since most of them load Qt.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_explorer.engine.errors import InputError

if TYPE_CHECKING:
    from graph_explorer.engine.trace import Trace


@dataclass(frozen=True)
class Export:
    """A kind of file.

    `function` names `save(source, path, *, trace, step, theme, size)`: `source` is a document or the
    state of a window, `step` a step of the backward pass or None for its end. Where `painted`, it needs
    Qt, and a `QGuiApplication` must exist; where not, it is `save(document, path, trace, time)`.
    """

    suffix: str
    title: str
    function: str
    painted: bool = True

    def save(self, source: Any, path: Path, **more: Any) -> None:
        """Writes the file. Raises `InputError` where it cannot be written."""
        save = pkgutil.resolve_name(self.function)
        if self.painted:
            save(source, path, **more)
        else:
            save(*_moment(source, path, more.get("trace"), more.get("step")))


def _moment(source: Any, path: Path, trace: Trace | None, step: int | None) -> tuple[Any, ...]:
    """The document, where to, its run, and the time that is shown: the step's, or that of a window."""
    from graph_explorer.document import Document, run

    document = source if isinstance(source, Document) else source.document
    trace = trace or getattr(source, "trace", None) or run(document, partial=True)
    at_end = step is not None or getattr(source, "trace", None) is None
    return document, path, trace, time_of_step(trace, step) if at_end else source.time


def time_of_step(trace: Trace, step: int | None) -> int:
    """The time just after a backward step, counted as `steps` counts them: 0 is the seed."""
    if step is None:
        return trace.length
    last = trace.length - trace.forward_length - 1
    if not 0 <= step <= last:
        known = f"there are 0 to {last}" if last >= 0 else "the run stopped before the backward pass"
        raise InputError(f"no step {step}: {known}")
    return trace.forward_length + 1 + step


EXPORTS: tuple[Export, ...] = (
    Export(".svg", "Drawing", "graph_explorer.ui.pictures:save_svg"),
    Export(".png", "Image", "graph_explorer.ui.pictures:save_png"),
    Export(".pdf", "Page for print", "graph_explorer.ui.pictures:save_pdf"),
    Export(".gif", "Film", "graph_explorer.ui.pictures:save_film"),
    Export(".mp4", "Video", "graph_explorer.ui.pictures:save_film"),
    Export(".html", "Page with all steps", "graph_explorer.ui.page:save_page"),
    Export(".dot", "Graphviz", "graph_explorer.formats.drawings:save", painted=False),
    Export(".graphml", "GraphML", "graph_explorer.formats.drawings:save", painted=False),
    Export(".tex", "LaTeX with TikZ", "graph_explorer.formats.drawings:save", painted=False),
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
