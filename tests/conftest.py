"""What holds for every test: no log line, no thread, timer, animation or widget is left behind.

Python warnings and Qt warnings fail a test by the settings in pyproject.toml; here is the rest.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# how long an example takes says more about the machine than about the code
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

#: What Qt's offscreen platform says of itself; no window manager, no complaint of ours.
_OFFSCREEN = "This plugin does not support"


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("pytest-qt"):
        config.addinivalue_line("qt_log_ignore", _OFFSCREEN)


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_log_lines() -> Iterator[None]:
    """Fails a test that logs a warning or worse."""
    handler = _Lines()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    assert not handler.lines, f"unexpected log lines: {handler.lines}"


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fails a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + 2
    while (left := _running(before)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not left, f"threads left: {[thread.name for thread in left]}"


def _running(before: set[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]


@pytest.fixture(autouse=True)
def nothing_of_qt_left(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fails a test that leaves a widget, a timer or an animation; settings go to a folder of its own."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("qapp")
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(tmp_path / "config"))
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    _delete_later()
    left = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in before]
    moving = _moving()
    for widget in left:  # so that only this test fails
        widget.hide()
        widget.deleteLater()
    _delete_later()
    assert not left, f"widgets left: {left}"
    assert not moving, f"timers or animations left: {moving}"


def _delete_later() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _moving() -> list[str]:
    """Timers and animations of ours that still run."""
    from PySide6.QtCore import QAbstractAnimation, QTimer
    from shiboken6 import isValid

    gc.unfreeze()  # what a program in its own process sets aside is looked through here
    gc.collect()
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, QTimer) and isValid(thing) and thing.isActive():
            found.append(f"{thing} every {thing.interval()} ms")
        running = isinstance(thing, QAbstractAnimation) and isValid(thing)
        if running and thing.state() is QAbstractAnimation.State.Running:
            found.append(str(thing))
    return found


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return [sys.argv[0]]
