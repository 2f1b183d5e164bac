"""One sentence at the top, and the work that takes a while, with Cancel."""

from __future__ import annotations

import threading

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.engine.errors import InputError
from graph_explorer.ui.jobs import Checkpoint
from graph_explorer.ui.widgets.messages import Message, Work
from graph_explorer.ui.window import Window


def found(window: Window) -> tuple[Message, Work]:
    message, work = window.findChild(Message), window.findChild(Work)
    assert isinstance(message, Message)
    assert isinstance(work, Work)
    return message, work


def test_a_sentence_is_shown_and_closed(window: Window, qtbot: QtBot) -> None:
    message, _ = found(window)
    assert not message.isVisible()
    window.session.say("The file cannot be read: it is a folder.")
    assert message.isVisible()
    assert message.sentence.text() == "The file cannot be read: it is a folder."
    shut = message.findChild(QToolButton, "close_message")
    qtbot.mouseClick(shut, Qt.MouseButton.LeftButton)
    assert not message.isVisible()
    assert window.session.state.message == ""


def test_a_long_sentence_is_not_cut(window: Window) -> None:
    message, _ = found(window)
    window.resize(700, 500)
    window.session.say("word " * 80)
    qtbot_room = message.sentence.heightForWidth(message.sentence.width())
    window.layout().activate()
    assert message.sentence.height() >= qtbot_room or message.heightForWidth(message.width()) > 40


class Slow:
    """Work that waits until it is let go, and reports half of it done."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.stopped = False

    def __call__(self, checkpoint: Checkpoint) -> str:
        try:
            while not self.go.wait(0.01):
                checkpoint(0.5)
        except Exception:
            self.stopped = True
            raise
        return "done"


def test_slow_work_is_shown_with_its_progress(window: Window, qtbot: QtBot) -> None:
    _, work = found(window)
    slow, results = Slow(), []
    window.session.jobs.start("test", "Drawing", slow, results.append, lambda error: None)
    assert not work.isVisible(), "what is quick is not shown"
    qtbot.waitUntil(work.isVisible)
    qtbot.waitUntil(lambda: work.findChild(QProgressBar).value() == 50)
    slow.go.set()
    qtbot.waitUntil(lambda: not work.isVisible())
    assert results == ["done"]


def test_cancel_stops_the_work(window: Window, qtbot: QtBot) -> None:
    _, work = found(window)
    slow, results = Slow(), []
    window.session.jobs.start("test", "Drawing", slow, results.append, lambda error: None)
    qtbot.waitUntil(work.isVisible)
    qtbot.mouseClick(work.findChild(QPushButton, "cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: slow.stopped)
    qtbot.waitUntil(lambda: not work.isVisible())
    assert results == []


def test_failed_work_says_why(window: Window, qtbot: QtBot) -> None:
    message, _ = found(window)

    def fail(checkpoint: Checkpoint) -> None:
        raise InputError("the grid is too fine; ask for fewer points")

    window.session.jobs.start(
        "test", "Drawing", fail, lambda result: None, lambda error: window.session.say(str(error))
    )
    qtbot.waitUntil(message.isVisible)
    assert message.sentence.text() == "the grid is too fine; ask for fewer points"


def test_work_under_way_moves_nothing_and_covers_no_tool(window: Window, qtbot: QtBot) -> None:
    _, work = found(window)
    window.resize(1280, 800)
    window.session.show(parse("L = w*x", {"x": 1.0}, {"w": 2.0}))
    qtbot.waitUntil(lambda: not window.session.jobs.busy())
    middle = window.bench.middle
    place = middle.mapTo(window, QPoint()), middle.size()
    slow = Slow()
    window.session.jobs.start("test", "Drawing", slow, lambda result: None, lambda error: None)
    qtbot.waitUntil(work.isVisible)
    assert (middle.mapTo(window, QPoint()), middle.size()) == place
    over = work.geometry()
    for button in window.bench.bar.findChildren(QToolButton):
        if button.isVisible():
            corner = button.mapTo(window.pages, QPoint())
            assert not over.intersects(QRect(corner, button.size())), button.accessibleName()
    assert over.bottom() <= window.bench.bar.height()
    window.resize(900, 600)
    assert work.x() >= 0
    assert work.geometry().right() < window.pages.width()
    slow.go.set()
    qtbot.waitUntil(lambda: not work.isVisible())
