"""Bundled examples for the tests of training, and epochs of them."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.ui.session import Session


def lesson(name: str, **training: Any) -> Document:
    """An example, with these settings of its training changed."""
    document = open_document(resolve(name))
    return document.with_training({**document.training, **training}) if training else document


def train(session: Session, document: Document, epochs: int, qtbot: QtBot) -> None:
    """Shows a document, trained for so many epochs."""
    session.show(document)
    for _ in range(epochs):
        session.trainer.epoch()
        qtbot.waitUntil(lambda: not session.jobs.busy("training"), timeout=20000)
