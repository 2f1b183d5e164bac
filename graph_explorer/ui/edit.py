"""One change of the document that can be undone.

The one rule: the old document and the new one are both kept; undoing shows the old one again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from graph_explorer.document import Document

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


class Edit(QUndoCommand):
    """Shows `after` in place of `before`; edits with the same `merge` are undone together."""

    def __init__(self, session: Session, text: str, before: Document, after: Document, merge: str) -> None:
        super().__init__(text)
        self.session, self.before, self.after, self.merge = session, before, after, merge

    def id(self) -> int:
        return hash(self.merge) & 0x7FFFFFFF if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other.merge != self.merge:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        self.session.put(self.after)

    def undo(self) -> None:
        self.session.put(self.before)
