"""The network file: every form of value, what is kept when it is written again, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer import formats
from graph_explorer.document import Document, Entry, parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import toml, toml_write
from graph_explorer.formats.values import INITS, MAX_ELEMENTS

FILE = '''# what I know of neurons
title = "One neuron"
description = "Markdown, *shown* beside the graph."
program = """
z = w*x + b              # the weighted sum
L = 0.5*(y - z)**2
"""
output = "L"

[inputs]                 # data
y = 1.0                  # the target
x = 1.5

[parameters]
w = { shape = [], init = "normal", seed = 3 }
b = -0.2                 # the bias

[surface]
axes = ["w", "b"]
window = [-4, 4, -3, 3]
minima = [[1.0, 2.0]]
start = [-3.0, 2.5]

[training]
epochs = 5
'''


def valued(spelling: str, folder: Path, dtype: str = "float64") -> np.ndarray:
    """The array that a spelling means in a file of `folder`."""
    text = f'dtype = "{dtype}"\nprogram = "L = sum(v)"\n[parameters]\nv = {spelling}\n'
    return toml.parse(text, folder / "a.toml").entry("v").array


def test_all_of_a_file_is_read() -> None:
    document = toml.parse(FILE)
    assert (document.title, document.output_name) == ("One neuron", "L")
    assert list(document.inputs) == ["y", "x"]
    assert document.surface is not None
    assert document.surface.axes == ("w", "b")
    assert document.surface.window == (-4, 4, -3, 3)
    assert document.surface.minima == ((1.0, 2.0),)
    assert document.surface.start == (-3.0, 2.5)
    assert document.training["epochs"] == 5
    assert document.graph.node("z").caption == "the weighted sum"
    assert run(document).has_gradient("w")


VALUES = [
    ("1", 1.0), ("-2.5", -2.5), ("inf", np.inf), ("1e3", 1000.0), ("[1, 2.5]", [1, 2.5]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), ("{ shape = [2, 3] }", np.zeros((2, 3))), ("[]", []),
    ("{ shape = [2], init = 'ones', scale = 0.5 }", [0.5, 0.5]), ("{ value = [1, 2] }", [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "expected"), VALUES)
def test_a_spelling_is_an_array(spelling: str, expected: object, tmp_path: Path) -> None:
    for dtype in ("float64", "float32"):
        array = valued(spelling, tmp_path, dtype)
        assert array.dtype == dtype
        np.testing.assert_array_equal(array, np.asarray(expected, dtype))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int32", "bool"])
def test_a_value_may_have_a_type_of_its_own(dtype: str, tmp_path: Path) -> None:
    assert valued(f"{{ value = [0, 1], dtype = '{dtype}' }}", tmp_path).dtype == dtype


@pytest.mark.parametrize("init", INITS)
def test_inits_repeat_with_their_seed(init: str, tmp_path: Path) -> None:
    def made(seed: int) -> np.ndarray:
        return valued(f"{{ shape = [40, 30], init = '{init}', seed = {seed} }}", tmp_path)

    np.testing.assert_array_equal(made(1), made(1))
    assert made(1).shape == (40, 30)
    if init not in ("zeros", "ones"):
        assert not np.array_equal(made(1), made(2))


SPREADS = {
    "uniform": 1 / np.sqrt(3), "normal": 1.0, "glorot_uniform": np.sqrt(2 / 500),
    "glorot_normal": np.sqrt(2 / 500),
    "he_uniform": np.sqrt(2 / 200), "he_normal": np.sqrt(2 / 200),
}  # fmt: skip


@pytest.mark.parametrize(("init", "spread"), SPREADS.items())
def test_inits_spread_as_published(init: str, spread: float, tmp_path: Path) -> None:
    array = valued(f"{{ shape = [200, 300], init = '{init}' }}", tmp_path)
    assert array.std() == pytest.approx(spread, rel=0.02)
    assert array.mean() == pytest.approx(0, abs=0.02 * spread)


def test_orthogonal_is(tmp_path: Path) -> None:
    array = valued("{ shape = [3, 5], init = 'orthogonal' }", tmp_path)
    np.testing.assert_allclose(array @ array.T, np.eye(3), atol=1e-12)


def test_arrays_come_from_files_beside_the_document(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3.0))
    np.savez(tmp_path / "b.npz", one=np.ones(2), two=np.eye(2))
    np.testing.assert_array_equal(valued("{ file = 'a.npy' }", tmp_path), [0, 1, 2])
    np.testing.assert_array_equal(valued("{ file = 'b.npz', key = 'two' }", tmp_path), np.eye(2))
    with pytest.raises(InputError, match="did you mean 'one'"):
        valued("{ file = 'b.npz', key = 'on' }", tmp_path)


def test_files_outside_the_folder_are_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    np.save(tmp_path / "out.npy", np.ones(2))
    (inner / "link.npy").symlink_to(tmp_path / "out.npy")
    for name in ("../out.npy", str(tmp_path / "out.npy"), "link.npy"):
        with pytest.raises(InputError, match="outside the document's folder"):
            valued(f"{{ file = '{name}' }}", inner)


def test_pickles_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "p.npz", p=np.array([print], dtype=object))
    for spelling in ("{ file = 'p.npy' }", "{ file = 'p.npz' }"):
        with pytest.raises(InputError, match="without pickles"):
            valued(spelling, tmp_path)


def test_a_file_that_is_no_array_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.npy", b""), ("b.npz", b"PK\x03\x04broken"), ("c.npy", b"\x93NUMPY\x01\x00zz")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="cannot be read"):
            valued(f"{{ file = '{name}' }}", tmp_path)


def test_huge_shapes_are_refused_before_they_are_made(tmp_path: Path) -> None:
    for shape in ([MAX_ELEMENTS + 1], [10**6, 10**6], [2**62, 4]):
        with pytest.raises(InputError, match="at most 50,000,000"):
            valued(f"{{ shape = {shape} }}", tmp_path)


def test_writing_what_was_read_changes_nothing() -> None:
    assert toml_write.write(toml.parse(FILE)) == FILE


def test_an_edit_changes_its_own_line_only() -> None:
    document = toml.parse(FILE).with_values({"b": 7.0})
    assert toml_write.write(document) == FILE.replace("b = -0.2 ", "b = 7.0 ")
    program = document.program.replace("0.5*", "0.25*")
    assert toml_write.write(document.with_program(program)) == FILE.replace("b = -0.2 ", "b = 7.0 ").replace(
        "0.5*", "0.25*"
    )


def test_a_random_value_that_was_edited_becomes_plain_numbers() -> None:
    again = toml.parse(toml_write.write(toml.parse(FILE).with_values({"w": 0.25})))
    assert again.entry("w") == Entry(np.asarray(0.25))


numbers = st.floats(allow_nan=False, width=64)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        numbers,
        st.lists(numbers, max_size=4),
        st.lists(st.lists(numbers, min_size=2, max_size=2), max_size=3),
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
)
def test_new_documents_come_back_as_they_were(value: object, title: str) -> None:
    document = parse("L = sum(v)  # a \"remark\" with \\\\ and '''", parameters={"v": value}, title=title)
    again = toml.parse(toml_write.write(document))
    np.testing.assert_array_equal(again.entry("v").array, document.entry("v").array)
    assert again.title == title
    assert again.program.strip() == document.program


def test_whole_numbers_keep_their_type() -> None:
    document = parse("L = sum(embedding(k, W))", {"k": np.array([0, 1])}, {"W": [[1.0], [2.0]]})
    assert toml.parse(toml_write.write(document)).entry("k").array.dtype == np.int64


def test_saving_replaces_the_old_file_only_when_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(FILE, encoding="utf-8")
    document = formats.open_document(path).with_values({"b": 7.0})

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(InputError, match="No space left on device; choose another place"):
            formats.save_document(document, path)
    assert path.read_text(encoding="utf-8") == FILE
    assert list(tmp_path.iterdir()) == [path]
    formats.save_document(document, path)
    assert formats.open_document(path).entry("b").array == 7
    assert list(tmp_path.iterdir()) == [path]


def test_unknown_kinds_of_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'\.txt' is no known kind of file; known: \.toml"):
        formats.open_document(tmp_path / "a.txt")


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "d.toml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        formats.open_document(tmp_path / "d.toml")


def read_or_refused(text: str) -> None:
    """Reads a file's text; a refusal has one line and its place."""
    refusal = ""
    try:
        document = toml.parse(text, Path("/nowhere/a.toml"))
        assert isinstance(document, Document)
    except InputError as error:
        refusal = str(error)
    assert "\n" not in refusal


