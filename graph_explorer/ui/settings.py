"""What the window remembers between two starts: recent files, theme, text size, geometry, layout.

The one rule: everything is kept through this one class; nobody else opens `QSettings`. What cannot be
read any more counts as not there.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

#: How many recent files are kept.
RECENT = 12
#: The theme that follows the system's light or dark appearance.
SYSTEM = "system"
#: Text sizes that can be chosen, as factors of the system's.
TEXT_SCALES = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Settings(QObject):
    """The remembered settings of one person on this machine."""

    #: the list of recent files has changed
    recent_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Graph Explorer", "graph-explorer"
        )

    def _text(self, key: str, default: str = "") -> str:
        found = self._store.value(key, default)
        return found if isinstance(found, str) else default

    def _bytes(self, key: str) -> QByteArray:
        found = self._store.value(key)
        return found if isinstance(found, QByteArray) else QByteArray()

    # ── recent files ──────────────────────────────────────────────────────────────────────────

    @property
    def recent(self) -> tuple[Path, ...]:
        """Files opened or saved lately that still exist, the latest first."""
        found = self._store.value("recent", [])
        names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return tuple(path for path in map(Path, names) if path.is_file())

    def remember(self, path: Path) -> None:
        """Puts `path` first among the recent files."""
        path = path.resolve()
        before = self.recent
        if before[:1] == (path,):
            return
        kept = [path, *(other for other in before if other != path)][:RECENT]
        self._store.setValue("recent", [str(other) for other in kept])
        self.folder = path.parent
        self.recent_changed.emit()

    def forget_recent(self) -> None:
        """Empties the list of recent files."""
        self._store.remove("recent")
        self.recent_changed.emit()

    @property
    def folder(self) -> Path:
        """Where file dialogs begin."""
        path = Path(self._text("folder"))
        return path if path.is_absolute() and path.is_dir() else Path.home()

    @folder.setter
    def folder(self, path: Path) -> None:
        self._store.setValue("folder", str(path))

    # ── looks ─────────────────────────────────────────────────────────────────────────────────

    @property
    def theme(self) -> str:
        """The name of a theme, or `SYSTEM`."""
        return self._text("theme", SYSTEM)

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def text_scale(self) -> float:
        """One of `TEXT_SCALES`."""
        try:
            found = float(self._text("text_scale", "1.0"))
        except ValueError:
            return 1.0
        return found if found in TEXT_SCALES else 1.0

    @text_scale.setter
    def text_scale(self, factor: float) -> None:
        self._store.setValue("text_scale", str(factor))

    @property
    def motion(self) -> bool:
        """Whether pictures may move."""
        return self._text("motion", "yes") != "no"

    @motion.setter
    def motion(self, moves: bool) -> None:
        self._store.setValue("motion", "yes" if moves else "no")

    @property
    def geometry(self) -> QByteArray:
        """Size and place of the window, as Qt saves them."""
        return self._bytes("geometry")

    @geometry.setter
    def geometry(self, state: QByteArray) -> None:
        self._store.setValue("geometry", state)

    @property
    def layout(self) -> QByteArray:
        """Places of the panels, as Qt saves them."""
        return self._bytes("layout")

    @layout.setter
    def layout(self, state: QByteArray) -> None:
        self._store.setValue("layout", state)
