"""The command `health`, as a person types it and as a program reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_explorer import cli


def call(*line: str) -> int:
    return cli.main(line, lambda path: 0, lambda document, options: None)


def record(capsys: pytest.CaptureFixture[str], *line: str) -> Any:
    assert call("health", *line, "--json") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    return json.loads(out)


def test_findings_then_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("health", "deep_sigmoid") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Found: 1 problem."
    assert lines[1].startswith("problem: Vanishing gradient. Back through 20 layers")
    header = next(line for line in lines if line.startswith("id "))
    assert header.split() == ["id", "operation", "value", "gradient", "zeros", "update/weight"]
    row = next(line for line in lines if line.startswith("k=0/ "))
    assert "group" in row


def test_numbers_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, "squared_error", "--lr", "0.01")
    rows = {row["id"]: row for row in found["nodes"]}
    assert rows["w"]["value"]["norm"] == 1.0
    assert rows["w"]["gradient"]["norm"] == 8.0  # worked by hand in the numbers of the examples
    assert rows["w"]["update_weight_ratio"] == pytest.approx(0.08)
    assert "gradient" not in rows["x"]
    assert found["findings"] == []


def test_findings_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = record(capsys, "dead_relu")["findings"]
    assert (finding["kind"], finding["node"], finding["severity"]) == ("dead", "h", "problem")
    assert finding["numbers"] == {"dead": 2, "units": 4, "share": 0.5, "examples": 8}
    found = record(capsys, "log_of_zero", "--set", "z=[800,1,-2]")
    assert [row["node"] for row in found["findings"]] == ["q", "L.mul", "p"]
    rows = {row["id"]: row for row in found["nodes"]}
    assert rows["q"]["value"]["norm"] == "inf"
    assert rows["L"]["value"]["norm"] == "nan"
    assert rows["q"]["value"]["inf"] == 2


def test_against_the_document_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, "neuron", "--set", "b=0.3", "--against", "neuron")["against"]
    rows = {row["id"]: row for row in found["nodes"]}
    assert (found["first"], found["first_computed"]) == ("b", "z")
    assert rows["w"]["status"] == "same"
    assert rows["z"]["value"] == pytest.approx({"max": 0.5, "relative": 0.5 / 0.9})  # from 0.4 to 0.9
    assert call("health", "neuron", "--set", "b=0.3", "--against", "neuron") == 0
    out = capsys.readouterr().out
    assert "first 'z' by up to 0.5" in out
    assert "change of value" in out
    assert "\n  b: 0.3, was −0.2\n" in out


def test_against_another_document(capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, "deep_relu", "--against", "deep_sigmoid")["against"]
    assert found["first_computed"] == "k=0/h"
    assert found["nodes"][0]["status"] == "same"
    edit = next(edit for edit in found["edits"] if edit["id"] == "k=0/h")
    assert (edit["kind"], edit["before"], edit["told"]) == ("operation", "k=0/h", "Relu, was Sigmoid")


def test_documents_with_nothing_in_common_are_not_listed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('program = "q = exp(p)"\n[parameters]\np = 1.0\n', encoding="utf-8")
    assert call("health", "neuron", "--against", str(other)) == 0
    above, _, _ = capsys.readouterr().out.partition("\n\n")
    assert above.endswith("nothing in common: no computed value of the one is in the other.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["neuron", "--lr", "0"], "'0' is not larger than 0"),
        (["neuron", "--lr", "x"], "'x' is no number"),
        (["neuron", "--against", "nothing.toml"], "nothing.toml"),
        (["neuron", "--against", "neurn"], "neuron"),
    ],
)
def test_bad_input_is_one_line(line: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("health", *line) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
