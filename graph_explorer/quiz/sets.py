"""Challenge sets: a teacher's choice of questions as a file, and the results that come back.

The one rule: a set names documents, kinds and seeds, never the questions themselves, so that it stays
short and its questions are always those that the program makes.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.quiz.asking import ask
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.question import LEVELS, Question
from graph_explorer.quiz.source import source

#: The suffix of a file with a challenge set, which is TOML inside.
SUFFIX = ".challenge"
#: So many questions one part may ask for.
MOST = 200
_KEYS = ("title", "minutes", "exam", "part")
_PART_KEYS = ("document", "kinds", "level", "seed", "count")


@dataclass(frozen=True)
class Part:
    """Questions from one document: an example's name, or a path beside the set's file."""

    document: str
    kinds: tuple[str, ...] = ()
    level: str = ""
    seed: int = 0
    count: int = 5


@dataclass(frozen=True)
class ChallengeSet:
    """A set: `minutes` 0 is without a limit; `exam` allows one try and no hints."""

    title: str
    parts: tuple[Part, ...]
    minutes: float = 0
    exam: bool = False
    path: Path | None = None

    def questions(self) -> tuple[Question, ...]:
        """All questions, part by part. Raises `InputError` where a document cannot be opened."""
        return tuple(question for part in self.parts for question in self._of(part))

    def _of(self, part: Part) -> tuple[Question, ...]:
        beside = self.path.parent / part.document if self.path is not None else None
        path = beside if beside is not None and beside.is_file() else resolve(part.document)
        link = "" if path == beside else part.document
        return ask(source(open_document(path), link), part.seed, part.count, part.level, part.kinds)


def read_set(path: Path) -> ChallengeSet:
    """The set in a file. Raises `InputError` naming the file and what is wrong in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", source=str(path)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not valid TOML: {error}", source=str(path)) from None
    check = _Checked(path)
    check.keys(table, _KEYS, "")
    parts = table.get("part", [])
    if not isinstance(parts, list) or not parts or not all(isinstance(row, dict) for row in parts):
        raise check.error("there are no questions; add a [[part]] with a document")
    return ChallengeSet(
        title=check.text(table, "title", path.stem),
        parts=tuple(_part(check, row) for row in parts),
        minutes=check.number(table, "minutes", 0, 0),
        exam=check.flag(table, "exam"),
        path=path,
    )


def _part(check: _Checked, row: Mapping[str, Any]) -> Part:
    check.keys(row, _PART_KEYS, " in a [[part]]")
    document = check.text(row, "document", "")
    if not document:
        raise check.error('a [[part]] names no document; add document = "neuron"')
    kinds = row.get("kinds", [])
    if not isinstance(kinds, list):
        raise check.error("'kinds' must be a list of names")
    for kind in kinds:
        if kind not in KINDS:
            raise check.error(f"there is no kind of question '{kind}'; {nearest(str(kind), KINDS)}")
    level = check.text(row, "level", "")
    if level and level not in LEVELS:
        raise check.error(f"there is no level '{level}'; known: {', '.join(LEVELS)}")
    seed, count = check.whole(row, "seed", 0, 0), check.whole(row, "count", 5, 1)
    if count > MOST:
        raise check.error(f"'count' is at most {MOST}, found {count}; divide the set into several")
    return Part(document, tuple(kinds), level, seed, count)


@dataclass(frozen=True)
class _Checked:
    """Reads parts of one file, each checked."""

    path: Path

    def error(self, message: str) -> InputError:
        return InputError(message, source=str(self.path))

    def keys(self, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                raise self.error(f"unknown key '{key}'{where}; {nearest(key, known)}")

    def text(self, table: Mapping[str, Any], key: str, default: str) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise self.error(f"'{key}' must be a text in quotes")
        return value

    def number(self, table: Mapping[str, Any], key: str, default: float, least: float) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
            raise self.error(f"'{key}' must be a number from {least:g}, found {value}")
        return value

    def whole(self, table: Mapping[str, Any], key: str, default: int, least: int) -> int:
        value = self.number(table, key, default, least)
        if not isinstance(value, int):
            raise self.error(f"'{key}' must be a whole number, found {value}")
        return value

    def flag(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}' must be true or false, without quotes")
        return value


def write_set(made: ChallengeSet) -> str:
    """The text of the file of a set."""
    import tomlkit  # loaded only when a set is written

    document = tomlkit.document()
    document["title"] = made.title
    if made.minutes:
        document["minutes"] = made.minutes
    if made.exam:
        document["exam"] = True
    rows = tomlkit.aot()
    for part in made.parts:
        row = tomlkit.table()
        row.update({"document": part.document, "seed": part.seed, "count": part.count})
        if part.kinds:
            row["kinds"] = list(part.kinds)
        if part.level:
            row["level"] = part.level
        rows.append(row)
    document["part"] = rows
    return tomlkit.dumps(document)


# ── results ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Result:
    """What one learner answered: for each question whether it was right, and what was given."""

    learner: str
    title: str
    answers: tuple[tuple[str, str, bool], ...]

    @property
    def right(self) -> int:
        return sum(right for _, _, right in self.answers)


def result_record(result: Result) -> dict[str, Any]:
    """The result as JSON, to be handed to the teacher."""
    rows = [{"kind": kind, "given": given, "right": right} for kind, given, right in result.answers]
    return {"learner": result.learner, "set": result.title, "answers": rows}


def result_from(record: Any) -> Result:
    """The result that `result_record` wrote. Raises `InputError` where it is none."""
    try:
        rows = tuple((str(row["kind"]), str(row["given"]), bool(row["right"])) for row in record["answers"])
        return Result(str(record["learner"]), str(record["set"]), rows)
    except (KeyError, TypeError) as error:
        raise InputError(
            f"this is no result of a challenge set: {error}; save one from the program"
        ) from None
