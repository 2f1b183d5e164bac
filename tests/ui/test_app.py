"""Starting: the window first, everything else later; and one sentence where there can be none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.ui import app
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.ask import Unsaved
from graph_explorer.ui.window import Window
from tests.formats.onnx.models import model, node, open_value

START = "import sys; from graph_explorer.ui.app import main; sys.exit(main())"
#: What may not be loaded before the first paint.
HEAVY = (
    "numpy",
    "networkx",
    "pyqtgraph",
    "tomlkit",
    "ziamath",
    "graph_explorer.engine.run",
    "graph_explorer.document",
)


@pytest.fixture(autouse=True)
def settings_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def start(code: str = START, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there a program can lack a display")
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ":987"},
        {"DISPLAY": "nonsense"},
        {"WAYLAND_DISPLAY": "no-such"},
        {"QT_QPA_PLATFORM": "none"},
    ],
    ids=["nothing set", "no such server", "no such name", "no such socket", "no such platform"],
)
def test_without_a_display_it_says_what_to_do(environment: dict[str, str]) -> None:
    done = start(**environment)
    assert done.returncode == 0
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("graph-explorer: ")
    for call in ("graph-explorer render", "graph-explorer run", "graph-explorer steps"):
        assert call in lines[0]


def test_without_the_libraries_of_qt_it_says_what_to_do() -> None:
    broken = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('PySide6'):\n"
        "            raise ImportError('libEGL.so.1: cannot open shared object file')\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    done = start(broken + START, DISPLAY=":0")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "libEGL.so.1" in done.stderr
    assert "graph-explorer render" in done.stderr


def test_trouble_only_where_there_is_none_to_be_seen() -> None:
    assert app.trouble("linux", {}) != ""
    assert app.trouble("linux", {"DISPLAY": ":0"}) == ""
    assert app.trouble("linux", {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}) == ""
    assert app.trouble("linux", {"WAYLAND_DISPLAY": "/run/user/1/wayland-0"}) == ""
    assert "XDG_RUNTIME_DIR" in app.trouble("linux", {"WAYLAND_DISPLAY": "wayland-0"})
    assert app.trouble("linux", {"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert app.trouble("darwin", {}) == ""
    assert app.trouble("win32", {}) == ""


def test_nothing_heavy_before_the_first_paint() -> None:
    code = (
        "import sys\n"
        "from graph_explorer.__main__ import main\n"
        "from graph_explorer.ui import app\n"
        "def look(window, *_):\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], window.isVisible())\n"
        "    window.close()\n"
        "app.furnish = look\n"
        "sys.argv = ['graph-explorer']\n"
        "main()\n"
    )
    done = start(code, QT_QPA_PLATFORM="offscreen")
    assert done.stdout.strip() == "[] True", done.stderr


def make(settings: Settings, qtbot: QtBot) -> Window:
    window = Window(settings)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_opens_on_the_start_page(settings: Settings, qtbot: QtBot) -> None:
    window = make(settings, qtbot)
    app.furnish(window)
    assert window.pages.currentWidget() is window.start
    assert window.start.isVisible()
    qtbot.waitUntil(lambda: window._bench is not None)
    window.close()
    window.deleteLater()


def test_opens_on_a_file(settings: Settings, qtbot: QtBot, neuron_file: Path) -> None:
    window = make(settings, qtbot)
    app.furnish(window, neuron_file)
    assert window.session.state.document.path == neuron_file
    assert window.pages.currentWidget() is window.bench
    window.close()
    window.deleteLater()


def test_a_file_that_cannot_be_opened_leads_to_the_start_page(
    settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make(settings, qtbot)
    app.furnish(window, tmp_path / "missing.toml")
    assert window.start.isVisible()
    assert "no such file" in window.session.state.message
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("good", [True, False])
def test_the_start_page_comes_before_no_model(
    good: bool, settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    made = model([node("Relu", "x", "y")], [open_value("x", 2)])
    path.write_bytes(made.SerializeToString() if good else b"damaged")
    window = make(settings, qtbot)
    window.start.hide()
    app.furnish(window, path)
    assert window.session.jobs.busy("open")
    assert not window.start.isVisible()
    qtbot.waitUntil(lambda: not window.session.jobs.busy("open"))
    qtbot.waitUntil(lambda: window.start.isVisible() is not good)
    assert (window.session.state.document is not None) is good
    assert ("this is no ONNX model" in window.session.state.message) is not good
    window.close()
    window.deleteLater()


def test_a_damaged_layout_does_no_harm(
    settings: Settings, qtbot: QtBot, neuron_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Unsaved, "ask", lambda *_: "discard")
    settings.layout = settings.geometry = b"damaged"  # type: ignore[assignment]
    window = make(settings, qtbot)
    app.furnish(window, neuron_file)
    assert window.bench.docks["inspector"].isVisible()
    window.close()
    window.deleteLater()


def test_preparing_lets_what_was_asked_for_go_first(settings: Settings, qtbot: QtBot) -> None:
    window = make(settings, qtbot)
    app.furnish(window)
    qtbot.waitUntil(lambda: window._bench is not None, timeout=20_000)
    let, done = threading.Event(), []
    window.session.jobs.start("open", "Opening", lambda _: let.wait(), done.append, window.session.fail)
    qtbot.waitUntil(lambda: not window._spare_time.isActive())
    assert not done
    let.set()
    qtbot.waitUntil(lambda: bool(done))
    qtbot.waitUntil(lambda: window._interrupted is False)
    window.close()
    assert not window._spare_time.isActive()
    window.deleteLater()
