"""The help: pages of Markdown, some of them made from the program's own tables.

The one rule: what a table knows is not written twice. Keys come from the actions, operations from the
registry, words from the language.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QVBoxLayout

from graph_explorer.engine.query import FLAGS, KEYS, STATISTICS
from graph_explorer.paths import RESOURCES
from graph_explorer.ui.actions import ACTIONS, MENUS
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.session import State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import markdown

if TYPE_CHECKING:
    from graph_explorer.engine.coverage import Row
    from graph_explorer.ui.window import Window

#: Pages in the order of the list: file name → title.
PAGES: Mapping[str, str] = {
    "first_steps": "First steps",
    "keys": "Keys",
    "language": "The program language",
    "file_format": "The file format",
    "models": "ONNX models",
    "operations": "Operations",
    "finding": "Finding",
    "groups": "Groups and repeated blocks",
    "health": "The health of a run",
    "surface": "The surface view",
    "race": "The race of optimizers",
    "training": "Training",
    "flow": "Predictions and gradient flow",
    "landscape": "Landscapes, sharpness and sweeps",
    "changelog": "What is new",
    "about": "About",
}
_LIBRARIES = (
    "PySide6-Essentials", "numpy", "networkx", "onnx", "pyqtgraph", "contourpy", "pillow", "tomlkit",
    "ziamath",
)  # fmt: skip


def page(name: str) -> str:
    """The Markdown of a page, with what is made from tables filled in."""
    folder = RESOURCES if name == "changelog" else RESOURCES / "help"
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    for mark, make in _MADE.items():
        if f"{{{mark}}}" in text:
            text = text.replace(f"{{{mark}}}", make())
    return text


# ── what is made from tables ──────────────────────────────────────────────────────────────────


def _listed(table: Mapping[str, str]) -> str:
    """A table of the search language as a list."""
    return "\n".join(f"- `{word}`: {meaning}" for word, meaning in table.items())


def _keys() -> str:
    parts = []
    for menu in MENUS:
        rows = [action for action in ACTIONS if action.menu.split("/")[0] == menu and action.keys]
        lines = [f"## {menu}", "", "| Command | Keys | What it does |", "|---|---|---|"]
        for action in rows:
            shown = " or ".join(f"`{_native(keys)}`" for keys in action.keys)
            inside = action.menu.partition("/")[2]
            text = f"{inside}: {action.text}" if inside else action.text
            lines.append(f"| {text.rstrip(' …')} | {shown} | {action.hint} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _operations() -> str:
    from graph_explorer.engine.coverage import rows

    parts = []
    for family, found in groupby(rows(), key=lambda row: row.family):
        lines = [f"## {family.capitalize()}", "", *_OPERATION_HEADS.get(family, _OPERATION_HEAD)]
        lines += [_operation_line(row) for row in found]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


_OPERATION_HEAD = ("| Operation | What it is | Form | Local derivative |", "|---|---|---|---|")
_OPERATION_HEADS = {
    "opaque": ("| Operator | Why no gradient passes |", "|---|---|"),
    "replaced": ("| Operator | What becomes of it |", "|---|---|"),
}


def _operation_line(row: Row) -> str:
    if row.forward != "rule":
        return f"| `{row.name}` | {_cell(row.why)} |"
    inputs = ", ".join(row.inputs) + (" …" if row.variadic else "")
    derivatives = [f"by {name}: {text}" if text else f"by {name}" for name, text in row.derivatives.items()]
    text = "; ".join(derivatives) or "none"
    why = f"; no other: {row.why}" if derivatives and row.why else f": {row.why}" if row.why else ""
    # the inputs stand outside of the code, so that a long list of them can break
    name = f"`{row.name}` ({_cell(inputs)})" if inputs else f"`{row.name}`"
    return f"| {name} | {_cell(row.summary)} | {row.form or 'none'} | {_cell(text + why)} |"


def _operations_counted() -> str:
    from graph_explorer.engine.coverage import rows

    own = [row for row in rows() if row.forward == "rule"]
    passing = sum(row.has_gradient for row in own)
    rest = sum(row.forward == "reference" for row in rows())
    return f"{len(own)} operators have a rule here, {passing} of them pass a gradient; {rest} are opaque"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")


def _words() -> str:
    from graph_explorer.engine.words import SAME, WORDS

    return ", ".join(f"`{word}`" for word in sorted({*WORDS, *SAME}, key=str.lower))


def _data_sets() -> str:
    from graph_explorer.lab.generated import GENERATORS

    return "\n".join(
        f"| `{row.name}` | {row.title} | {', '.join(f'`{each.name}`' for each in row.settings)} |"
        for row in GENERATORS.values()
    )


def _inits() -> str:
    from graph_explorer.formats.values import INITS

    return ", ".join(f"`{name}`" for name in INITS)


def _version() -> str:
    try:
        return importlib.metadata.version("graph-explorer")
    except importlib.metadata.PackageNotFoundError:  # a checkout that is not installed
        return ""


def _libraries() -> str:
    lines = ["| Library | Version |", "|---|---|"]
    for name in _LIBRARIES:
        try:
            lines.append(f"| {name} | {importlib.metadata.version(name)} |")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "\n".join(lines)


def _methods() -> str:
    from graph_explorer.lab.optimizers import METHODS

    lines = ["| Method | Name | What it does | Source |", "|---|---|---|---|"]
    lines += [f"| {m.title} | `{m.name}` | {m.summary} | {m.reference} |" for m in METHODS.values()]
    return "\n".join(lines)


def _schedules() -> str:
    from graph_explorer.lab.schedules import SCHEDULES

    lines = ["| Schedule | Name | In PyTorch |", "|---|---|---|"]
    lines += [f"| {s.title} | `{s.name}` | {s.torch_name or 'none'} |" for s in SCHEDULES.values()]
    return "\n".join(lines)


def _bounds() -> str:
    from graph_explorer.engine.health import BOUNDS

    rows = [f"| {found.of.capitalize()} | {found.value:g} | {found.reason} |" for found in BOUNDS.values()]
    return "\n".join(["| What is compared | Bound | Why |", "|---|---|---|", *rows])


def _illnesses() -> str:
    from graph_explorer.engine.health import KINDS

    rows = [f"| {kind.title} | {kind.helps} |" for kind in KINDS.values()]
    return "\n".join(["| Finding | What helps |", "|---|---|", *rows])


def _heats() -> str:
    return "\n".join(f"- **{heat.title}**: {heat.hint[0].lower()}{heat.hint[1:]}." for heat in HEATS.values())


def _flow_quantities() -> str:
    from graph_explorer.ui.training.flow.history import QUANTITIES

    rows = (f"- **{each.title}**: {each.hint[0].lower()}{each.hint[1:]}." for each in QUANTITIES.values())
    return "\n".join(rows)


def _flow_examples() -> str:
    from graph_explorer.lab.flow import EXAMPLES

    return str(EXAMPLES)


def _remedies() -> str:
    from graph_explorer.remedies.table import REMEDIES

    rows = [f"| {remedy.title} | {remedy.why} | {remedy.source} |" for remedy in REMEDIES.values()]
    return "\n".join(["| Remedy | Why it helps | Source |", "|---|---|---|", *rows])


_MADE: Mapping[str, Callable[[], str]] = {
    "quantities": _flow_quantities,
    "examples": _flow_examples,
    "remedies": _remedies,
    "bounds": _bounds,
    "illnesses": _illnesses,
    "heats": _heats,
    "query_keys": lambda: _listed(KEYS),
    "query_flags": lambda: _listed(FLAGS),
    "query_statistics": lambda: _listed(STATISTICS),
    "keys": _keys,
    "operations": _operations,
    "operations_counted": _operations_counted,
    "words": _words,
    "methods": _methods,
    "schedules": _schedules,
    "inits": _inits,
    "data_sets": _data_sets,
    "version": _version,
    "libraries": _libraries,
}


# ── the window ────────────────────────────────────────────────────────────────────────────────


class Help(QDialog):
    """The pages beside their list; stays open beside the work."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._theme = window.looks.theme
        self.setObjectName("help")
        self.setAccessibleName("Help")
        self.setWindowTitle("Help – Graph Explorer")
        self.resize(900, 640)
        self.list = QListWidget()
        self.list.setObjectName("help_pages")
        self.list.setAccessibleName("Pages")
        self.list.addItems(list(PAGES.values()))
        self.list.setSpacing(3)
        self.list.setFixedWidth(self.fontMetrics().horizontalAdvance("The program language") + 48)
        self.text = QTextBrowser()
        self.text.setObjectName("help_text")
        self.text.setAccessibleName("Page")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow_link)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        column = QVBoxLayout()
        column.addWidget(self.text)
        row.addLayout(column, 1)
        self.list.currentRowChanged.connect(self._show_row)
        window.session.follow(self.show_state)

    @classmethod
    def open_page(cls, window: Window, name: str) -> Help:
        """Shows the help of a window at a page; there is one help for each window."""
        found = window.findChild(cls, "help")
        dialog = found if isinstance(found, cls) else cls(window)
        dialog.list.setCurrentRow(list(PAGES).index(name))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.text.setFocus(Qt.FocusReason.OtherFocusReason)
        return dialog

    def show_state(self, before: State, now: State) -> None:
        if now.theme != self._theme:
            self._theme = now.theme
            self._show_row(self.list.currentRow())

    def _show_row(self, row: int) -> None:
        if not 0 <= row < len(PAGES):
            return
        document = QTextDocument(self.text)
        document.setDocumentMargin(22)
        markdown.show(document, page(list(PAGES)[row]), self.font(), theme(self._theme))
        self.text.setDocument(document)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow_link(self, link: QUrl) -> None:
        QDesktopServices.openUrl(link)
