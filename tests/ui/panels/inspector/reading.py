"""What stands in the inspector, and how to press what is in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.rows import Rows

Show = Callable[[type[Inspector]], Inspector]


def end(session: Session) -> None:
    assert session.state.trace is not None
    session.seek(session.state.trace.length)


def formula(inspector: QWidget, name: str) -> str:
    view = inspector.findChild(FormulaView, name)
    assert view is not None
    return view.text if view.isVisible() else ""


def rows(inspector: QWidget, name: str) -> list[tuple[str, str, str, str]]:
    found = inspector.findChild(Rows, name)
    assert found is not None
    return [(row.sign, row.label, row.detail, row.number) for row in found.rows] if found.isVisible() else []


def press(inspector: QWidget, name: str) -> None:
    button = inspector.findChild(QPushButton, name)
    assert button is not None
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
