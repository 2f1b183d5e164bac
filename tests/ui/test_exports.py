"""Every row of the table of exports writes a file, from a document as from a window's state."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui.exports import EXPORTS, Export, export_of, filters
from graph_explorer.ui.session import State


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.suffix)
def test_every_row_writes_its_file(export: Export, tmp_path: Path, qapp: object) -> None:
    document = open_document(EXAMPLES / "neuron.toml")
    for number, source in enumerate((document, State(document=document))):
        path = tmp_path / f"{number}{export.suffix}"
        export.save(source, path)
        assert path.stat().st_size > 300


def test_suffixes_are_unique_and_known() -> None:
    assert len({export.suffix for export in EXPORTS}) == len(EXPORTS) == len(filters())
    assert all(export_of(Path(f"a{export.suffix.upper()}")) is export for export in EXPORTS)
    with pytest.raises(InputError, match=r"'a\.bmp' is no kind of picture; .*\.svg"):
        export_of(Path("a.bmp"))
