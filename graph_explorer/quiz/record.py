"""A question as JSON: for learning platforms, files and other programs.

The one rule: the record says all that is needed to ask the question and to judge an answer to it.
"""

from __future__ import annotations

from typing import Any

from graph_explorer.quiz.question import Answer, Figure, Question


def question_record(question: Question) -> dict[str, Any]:
    """The question with its answer, tolerance, hints, explanation and known mistakes."""
    record: dict[str, Any] = {
        "kind": question.kind,
        "level": question.level,
        "concept": question.concept,
        "node": question.node,
        "question": question.text,
        "form": question.form,
        "options": list(question.options) or None,
        "answer": answer_record(question.answer),
        "unit": question.unit,
        "tolerance": question.tolerance,
        "hints": list(question.hints),
        "explanation": question.explanation,
        "misconceptions": [
            {"answer": answer_record(mistake.answer), "says": mistake.says}
            for mistake in question.misconceptions
        ],
        "example": question.link,
    }
    if question.precedes:
        record["precedes"] = [list(pair) for pair in question.precedes]
    if question.program:
        record["program"] = question.program
    if question.figure is not None:
        record["figure"] = _figure_record(question.figure)
    return record


def answer_record(answer: Answer) -> Any:
    """A number, a text or a list."""
    return list(answer) if isinstance(answer, tuple) else answer


def _figure_record(figure: Figure) -> dict[str, Any]:
    return {
        "x": figure.x,
        "y": figure.y,
        "log": figure.log,
        "curves": [
            {"name": curve.name, "points": [list(p) for p in curve.points]} for curve in figure.curves
        ],
    }
