"""Documents: edits make others, defaults are what a reader expects."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import as_array, parse, run, split_entry
from graph_explorer.engine.errors import InputError, UnknownName


def test_an_edit_makes_another_document_over_the_same_graph() -> None:
    document = parse("L = w*x", {"x": 2.0}, {"w": 3.0})
    other = document.with_values({"w": 5.0})
    assert document.entry("w").array == 3
    assert other.entry("w").array == 5
    assert other.graph is document.graph
    assert run(other).value("L") == 10
    assert document.with_program("L = w + x").graph is not document.graph


def test_values_keep_their_type_and_may_change_shape() -> None:
    document = parse("L = sum(w)", parameters={"w": np.float32([1, 2])})
    other = document.with_values({"w": [[1, 2], [3, 4]]})
    assert other.entry("w").array.dtype == np.float32
    assert run(other).value("L") == 10


def test_unknown_values_are_told() -> None:
    with pytest.raises(UnknownName, match="did you mean 'weight'"):
        parse("L = weight", parameters={"weight": 1.0}).with_values({"wieght": 2.0})


def test_a_name_cannot_be_both() -> None:
    with pytest.raises(InputError, match="both an input and a parameter"):
        parse("L = w", {"w": 1.0}, {"w": 1.0})


def test_gradients_are_asked_of_parameters_or_else_of_inputs() -> None:
    assert parse("L = w*x", {"x": 1.0}, {"w": 1.0}).default_wrt == ("w",)
    assert parse("L = x*y", {"x": 1.0, "y": 2.0}).default_wrt == ("x", "y")
    assert parse("L = 2.0").default_wrt == ()


def test_the_output_is_the_last_name_unless_another_is_chosen() -> None:
    assert parse("a = 2*x\nb = a*a", {"x": 1.0}).output == "b"
    assert parse("a = 2*x\nb = a*a", {"x": 1.0}, output_name="a").output == "a"
    assert run(parse("a = 2*x", {"x": [1.0, 2.0]}, output_name="a[1]")).gradient("x").tolist() == [0, 2]


ENTRIES = [("W", ("W", None)), ("W[1]", ("W", (1,))), ("W1[0,-1]", ("W1", (0, -1))), ("W [ 2 ]", ("W", (2,)))]


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_entries(text: str, expected: object) -> None:
    assert split_entry(text) == expected


def test_values_that_are_no_numbers_are_refused() -> None:
    for value in ("three", [[1, 2], [3]], {"a": 1}, None, [1, "a"]):
        with pytest.raises(InputError):
            as_array("w", value)
    assert as_array("w", True).dtype == bool