PIECES = st.sampled_from(
    ['[inputs]', '[parameters]', '[surface]', '[training]', '[[inputs]]', '\n', '=', 'w', 'x', '1', 'inf',
     '[', ']', '{', '}', 'program', '"L = w"', '"""', "'", '.', ',', 'shape', 'init', 'file', 'data',
     "'digits'", 'rows', '[[1,2],[3]]', 'true', '1979-05-27', 'axes', "'random'", 'window', 'output',
     "'L[0]'", 'dtype', 'scale', 'nan', "'a'", 'value', '-1', '99999999999999999999']
)  # fmt: skip
LINES = st.sampled_from(
    ['program = "L = w"', '[parameters]', '[inputs]', 'w = 1', '[surface]', 'axes = ["w", "w"]',
     'window = [1]', 'w = { shape = [1] }', 'w = { shape = [-1] }', 'w = { shape = 3 }',
     "w = { data = 'digits' }", "x = 'a'", "w = { file = 'x.npy' }", 'w = { value = 1979-05-27 }',
     "w = { shape = [2], scale = 'a' }", 'minima = [1]', 'w = { shape = [1], seed = -1 }', 'w = [true, 1]',
     "output = 'q'", 'w = [[], [1]]', 'output = "w[a]"', "w = { value = [1, 'a'] }", 'w = { value = {} }',
     'axes = ["w[", "w]"]', 'start = []', 'w = { }', 'w = 99999999999999999999999999',
     'w = { shape = [2], init = [] }', 'w = { value = 1, dtype = [] }',
     "w = { value = nan, dtype = 'int64' }", 'w = [[1], 2]', 'inputs = 3', 'w.shape = [2]', 'w = 07:32:00']
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(LINES, max_size=6).map("\n".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(0, 4), st.text(max_size=3))
def test_any_damage_is_read_or_refused(at: int, lost: int, added: str) -> None:
    read_or_refused(FILE[:at] + added + FILE[at + lost :])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.toml"
        path.write_bytes(content)
        with pytest.raises(InputError):  # no such bytes hold a program
            formats.open_document(path)
