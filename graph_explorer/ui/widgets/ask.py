"""Questions that stop the work until they are answered.

The one rule: each is a class with one class method `ask`, so that a test can answer in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

Answer = Literal["save", "discard", "cancel"]


class WhichFile:
    """Which file to open."""

    @classmethod
    def ask(cls, parent: QWidget, folder: Path, filters: Sequence[str]) -> Path | None:
        """The chosen file, or None; `filters` read like `Documents (*.toml)`."""
        name, _ = QFileDialog.getOpenFileName(parent, "Open", str(folder), ";;".join(filters))
        return Path(name) if name else None


class WhichFiles:
    """Which files to read."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, folder: Path, filters: Sequence[str]) -> tuple[Path, ...]:
        """The chosen files, none if it was cancelled."""
        names, _ = QFileDialog.getOpenFileNames(parent, title, str(folder), ";;".join(filters))
        return tuple(map(Path, names))


class WhatName:
    """A name."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, label: str) -> str:
        """What was typed, "" if it was cancelled."""
        text, agreed = QInputDialog.getText(parent, title, label)
        return text.strip() if agreed else ""


class Sure:
    """Whether something that cannot be taken back is to be done."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, text: str) -> bool:
        buttons = QMessageBox.StandardButton
        asked = buttons.Yes | buttons.Cancel
        return QMessageBox.question(parent, title, text, asked, buttons.Cancel) == buttons.Yes


class WhereTo:
    """Where to write a file."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, start: Path, filters: Sequence[str]) -> Path | None:
        """The chosen path, with the suffix of the chosen filter if none was typed; or None."""
        name, chosen = QFileDialog.getSaveFileName(parent, title, str(start), ";;".join(filters))
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(chosen.partition("*")[2].rstrip(") ").split(" ")[0])


class Unsaved:
    """Whether changes are to be saved."""

    @classmethod
    def ask(cls, parent: QWidget, name: str) -> Answer:
        """What to do with the changes of the document called `name`."""
        box = QMessageBox(parent)
        box.setObjectName("unsaved")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"“{name}” has changes that are not saved.")
        box.setInformativeText("Without saving they are lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        found = box.exec()
        box.deleteLater()
        answers: dict[int, Answer] = {buttons.Save.value: "save", buttons.Discard.value: "discard"}
        return answers.get(found, "cancel")
