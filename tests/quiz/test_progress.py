"""Progress: levels that adapt, concepts that come again, streaks, badges, and its file."""

from __future__ import annotations

import datetime
import json

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz import progress as kept
from graph_explorer.quiz.asking import ask_for
from graph_explorer.quiz.progress import Progress, answered
from graph_explorer.quiz.question import Question
from tests.quiz.test_kinds import source_of

DAY = datetime.date(2026, 3, 1)
QUESTION = Question(
    kind="contribution", level="beginner", concept="chain rule", text="?", answer=1.0, form="number",
    explanation="", hints=(),
)  # fmt: skip


def after(*outcomes: bool, day: datetime.date = DAY) -> Progress:
    found = Progress()
    for right in outcomes:
        found = answered(found, QUESTION, right, day)
    return found


def test_three_right_in_a_row_lead_up_and_two_wrong_down() -> None:
    assert after(True, True).concepts["chain rule"].level == "beginner"
    assert after(True, True, True).concepts["chain rule"].level == "intermediate"
    assert after(True, True, True, False, True, False).concepts["chain rule"].level == "intermediate"
    assert after(True, True, True, False, False).concepts["chain rule"].level == "beginner"


def test_a_right_answer_puts_the_concept_off_and_a_wrong_one_brings_it_back() -> None:
    assert kept.due(after(True), DAY) == ()
    assert kept.due(after(True), DAY + datetime.timedelta(days=1)) == ("chain rule",)
    assert kept.due(after(True, True), DAY + datetime.timedelta(days=2)) == ()
    assert kept.due(after(True, True), DAY + datetime.timedelta(days=3)) == ("chain rule",)
    assert kept.due(after(True, True, False), DAY) == ("chain rule",)


def test_streaks_count_days_in_a_row() -> None:
    found = Progress()
    for day in (0, 1, 2, 5, 6):
        found = answered(found, QUESTION, True, DAY + datetime.timedelta(days=day))
    assert kept.streak(found, DAY + datetime.timedelta(days=2)) == 3
    assert kept.streak(found, DAY + datetime.timedelta(days=7)) == 2, "today has not been missed yet"
    assert kept.streak(found, DAY + datetime.timedelta(days=9)) == 0


def test_badges_are_reached_by_what_they_say() -> None:
    reached = {badge.name for badge in kept.BADGES if badge.reached(after(True))}
    assert reached == {"first"}
    week = Progress()
    for day in range(7):
        week = answered(week, QUESTION, True, DAY + datetime.timedelta(days=day))
    assert {"first", "week", "lasting"} <= {badge.name for badge in kept.BADGES if badge.reached(week)}
    assert not any(badge.reached(Progress()) for badge in kept.BADGES)


def test_progress_is_written_and_read() -> None:
    found = after(True, False, True)
    assert kept.from_record(json.loads(json.dumps(kept.to_record(found)))) == found


@pytest.mark.parametrize(
    "record",
    [[], {}, {"concepts": {"a": {"right": -1}}, "days": []}, {"concepts": {"a": 3}, "days": []},
     {"concepts": {}, "days": ["yesterday"]}, {"concepts": {"a": {"nothing": 1}}, "days": []}],
)  # fmt: skip
def test_what_is_no_progress_is_refused(record: object) -> None:
    with pytest.raises(InputError, match="no record of progress"):
        kept.from_record(record)


def test_a_round_that_fits_is_not_of_one_kind() -> None:
    """Of a beginner's questions many are of few kinds: a round takes each in turn."""
    found = ask_for(source_of("two_layer"), Progress(), DAY, 3, 8)
    kinds = [question.kind for question in found]
    assert len(kinds) == 8
    assert max(kinds.count(kind) for kind in kinds) <= 2
    assert len(set(kinds)) >= 6


def test_questions_come_at_the_level_that_was_reached() -> None:
    """Who has answered three questions on a concept is asked harder ones on it."""
    beginner = ask_for(source_of("neuron"), Progress(), DAY, 1, 6, ("contribution", "concept"))
    learnt = Progress()
    for question in beginner * 3:
        learnt = answered(learnt, question, True, DAY)
    levels = [question.level for question in ask_for(source_of("neuron"), learnt, DAY, 1, 6, ("concept",))]
    assert {question.level for question in beginner} == {"beginner"}
    assert set(levels) != {"beginner"}
