"""Files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.files import replacing


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("old")
    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError("half of it"), OSError(28, "No space left on device")])
def test_what_was_not_completed_leaves_nothing_behind(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise error

    with pytest.raises(ValueError, match=r"half of it|No space left"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for path, reason in ((tmp_path / "none" / "a", "No such file"), (file / "a", "Not a directory")):
        with pytest.raises(InputError) as found, replacing(path, "it cannot be kept") as part:
            part.write_text("")
        assert str(found.value).startswith(f"{path}: it cannot be kept: {reason}")
        assert str(found.value).endswith("; choose another place")
