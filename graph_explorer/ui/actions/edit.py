"""What changes the document, or copies from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Action

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


def _is_opened(window: Window) -> bool:
    document = window.session.state.document
    return document is not None and bool(document.opened_around(window.session.state.selection))


EDIT = (
    Action(id="edit.undo", text="Undo", hint="Take back the last change of the document", menu="Edit",
           icon="undo", keys=("Ctrl+Z",), enabled=lambda s: s.undo.canUndo(),
           act=lambda w: w.session.undo.undo()),
    Action(id="edit.redo", text="Redo", hint="Make the change again", menu="Edit", icon="redo",
           keys=("Ctrl+Shift+Z", "Ctrl+Y"), enabled=lambda s: s.undo.canRedo(),
           act=lambda w: w.session.undo.redo()),
    Action(id="edit.copy_value", text="Copy value", hint="Copy the value of the selected node as text",
           menu="Edit", section=1, icon="copy", keys=("Ctrl+Shift+C",), enabled=when.selected,
           act=lambda w: w.copy("value")),
    Action(id="edit.copy_gradient", text="Copy gradient",
           hint="Copy the gradient of the selected node as text", menu="Edit", section=1,
           keys=("Ctrl+Shift+G",), enabled=when.reached, act=lambda w: w.copy("gradient")),
    Action(id="edit.parts", text="Open up into parts", menu="Edit", section=1, keys=("Ctrl+Shift+O",),
           hint="Show the cells, gates or heads that the selected node is made of, or close them again",
           enabled=when.has_parts, checked=_is_opened,
           act=lambda w: w.session.toggle_parts(w.session.state.selection)),
    Action(id="edit.commands", text="Command palette …", hint="Find any command by a few letters",
           menu="Edit", section=2, icon="commands", keys=("Ctrl+K", "Ctrl+Shift+P"),
           act=lambda w: w.open_palette()),
)  # fmt: skip
