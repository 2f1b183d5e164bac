"""Typed answers: arithmetic is accepted, nothing else is ever carried out."""

from __future__ import annotations

import math

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.entered import number, option, shape


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2*0.3", -0.6),
        ("1/4", 0.25),
        ("2^3", 8.0),
        ("(1+2)*3", 9.0),
        ("−0,5", -0.5),
        ("1.235·10⁻⁵", 1.235e-5),
        ("3e-4", 3e-4),
        ("sqrt(2)", math.sqrt(2)),
        ("sigmoid(0)", 0.5),
        ("2**-1", 0.5),
        ("+7", 7.0),
        ("-inf", -math.inf),
    ],
)
def test_arithmetic_is_a_number(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "__import__('os')", "1/0", "(1).real", "[1]", "1,2,3", "'a'", "10**10**10", "lambda: 1",
        "True", "1 if 1 else 2", "exp(1e9)", "log(0)", "sqrt(-1)", "abs(1, 2)", "1" * 300, "((((", "exp(x=1)",
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as raised:
        number(text)
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("(2, 3)", (2, 3)),
        ("2x3", (2, 3)),
        ("2×3", (2, 3)),
        ("[4]", (4,)),
        ("()", ()),
        ("a number", ()),
        ("(3,)", (3,)),
    ],
)
def test_shapes(text: str, sizes: tuple[int, ...]) -> None:
    assert shape(text) == sizes


def test_a_shape_of_words_is_refused() -> None:
    with pytest.raises(InputError, match=r"no shape"):
        shape("two by three")


def test_options_by_text_letter_and_number() -> None:
    options = ("it grows", "it shrinks")
    assert option("IT GROWS", options) == "it grows"
    assert option("b", options) == "it shrinks"
    assert option("1", options) == "it grows"
    with pytest.raises(InputError, match="none of the options"):
        option("c", options)


def test_an_option_that_is_a_number_means_itself() -> None:
    assert option("2", ("4", "2")) == "2"
