"""Finding by a few letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.ui.widgets.fuzzy import best, score

COMMANDS = ["Step", "Step back", "Save as", "Save", "Zero the gradients", "Next node", "Edge by edge"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("save", "Save"),
        ("sa as", "Save as"),
        ("stepb", "Step back"),
        ("zg", "Zero the gradients"),
        ("zegra", "Zero the gradients"),
        ("ebe", "Edge by edge"),
        ("NODE", "Next node"),
        ("back", "Step back"),
    ],
)
def test_finds(typed: str, first: str) -> None:
    assert best(typed, COMMANDS, str)[0] == first


def test_letters_out_of_order_do_not_fit() -> None:
    assert score("evas", "Save") is None
    assert score("neuron", "two ends of a round bow, and one rain on it") is None
    assert best("xyz", COMMANDS, str) == []


def test_nothing_typed_keeps_the_order() -> None:
    assert best("  ", COMMANDS, str) == COMMANDS


@given(st.text(max_size=12), st.lists(st.text(max_size=20), max_size=8))
def test_what_is_typed_whole_is_found(typed: str, others: list[str]) -> None:
    found = best(typed, [*others, typed], str)
    assert typed in found
    assert len(found) <= len(others) + 1
