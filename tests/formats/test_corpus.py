"""Good files open, run, check and come back; broken ones are refused with the sentence of the table."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from graph_explorer import formats
from graph_explorer.document import run
from graph_explorer.engine.check import check
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import toml

CORPUS = Path(__file__).parent.parent / "corpus"
GOOD = sorted((CORPUS / "good").glob("*.toml"))
BROKEN = sorted((CORPUS / "broken").glob("*.toml"))
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_opens_runs_and_comes_back(path: Path, tmp_path: Path) -> None:
    document = formats.open_document(path)
    trace = run(document)
    assert all(entry.agrees for entry in check(trace, document.leaves))
    formats.save_document(document, tmp_path / path.name)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    again = run(formats.open_document(tmp_path / path.name))
    assert again.value(again.output).tolist() == trace.value(trace.output).tolist()


def test_every_broken_file_has_its_sentence() -> None:
    assert {path.stem for path in BROKEN} == set(EXPECTED)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_its_sentence(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(formats.open_document(path))
    assert str(caught.value) == f"{path}{EXPECTED[path.stem]}"


def test_the_place_of_a_mistake_in_the_program_is_that_in_the_file() -> None:
    text = 'title = "x"\n\nprogram = """\na = w*2\nL = a*q\n"""\n[parameters]\nw = 1\n'
    with pytest.raises(InputError) as caught:
        toml.parse(text, Path("f.toml"))
    assert (caught.value.line, caught.value.column) == (5, 7)
    with pytest.raises(InputError) as caught:
        toml.parse('program = "L = w*q"\n[parameters]\nw = 1\n', Path("f.toml"))
    assert (caught.value.line, caught.value.column) == (1, 18)
