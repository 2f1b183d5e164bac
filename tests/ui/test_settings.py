"""What is remembered comes back, and what cannot be read counts as not there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from graph_explorer.ui.settings import RECENT, SYSTEM, Settings


def make(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{k}.toml" for k in range(count)]
    for path in paths:
        path.write_text("x", encoding="utf-8")
    return paths


def test_first_start(settings: Settings) -> None:
    assert settings.recent == ()
    assert settings.theme == SYSTEM
    assert settings.text_scale == 1.0
    assert settings.motion
    assert settings.geometry.isEmpty()
    assert settings.folder == Path.home()


def test_latest_file_comes_first(settings: Settings, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = make(tmp_path, 2)
    with qtbot.waitSignal(settings.recent_changed):
        settings.remember(first)
    settings.remember(second)
    assert settings.recent == (second, first)
    settings.remember(first)
    assert settings.recent == (first, second)
    assert settings.folder == tmp_path


def test_only_so_many(settings: Settings, tmp_path: Path) -> None:
    paths = make(tmp_path, RECENT + 3)
    for path in paths:
        settings.remember(path)
    assert settings.recent == tuple(reversed(paths))[:RECENT]


def test_lost_files_are_not_listed(settings: Settings, tmp_path: Path) -> None:
    first, second = make(tmp_path, 2)
    settings.remember(first)
    settings.remember(second)
    second.unlink()
    assert settings.recent == (first,)


def test_forgetting(settings: Settings, tmp_path: Path) -> None:
    settings.remember(make(tmp_path, 1)[0])
    settings.forget_recent()
    assert settings.recent == ()


def test_all_comes_back(settings: Settings, tmp_path: Path) -> None:
    settings.theme, settings.text_scale, settings.motion = "dark", 1.5, False
    settings.geometry, settings.layout = QByteArray(b"\x01\x02"), QByteArray(b"\x03")
    settings.remember(make(tmp_path, 1)[0])
    again = Settings()
    assert (again.theme, again.text_scale, again.motion) == ("dark", 1.5, False)
    assert (again.geometry, again.layout) == (QByteArray(b"\x01\x02"), QByteArray(b"\x03"))
    assert again.recent == settings.recent


def test_nonsense_counts_as_nothing(settings: Settings) -> None:
    store = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Graph Explorer", "graph-explorer"
    )
    for key in ("text_scale", "geometry", "layout", "recent", "folder"):
        store.setValue(key, "nonsense")
    store.sync()
    again = Settings()
    assert again.text_scale == 1.0
    assert again.geometry.isEmpty()
    assert again.recent == ()
    assert again.folder == Path.home()
