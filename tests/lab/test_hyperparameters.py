"""The texts `name:key=value,key=value`: what they mean, and what is said of wrong ones."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.lab.hyperparameters import (
    Bounds,
    Hyperparameter,
    HyperparameterError,
    checked,
    read_value,
    split,
    write_value,
)
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.schedules import SCHEDULES

ROWS = [row for method in METHODS.values() for row in method.hyperparameters]
ROWS += [row for schedule in SCHEDULES.values() for row in schedule.parameters]


def test_the_parts_of_a_text() -> None:
    name, pairs = split("adam:lr=0.05, betas = 0.9/0.999")
    assert name == "adam"
    assert pairs == [("lr", "0.05", 6), ("betas", "0.9/0.999", 15)]
    assert split("adam") == split("adam:") == ("adam", [])


def test_values_given_and_by_default() -> None:
    values = read_method("adam:lr=0.05,betas=0.8/0.99,amsgrad=true").values
    assert (values["lr"], values["betas"], values["amsgrad"]) == (0.05, (0.8, 0.99), True)
    assert (values["eps"], values["weight_decay"], values["clip_norm"]) == (1e-8, 0.0, None)
    assert values["schedule"] == "constant"


@pytest.mark.parametrize("name", ["Adam", "RMSprop", "SGD", "LBFGS", "NAdam", "AdamW"])
def test_torchs_spelling_of_the_methods(name: str) -> None:
    assert read_method(name).method.name == name.lower()


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("adan", 1, "no method is called \"adan\"; did you mean 'adam'?"),
        ("", 1, 'no method is called ""'),
        ("adam:bettas=0.9/0.999", 6, "adam has no \"bettas\"; did you mean 'betas'?"),
        ("adam:lr=fast", 6, 'lr is a number, found "fast"; write lr=0.001'),
        ("adam:lr=0.1,eps=-1", 13, "eps must be at least 0, found -1; write for example 1e-08"),
        ("adam:betas=0.9", 6, "betas is 2 numbers, found 1; write betas=0.9/0.999"),
        ("adam:betas=0.9/1", 6, "betas must be at least 0 and below 1, found 1"),
        ("adam:betas=0.9/x", 6, 'betas is made of numbers with a slash between them, found "x"'),
        ("adam:lr=nan", 6, "lr must be at least 0, found nan"),
        ("adam:lr=inf", 6, "lr must be at least 0, found inf"),
        ("adam:lr", 6, 'expected key=value, found "lr"; write for example lr=0.01'),
        ("adam:lr=", 6, 'expected key=value, found "lr="'),
        ("adam:lr=1,,eps=1", 11, 'expected key=value, found ""'),
        ("adam:lr=1,lr=2", 11, '"lr" is given twice; leave one out'),
        ("adam:amsgrad=yes", 6, 'amsgrad is true or false, found "yes"; write amsgrad=true'),
        ("sgd:convention=polyak", 5, 'convention cannot be "polyak"; known: heavy_ball, pytorch'),
        ("sgd:clip_norm=0", 5, "clip_norm must be above 0, found 0; write for example 1"),
        ("sgd:dampening=2", 5, "dampening must be at least 0 and at most 1, found 2"),
        ("lbfgs:max_iter=2.5", 7, 'max_iter is a whole number, found "2.5"; write max_iter=20'),
        ("lbfgs:clip_norm=1", 7, 'lbfgs has no "clip_norm"'),
        ("nesterov:dampening=0.1", 0, "nesterov needs a momentum above 0 and no dampening"),
        ("sgd:nesterov=true", 0, "nesterov needs a momentum above 0 and no dampening"),
        ("rprop:step_sizes=2/1", 0, "step_sizes has its smallest step above its largest"),
        ("rprop:etas=0.5/1", 7, "etas must be above 1, found 1; write for example 0.5/1.2"),
        ("sgd:schedule=cosin", 5, "no schedule is called \"cosin\"; did you mean 'cosine'?"),
        ("sgd:schedule=cosine:T_may=3", 21, "cosine has no \"T_may\"; did you mean 'T_max'?"),
        ("sgd:schedule=step,schedule=cosine", 19, '"schedule" is given twice; leave one out'),
        ("adagrad:schedule=one_cycle:cycle_momentum=true", 0, "adagrad has no momentum to cycle"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, column: int, sentence: str) -> None:
    with pytest.raises(HyperparameterError) as found:
        read_method(text)
    assert sentence in str(found.value)
    assert found.value.column == column
    assert f"column {column}" in str(found.value) or not (column and text)
    assert len(str(found.value).splitlines()) == 1


def test_a_schedule_inside_a_method() -> None:
    settings = read_method("sgd:lr=0.1,schedule=step:step_size=30,gamma=0.5,momentum=0.9")
    assert str(settings.schedule) == "step:step_size=30,gamma=0.5"
    assert settings.values["momentum"] == 0.9
    assert settings.values["schedule"] == "step:step_size=30,gamma=0.5"
    assert str(read_method("adam:schedule=StepLR,step_size=30").schedule) == "step:step_size=30"


def test_a_key_that_method_and_schedule_share() -> None:
    before = read_method("adam:eps=1e-3,schedule=plateau:patience=2")
    assert before.values["eps"] == 1e-3
    assert "eps" not in before.schedule.given
    said = read_method("adam:schedule=plateau:patience=2,schedule.eps=1e-3")
    assert said.values["eps"] == 1e-8
    assert said.schedule.given["eps"] == 1e-3
    with pytest.raises(HyperparameterError, match=r'adam and plateau both have "eps"; write schedule\.eps='):
        read_method("adam:schedule=plateau:patience=2,eps=1e-3")


@pytest.mark.parametrize(
    "text",
    [
        "sgd",
        "adam:lr=0.05,betas=0.8/0.99,amsgrad=true",
        "adafactor:eps=none/0.01",
        "sgd:lr=0.1,schedule=cosine",
        "adam:eps=0.001,schedule=plateau,schedule.patience=3,schedule.eps=1e-05",
        "sgd:schedule=multistep,schedule.milestones=30/80",
        "lbfgs:line_search_fn=strong_wolfe,max_eval=none",
    ],
)
def test_settings_write_themselves(text: str) -> None:
    assert str(read_method(text)) == text


def _values(row: Hyperparameter) -> st.SearchStrategy[object]:
    def inside(bounds: Bounds) -> st.SearchStrategy[float]:
        low = max(bounds.low, -1e300)
        high = min(bounds.high, 1e300)
        return st.floats(low, high, exclude_min=bounds.open_low, exclude_max=bounds.open_high)

    if row.kind == "flag":
        return st.booleans()
    if row.kind == "choice":
        return st.sampled_from(row.choices)
    if row.kind == "integer":
        return st.integers(int(row.bounds[0].low), 10**9)
    if row.kind == "integers":
        return st.lists(st.integers(0, 10**9), min_size=1).map(tuple)
    if row.kind == "schedule":
        return st.sampled_from(sorted(SCHEDULES))
    if row.kind == "numbers":
        return st.tuples(*(inside(each) for each in row.bounds))
    return inside(row.bounds[0])


@given(st.sampled_from(ROWS).flatmap(lambda row: st.tuples(st.just(row), _values(row))))
def test_every_value_reads_back_as_it_was_written(pair: tuple[Hyperparameter, bool]) -> None:
    row, value = pair
    assert checked(row, read_value(row, write_value(value))) == value


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(st.sampled_from(string.ascii_lowercase + ":=,./-_01 "), max_size=60),
        st.builds(
            "{}:{}={}".format,
            st.sampled_from(sorted(METHODS)),
            st.sampled_from(sorted({row.name for row in ROWS})),
            st.text(st.sampled_from("0123456789.e-+/ntrueofalsinv"), max_size=12),
        ),
    )
)
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    try:
        settings = read_method(text)
    except HyperparameterError as error:
        said = str(error)
    else:
        said = str(settings)
        assert read_method(said).values == settings.values
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_default_is_one_that_may_be_written(row: Hyperparameter) -> None:
    assert checked(row, row.default) == row.default
    assert row.meaning
    assert row.meaning == row.meaning.strip()
    low, high = row.usual
    assert low < high
    assert low > 0 or not row.log
    assert row.kind in ("flag", "choice", "schedule") or all(
        min(each.low for each in row.bounds) <= end <= max(each.high for each in row.bounds)
        for end in row.usual
    )


@pytest.mark.parametrize(
    ("value", "sentence"),
    [(True, "lr is a number, found True"), ("0.1", "lr is a number"), (None, "lr is a number")],
)
def test_values_from_python_are_checked_too(value: bool | str | None, sentence: str) -> None:
    with pytest.raises(HyperparameterError, match=sentence):
        checked(METHODS["sgd"].table["lr"], value)


def test_bounds_in_words() -> None:
    assert str(Bounds(0.0, 1.0, open_high=True)) == "at least 0 and below 1"
    assert str(Bounds(0.0, open_low=True)) == "above 0"
    assert str(Bounds()) == "finite"
