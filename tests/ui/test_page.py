"""The page for a browser holds every step, and asks for nothing else."""

from __future__ import annotations

import html.parser
import json
import re

import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui import pictures
from graph_explorer.ui.page import page

pytestmark = pytest.mark.usefixtures("qapp")


def parts(text: str) -> tuple[list[str], list[tuple[int, str, list[list[int]]]]]:
    lines = re.search(r"^const lines = (.*);$", text, re.M)
    steps = re.search(r"^const steps = (.*);$", text, re.M)
    assert lines is not None
    assert steps is not None
    return json.loads(lines[1]), json.loads(steps[1])


def test_every_step_is_drawn_as_the_window_would() -> None:
    document = open_document(EXAMPLES / "neuron.toml")
    trace = run(document)
    lines, steps = parts(page(document))
    assert [number for number, _, _ in steps] == list(range(len(list(trace.steps))))
    assert len({sentence for _, sentence, _ in steps}) == len(steps)
    for number, _, runs in steps:
        drawn = [line for first, count in runs for line in lines[first : first + count]]
        shown = pictures.svg(pictures.view(document, trace=trace, step=number)).decode()
        expected = shown[shown.index("<svg") :].splitlines()
        about = [line for line in expected if "<desc>" not in line]
        assert [line for line in drawn if "<desc>" not in line] == about


def test_it_asks_for_nothing_else() -> None:
    text = page(open_document(EXAMPLES / "neuron.toml"))
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses
    assert "src=" not in text
    assert "@import" not in text


def test_steps_up_to_one() -> None:
    document = open_document(EXAMPLES / "neuron.toml")
    assert len(parts(page(document, step=3))[1]) == 4
    with pytest.raises(InputError, match="no step 99"):
        page(document, step=99)


def test_a_title_is_text() -> None:
    document = parse("y = w * 2", {}, {"w": 3.0}, title="</script><b>&")
    text = page(document, theme="dark")
    assert "<b>" not in text
    assert text.count("</script>") == 1
    assert "color-scheme: dark" in text
    html.parser.HTMLParser().feed(text)
