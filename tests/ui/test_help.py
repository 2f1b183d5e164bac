"""The help: every page exists, and what a table knows is on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.cli import COMMANDS, parser
from graph_explorer.engine.coverage import OPAQUE, REPLACED
from graph_explorer.engine.health import BOUNDS, KINDS
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.query import FLAGS, STATISTICS
from graph_explorer.engine.query import KEYS as PROPERTIES
from graph_explorer.engine.words import SAME, WORDS
from graph_explorer.formats.toml import KEYS
from graph_explorer.formats.values import FORMS, INITS
from graph_explorer.ui.actions import ACTIONS
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.help import _MADE, PAGES, Help, page
from graph_explorer.ui.window import Window

each = pytest.mark.parametrize("name", PAGES)


@pytest.fixture
def told(qapp: object) -> str:
    """All that the help and the README say."""
    readme = Path(__file__).parents[2] / "README.md"
    return "\n".join([*map(page, PAGES), readme.read_text("utf-8")])


@each
def test_page_is_whole(qtbot: QtBot, name: str) -> None:
    text = page(name)
    assert text.startswith("# ")
    assert not any(f"{{{mark}}}" in text for mark in _MADE)
    tables = [block.splitlines() for block in text.split("\n\n") if block.lstrip().startswith("|")]
    for table in tables:
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table}
        assert len(columns) == 1, table[0]


def test_every_key_is_listed(qtbot: QtBot) -> None:
    text = page("keys")
    for action in ACTIONS:
        for keys in action.keys:
            assert f"`{keys}`" in text, action.id


def test_every_entry_of_a_menu_that_is_named_is_there(told: str) -> None:
    paths = [(*action.menu.split("/"), action.text.strip(" …")) for action in ACTIONS]
    entries = {path[:count] for path in paths for count in range(2, len(path) + 1)}
    menus = "|".join({path[0] for path in paths})
    named = re.findall(rf"\*(({menus})(?: [›→] |, )[^*]+)\*", " ".join(told.split()))
    found = {tuple(part.strip(" …") for part in re.split("[›→,]", text)) for text, _ in named}
    assert len(found) > 10
    assert found <= entries


def test_every_command_line_is_understood(told: str) -> None:
    lines = re.findall(r"^graph-explorer ([a-z]+ .*?)(?:  #.*)?$", told, re.M)
    commands = [shlex.split(line) for line in lines]
    assert {"run", "train", "sweep", "surface"} <= {words[0] for words in commands} <= set(COMMANDS)
    for words in commands:
        assert parser().parse_args(words).command == words[0]


def test_every_operation_is_listed(qtbot: QtBot) -> None:
    text = page("operations")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert set(rows) == {*OPERATIONS, *OPAQUE, *REPLACED}
    for name, operation in OPERATIONS.items():
        assert ("| none | none: " in rows[name]) != operation.has_gradient
        assert operation.flat.replace("_", "\\_") in rows[name]
    assert f"{len(OPERATIONS)} operators have a rule here" in text
    assert "by x: y (1 − y)" in rows["Sigmoid"]


def test_every_illness_bound_and_heat_is_explained(qtbot: QtBot) -> None:
    text = page("health")
    for kind in KINDS.values():
        assert f"| {kind.title} | {kind.helps} |" in text
    for bound in BOUNDS.values():
        assert f"| {bound.value:g} | {bound.reason} |" in text
    for heat in HEATS.values():
        assert f"- **{heat.title}**: " in text


def test_every_word_key_and_spelling_is_explained(qtbot: QtBot) -> None:
    language, file_format = page("language"), page("file_format")
    for word in (*WORDS, *SAME):
        assert f"`{word}`" in language
    for key in KEYS[""]:
        assert re.search(rf"`\[?{key}\]?`", file_format), key
    for mark in FORMS:
        assert f"{{ {mark} = " in file_format
    for init in INITS:
        assert f"`{init}`" in file_format


def test_all_of_the_search_language_is_explained(qtbot: QtBot) -> None:
    text = page("finding")
    for word, meaning in {**PROPERTIES, **FLAGS, **STATISTICS}.items():
        assert f"- `{word}`: {meaning}" in text


@each
def test_opens_at_the_page(window: Window, name: str) -> None:
    dialog = Help.open_page(window, name)
    assert dialog.list.currentItem().text() == PAGES[name]
    title = page(name).splitlines()[0].lstrip("# ").strip()
    assert dialog.text.document().firstBlock().text() == title


def test_there_is_one_help(window: Window) -> None:
    first = Help.open_page(window, "keys")
    assert Help.open_page(window, "about") is first
    assert first.text.document().firstBlock().text().startswith("Graph Explorer")


def test_follows_the_theme(window: Window) -> None:
    dialog = Help.open_page(window, "language")
    colors = []
    for name in ("light", "dark"):
        window.looks.choose(name)
        blocks = dialog.text.document()
        code = next(b for k in range(blocks.blockCount())
                    if (b := blocks.findBlockByNumber(k)).text().startswith("z = w*x"))  # fmt: skip
        colors.append(code.blockFormat().background().color().name())
    assert colors[0] != colors[1]
