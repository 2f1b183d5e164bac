from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import typeset
from graph_explorer.ui.widgets.boxes import Box, Look, parse, row, spaces
from graph_explorer.ui.widgets.formula import FormulaView, broken

LOOK = Look(20.0, "#000000", (("value", "#0000ff"), ("gradient", "#ff8800")))
LONG = r"\frac{\partial L}{\partial x} = 0.8696 + 2.014 + \left({-1.61}\right) + 2.667 = {-1.394}"


@pytest.fixture(autouse=True)
def loaded(qapp: object) -> None:
    typeset.load()


def width(latex: str) -> float:
    return row(parse(latex, LOOK), LOOK.em).width


def height(latex: str) -> float:
    return row(parse(latex, LOOK), LOOK.em).height


@pytest.mark.parametrize(
    "latex",
    [
        "x", r"\frac{1}{2}", r"x^{2}", "x_{1}", r"{{h}^{(\mathrm{t=1})}}^{2}", r"\sum_i {x}_i", r"\sqrt{x}",
        r"\left[\begin{matrix} 1 & {-2} \\ 0.5 & 3 \end{matrix}\right]", r"1.2{\cdot}10^{-5}",
        r"\gradient{0.5}",
        r"\begin{cases} 1 & x>0 \\ 0 & \text{else} \end{cases}",
        r"\operatorname{diag}\left({q}\right) - {q}\,{q}^{\top}",
        r"a \mathrel{+=} b", r"\left|x\right|", r"\infty \le 3 \bmod 2", r"\mathrm{z.mul}",
    ],
)  # fmt: skip
def test_what_the_program_writes_can_be_typeset(latex: str) -> None:
    assert width(latex) > 0
    assert height(latex) > 0


@pytest.mark.parametrize(
    "latex", [r"\frac{1}", "{x", "x}", r"\left(x", r"\begin{matrix} 1", "x^", r"\mathrm x"]
)
def test_what_is_no_latex_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(latex, LOOK)


def test_sizes_follow_from_the_parts() -> None:
    assert width("11") == pytest.approx(2 * width("1"))
    assert height(r"\frac{x}{y}") > 1.8 * height("x")
    assert width("x^{2}") < width("x2")
    assert width("a = b") > width("ab") + width("=")
    assert width("{-1}") < width("0-1") - width("0")  # a sign at the beginning needs no room
    assert height(r"\left(\frac{1}{2}\right)") >= height(r"\frac{1}{2}")


def test_room_around_signs_depends_on_their_neighbours() -> None:
    def of(latex: str) -> list[float]:
        return [round(space / LOOK.em, 2) for space in spaces(parse(latex, LOOK), LOOK.em)]

    assert of("a+b") == [0, 0.22, 0.22]
    assert of("a=-b") == [0, 0.28, 0.28, 0]
    assert of("1,2") == [0, 0, 0.17]
    assert of(r"\sin x") == [0, 0.17]
    assert of("12") == [0, 0]


def test_marks_take_their_colours(qtbot: QtBot) -> None:
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex(r"\gradient{0.5}", "light")
    view.resize(100, 40)
    picture = view.grab().toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert theme("light").color("gradient").name() in seen
    assert theme("light").color("text").name() not in seen


def test_a_long_formula_is_broken_before_relations_then_sums() -> None:
    boxes = parse(LONG, LOOK)
    whole = row(boxes, LOOK.em).width
    assert len(broken(boxes, LOOK.em, whole)) == 1
    for room in (whole * 0.9, whole * 0.6, whole * 0.4):
        lines = broken(boxes, LOOK.em, room)
        assert len(lines) > 1
        assert all(line.width <= room for line in lines)


def test_nothing_is_lost_in_breaking() -> None:
    drawn: list[str] = []

    def box(name: str, kind: str) -> Box:
        return Box(30.0, 10.0, 5.0, kind, lambda painter, x, baseline: drawn.append(name))

    names = ["a", "=", "b", "+", "c", "=", "d"]
    kinds = {"=": "relation", "+": "binary"}
    for line in broken([box(name, kinds.get(name, "ordinary")) for name in names], 10.0, 80.0):
        line.draw(None, 0.0, 0.0)  # type: ignore[arg-type]
    assert drawn == names


def test_the_widget_grows_with_its_lines(qtbot: QtBot) -> None:
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex(LONG, "light")
    assert view.heightForWidth(600) < view.heightForWidth(160)
    assert view.accessibleName() == "∂L/∂x = 0.8696 + 2.014 + (−1.61) + 2.667 = −1.394"
    view.resize(600, 60)
    assert view.is_typeset


def test_what_does_not_fit_at_all_is_text(qtbot: QtBot) -> None:
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex(r"\mathrm{averyveryverylongnameindeed}", "light")
    view.resize(40, 60)
    assert not view.is_typeset
    assert not view.grab().isNull()


def test_what_cannot_be_typeset_is_text(qtbot: QtBot) -> None:
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex(r"\frac{1}", "light")
    view.resize(200, 60)
    assert not view.is_typeset
    assert view.accessibleName() == "frac1"
    assert view.heightForWidth(200) > 0


def test_an_empty_formula_takes_no_room(qtbot: QtBot) -> None:
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex("x", "light")
    view.show_latex("", "light")
    assert view.isHidden()


def test_before_typesetting_is_loaded_the_text_is_shown(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = typeset._module
    monkeypatch.setattr(typeset, "_module", None)
    view = FormulaView("formula")
    qtbot.addWidget(view)
    view.show_latex("x + y", "light")
    view.resize(200, 40)
    assert not view.is_typeset
    monkeypatch.setattr(typeset, "_module", loaded)
    qtbot.waitUntil(lambda: view.is_typeset, timeout=2000)
