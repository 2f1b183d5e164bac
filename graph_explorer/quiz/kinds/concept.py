"""Questions on concepts, written in files: one file a theme, in `resources/quiz`.

The one rule: a question in a file has one right option, and each wrong one says which mistake leads to
it; the file names the sources against which its statements were checked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.paths import RESOURCES
from graph_explorer.quiz.kinds.kind import Kind
from graph_explorer.quiz.question import LEVELS, Level, Misconception, Question
from graph_explorer.quiz.source import Source

_THEME_KEYS = ("theme", "sources", "question")
_QUESTION_KEYS = ("id", "level", "text", "answer", "wrong", "explanation", "hints", "link", "source")
_WRONG_KEYS = ("option", "says")


@dataclass(frozen=True)
class Concept:
    """A question of a file: `wrong` are the other options with the mistake that each stands for."""

    identifier: str
    theme: str
    level: Level
    text: str
    answer: str
    wrong: tuple[Misconception, ...]
    explanation: str
    hints: tuple[str, ...]
    link: str
    source: str


@cache
def concepts() -> tuple[Concept, ...]:
    """All questions of all files, in the order of the files."""
    files = sorted((RESOURCES / "quiz").glob("*.toml"))
    return tuple(concept for path in files for concept in read_theme(path))


def read_theme(path: Path) -> tuple[Concept, ...]:
    """The questions of one file. Raises `InputError` with the file and the question's id."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the file of questions cannot be read: {error}", source=str(path)) from None
    _known(path, "", table, _THEME_KEYS)
    sources = table.get("sources", {})
    return tuple(_concept(path, str(table["theme"]), sources, row) for row in table.get("question", []))


def _known(path: Path, where: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise InputError(f"unknown key '{key}'{where}; {nearest(key, keys)}", source=str(path))


def _concept(path: Path, theme: str, sources: Mapping[str, str], row: Mapping[str, Any]) -> Concept:
    where = f" in the question '{row.get('id', '?')}'"
    _known(path, where, row, _QUESTION_KEYS)
    missing = next((key for key in _QUESTION_KEYS if key not in row), None)
    if missing:
        raise InputError(f"there is no '{missing}'{where}; add it", source=str(path))
    if row["level"] not in LEVELS:
        raise InputError(
            f"no level '{row['level']}'{where}; {nearest(row['level'], LEVELS)}", source=str(path)
        )
    if row["source"] not in sources:
        raise InputError(
            f"no source '{row['source']}'{where}; {nearest(row['source'], sources)}", source=str(path)
        )
    for wrong in row["wrong"]:
        _known(path, where, wrong, _WRONG_KEYS)
    return Concept(
        identifier=row["id"],
        theme=theme,
        level=row["level"],
        text=row["text"].strip(),
        answer=row["answer"],
        wrong=tuple(Misconception(wrong["option"], wrong["says"]) for wrong in row["wrong"]),
        explanation=row["explanation"].strip(),
        hints=tuple(row["hints"]),
        link=row["link"],
        source=sources[row["source"]],
    )


def concept(source: Source, random: Random) -> Question | None:
    """One of the questions of the files, its options shuffled."""
    found = random.choice(concepts()) if concepts() else None
    return None if found is None else question_of(found, random)


def question_of(found: Concept, random: Random) -> Question:
    """The question that a file's question asks, its options in an order of chance."""
    options = [found.answer, *(str(wrong.answer) for wrong in found.wrong)]
    random.shuffle(options)
    return Question(
        kind="concept",
        level=found.level,
        concept=found.theme,
        text=found.text,
        form="choice",
        options=tuple(options),
        answer=found.answer,
        hints=found.hints,
        explanation=found.explanation,
        misconceptions=found.wrong,
        link=found.link,
    )


KINDS = (Kind("concept", "Concepts", "all themes", LEVELS, concept),)
