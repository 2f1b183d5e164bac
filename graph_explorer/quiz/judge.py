"""Whether an answer is right, and where it is not, which mistake it looks like.

The one rule: a slip is counted once. An answer that follows from a learner's own earlier answer is right
here, whatever the earlier one was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_explorer.quiz.question import Answer, Fact, Misconception, Question

_NOTHING: Mapping[Fact, float] = MappingProxyType({})


@dataclass(frozen=True)
class Verdict:
    """`right`, or not; `says` is one sentence for the learner.

    `carried`: right, reckoned with an earlier answer of the learner's that was not. `mistake` is the
    misconception that the answer stands for, if one is known.
    """

    right: bool
    says: str
    carried: bool = False
    mistake: Misconception | None = None


def judge(question: Question, given: Answer, own: Mapping[Fact, float] = _NOTHING) -> Verdict:
    """Judges an answer; `own` are numbers that the learner worked out before, right or wrong."""
    if same(question, given, question.answer):
        return Verdict(True, "Right.")
    for mistake in question.misconceptions:
        if same(question, given, mistake.answer):
            return Verdict(False, mistake.says, mistake=mistake)
    if follows(question, given, own):
        return Verdict(True, "Right, reckoned with your own earlier number.", carried=True)
    return Verdict(False, _near_or_far(question, given))


def same(question: Question, given: Answer, expected: Answer) -> bool:
    """Whether two answers to `question` are the same within its tolerance."""
    if question.form == "number":
        return _close(given, expected, question.tolerance)
    if question.form == "several":
        return (
            isinstance(given, tuple) and set(given) == set(_tuple(expected)) and len(set(given)) == len(given)
        )
    if question.form == "order" and question.precedes and expected == question.answer:
        return (
            isinstance(given, tuple) and set(given) == set(question.options) and not _broken(question, given)
        )
    return given == expected


def _broken(question: Question, given: tuple[object, ...]) -> tuple[str, str] | None:
    """The first pair of options that stand the wrong way round."""
    place = {option: k for k, option in enumerate(given)}
    wrong = [pair for pair in question.precedes if place[pair[0]] > place[pair[1]]]
    return min(wrong, key=lambda pair: place[pair[1]], default=None)


def _tuple(answer: Answer) -> tuple[object, ...]:
    return answer if isinstance(answer, tuple) else (answer,)


def _close(given: object, expected: object, tolerance: float) -> bool:
    if not isinstance(given, int | float) or not isinstance(expected, int | float):
        return False
    return near(given, expected, tolerance)


def near(given: float, expected: float, tolerance: float) -> bool:
    """Whether two numbers are the same within a tolerance; infinities and NaN are the same as themselves."""
    if math.isnan(expected) or math.isinf(expected):
        return given == expected or (math.isnan(given) and math.isnan(expected))
    return abs(given - expected) <= tolerance


def follows(question: Question, given: Answer, own: Mapping[Fact, float]) -> bool:
    """Whether `given` is what comes out with the learner's own numbers in place of the true ones."""
    mine = {fact: own[fact] for fact in question.facts if fact in own}
    if question.again is None or not mine:
        return False
    expected = question.again({**question.facts, **mine})
    size = max(abs(expected), abs(float(question.answer)) if isinstance(question.answer, int | float) else 0)
    true = abs(float(question.answer)) if isinstance(question.answer, int | float) else 0.0
    scale = size / true if true else 1.0
    return _close(given, expected, question.tolerance * max(scale, 1.0))


def _near_or_far(question: Question, given: Answer) -> str:
    answer = question.answer
    if question.form == "number" and isinstance(given, float | int) and isinstance(answer, float | int):
        if math.isfinite(answer) and _close(given, -answer, question.tolerance):
            return "The size is right, the sign is not."
        if math.isfinite(answer) and abs(given - answer) <= 10 * question.tolerance:
            return "Very near: work with the digits that are shown, and round only at the end."
        return "Not this number."
    if question.form == "several" and isinstance(given, tuple) and isinstance(answer, tuple):
        missing, extra = set(answer) - set(given), set(given) - set(answer)
        parts = [f"{len(missing)} missing"] * bool(missing) + [f"{len(extra)} too many"] * bool(extra)
        return f"Not quite: {' and '.join(parts)}." if parts else "Name each only once."
    if question.form == "order" and isinstance(given, tuple):
        return _out_of_order(question, given)
    return "Not this one."


def _out_of_order(question: Question, given: tuple[object, ...]) -> str:
    if len(given) != len(question.options) or set(given) != set(question.options):
        return "Each of the options must stand in the order exactly once."
    broken = _broken(question, given)
    if broken is None:
        return "Not this order."
    return f"'{broken[1]}' cannot come before '{broken[0]}'."
