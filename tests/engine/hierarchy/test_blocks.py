"""Blocks found by structure: what they are in known graphs, and what holds of them in any graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.hierarchy.blocks import _Grouping
from graph_explorer.engine.hierarchy.structure import Structure

LAYER = "a{i} = {x} @ w{i}\nb{i} = tanh(a{i})\nc{i} = b{i} @ v{i}\nd{i} = c{i} + {x}\nx{i} = relu(d{i})\n"


def residual(count: int, size: int = 3) -> Document:
    """A chain of residual layers, each with weights of its own, written without any group."""
    lines = [LAYER.format(i=i, x=f"x{i - 1}" if i else "x") for i in range(count)]
    weights = {f"{name}{i}": np.eye(size) for i in range(count) for name in "wv"}
    program = "".join(lines) + f"L = sum(x{count - 1})"
    return parse(program, {"x": np.ones((2, size))}, weights).with_blocks()


def inside(graph: Graph, path: str) -> list[Node]:
    return [node for node in graph if path in enclosing(node.group)]


def blocks_of(document: Document, path: str) -> list[str]:
    """The groups of the equal blocks in a stack, in order."""
    return [group for group in document.graph.groups if group.rpartition("/")[0] == path]


# ── known graphs ──────────────────────────────────────────────────────────────────────────────────


def test_equal_layers_without_groups_are_one_stack() -> None:
    document = residual(20)
    (path,) = document.read.repeats
    assert path == "MatMul+Relu blocks"
    assert document.read.repeats[path] == 20
    blocks = blocks_of(document, path)
    assert blocks == [f"{path}/block {k}" for k in range(1, 21)]
    assert [node.id for node in inside(document.graph, blocks[3])] == [
        "w3",
        "v3",
        "a3",
        "b3",
        "c3",
        "d3",
        "x3",
    ]


def test_the_first_block_may_take_its_values_from_anywhere() -> None:
    document = residual(20)
    assert document.graph.node("a0").group.endswith("block 1")


def test_blocks_begin_where_fewest_values_pass() -> None:
    """Not within the layer, where what skips it passes too, though the sequence repeats there as well."""
    text = "h = relu(x)\nh = tanh(h)\n" + "".join(
        f"h = h @ w{i}\nk = tanh(h)\nk = k @ v{i}\nh = k + h\n" for i in range(10)
    )
    weights = {f"{name}{i}": np.eye(3) for i in range(10) for name in "wv"}
    document = parse(text + "h = h @ u\nL = sum(h)", {"x": np.ones((2, 3))}, weights | {"u": np.eye(3)})
    graph = document.with_blocks().graph
    firsts = [
        inside(graph, path)[-4:][0].op for path in graph.groups if path.endswith(("block 1", "block 4"))
    ]
    assert firsts == ["MatMul", "MatMul"]


@pytest.mark.parametrize("change", ["sigmoid(", "2*tanh("])
def test_another_operation_ends_the_stack(change: str) -> None:
    program = residual(20).program.replace("b9 = tanh(", f"b9 = {change}")
    document = parse(program, {"x": np.ones((2, 3))}, {f"{n}{i}": np.eye(3) for i in range(20) for n in "wv"})
    counts = sorted(document.with_blocks().read.repeats.values())
    assert counts == [9, 10]


def test_parameters_of_another_shape_end_the_stack() -> None:
    weights = {f"{name}{i}": np.eye(3) for i in range(20) for name in "wv"}
    weights["w9"], weights["v9"] = np.ones((3, 5)), np.ones((5, 3))
    document = parse(residual(20).program, {"x": np.ones((2, 3))}, weights).with_blocks()
    assert sorted(document.read.repeats.values()) == [9, 10]


def test_stages_of_blocks_are_stacks_of_stacks() -> None:
    text, x = "", "x"
    for stage in range(4):
        for layer in range(3):
            text += LAYER.format(i=f"{stage}{layer}", x=x)
            x = f"x{stage}{layer}"
        text += f"s{stage} = sigmoid({x})\n"
        x = f"s{stage}"
    weights = {f"{n}{s}{k}": np.eye(3) for s in range(4) for k in range(3) for n in "wv"}
    found = parse(f"{text}L = sum({x})", {"x": np.ones((2, 3))}, weights).with_blocks().read.repeats
    assert sorted(found.values()) == [3, 3, 3, 3, 4]
    outer = next(path for path, count in found.items() if count == 4)
    assert all(path == outer or path.startswith(f"{outer}/block ") for path in found)


def test_a_stage_is_named_after_all_that_is_learnt_in_it() -> None:
    """`res2` holds what the parameters of `res2_0` and of the stack `res2_1–3` share."""
    text, x = "", "x"
    weights = {}
    for stage in range(2, 6):
        for layer in range(4):
            extra = "relu" if layer else "sigmoid"
            one, other = f"res{stage}_{layer}_w", f"res{stage}_{layer}_v"
            text += f"a = tanh({x} @ {one})\nb = {extra}(a @ {other}) + {x}\n"
            weights |= {one: np.eye(3), other: np.eye(3)}
            x = "b"
    document = parse(f"{text}L = sum(b)", {"x": np.ones((2, 3))}, weights).with_blocks()
    assert document.read.repeats["res2–5"] == 4
    assert blocks_of(document, "res2–5") == [f"res2–5/res{stage}" for stage in range(2, 6)]
    assert document.read.repeats["res2–5/res2/res2_1–3"] == 3


def test_a_stack_of_groups_alone_is_named_after_what_is_in_them() -> None:
    text = "def one(h, w):\n    return relu(h @ w)\ndef other(h, v):\n    return tanh(h @ v) * 2\n"
    text += "".join(f"h = other(one(h, {a}), {b})\n" for a, b in zip("abcdefghij", "klmnopqrst", strict=True))
    weights = {name: np.eye(3) for name in "abcdefghijklmnopqrst"}
    document = parse(f"h = x + 1\n{text}L = sum(h)", {"x": np.eye(3)}, weights)
    (path,) = document.with_blocks().read.repeats
    assert path == "MatMul+Relu blocks"


def test_a_mask_that_all_blocks_read_does_not_part_them() -> None:
    text = "m = relu(q)\n" + "".join(f"h{i} = tanh(h{i - 1} @ w{i} + m) * 2\n" for i in range(1, 25))
    weights = {f"w{i}": np.eye(3) for i in range(1, 25)} | {"q": np.ones((3, 3))}
    document = parse(f"{text}L = sum(h24)", {"h0": np.ones((3, 3))}, weights).with_blocks()
    assert list(document.read.repeats.values()) == [24]
    assert document.graph.node("m").group == document.graph.node("q").group == ""


def test_turns_of_a_loop_are_one_stack_named_after_the_first_and_the_last() -> None:
    text = "for t in range(12):\n    z = w[t]*h\n    h = relu(z)\nL = sum(h)"
    document = parse(f"h = x\n{text}", {"x": 1.0}, {"w": np.ones(12)})
    grown = parse(f"h = x + 0\n{text}" + "\nL = L*1" * 40, {"x": 1.0}, {"w": np.ones(12)}).with_blocks()
    assert document.with_blocks().graph.groups == document.graph.groups  # a small one is left as it is
    assert grown.read.repeats["t=0–11"] == 12
    assert grown.graph.node("t=3/z").group == "t=0–11/t=3"


def test_a_group_of_equal_groups_alone_is_the_stack_itself() -> None:
    text = "def layer(h, w):\n    return relu(h @ w + 1)\ndef net(h):\n"
    text += "".join(f"    h = layer(h, w{i})\n" for i in range(20)) + "    return h\ny = net(x)\nL = sum(y)"
    document = parse(text, {"x": np.ones((3, 3))}, {f"w{i}": np.eye(3) for i in range(20)}).with_blocks()
    (path,) = document.read.repeats
    assert document.read.repeats[path] == 20
    assert path in document.with_blocks(False).graph.groups


def test_what_one_block_alone_uses_stands_in_it() -> None:
    graph = residual(20).graph
    assert graph.node("w5").group == graph.node("a5").group
    assert graph.node("x").group == ""


def test_groups_that_are_found_are_named_apart_from_nodes() -> None:
    found = _Grouping(Structure(residual(20).graph, {}))
    assert found._fresh("", "x19") == "x19 2"
    assert found._fresh("", "x19") == "x19 3"


def test_a_file_keeps_nothing_of_it() -> None:
    document = residual(20)
    assert document.with_blocks(False).graph.groups == ()
    assert document.with_blocks(False).written is document.written


def test_captions_go_with_their_groups() -> None:
    text = "for t in range(30):  # a turn\n    z = w[t]*h\n    h = relu(z)\nL = sum(h)"
    document = parse(f"h = x + 0\n{text}", {"x": 1.0}, {"w": np.ones(30)})
    captions = document.with_blocks().read.captions
    assert dict(document.read.captions) == {
        path.removeprefix("t=0–29/"): caption for path, caption in captions.items()
    }


# ── any graph ─────────────────────────────────────────────────────────────────────────────────────


@st.composite
def repetitive(draw: st.DrawFn) -> Document:
    """A program in which a piece of random operations stands several times, among others, or in a loop."""
    names = ["x", "y"]

    def lines(count: int, stem: str) -> list[str]:
        made = []
        for k in range(count):
            one, other = (
                draw(st.sampled_from(names[-4:])),
                draw(st.sampled_from([*names[-3:], "y", "p", "1.5"])),
            )
            kind = draw(st.sampled_from(["{0} + {1}", "tanh({0})", "{0} * {1}", "relu({0} - {1})"]))
            made.append(f"{stem}{k} = {kind.format(one, other)}")
            names.append(f"{stem}{k}")
        return made

    text = lines(draw(st.integers(0, 4)), "a")
    before = list(names)
    piece = [line.split(" = ") for line in lines(draw(st.integers(1, 6)), "b")]
    carried = draw(st.sampled_from(before[-2:]))
    turns = draw(st.integers(2, 30))
    names[:], last = before, carried
    for turn in range(turns):
        for name, formula in piece:
            told = formula
            for other in (made for made, _ in piece):
                told = told.replace(other, f"{other}_{turn}")
            text.append(f"{name}_{turn} = {told.replace(carried, last)}")
        last = f"{piece[-1][0]}_{turn}"
    names += [last, f"b0_{turns - 1}"]
    text += lines(draw(st.integers(1, 40)), "c")
    return parse("\n".join([*text, f"L = {names[-1]} + p"]), {"x": 0.3, "y": -0.2}, {"p": 0.7})


def shape_of(document: Document, name: str) -> tuple[int, ...]:
    return tuple(document.leaves[name].shape)


def assert_equal(document: Document, one: Sequence[Node], other: Sequence[Node]) -> None:
    """Two blocks are equal: the same operations, joined equally, and equally sharing what is outside."""
    assert [node.op for node in one] == [node.op for node in other]
    twin: dict[str, str] = {}
    back: dict[str, str] = {}
    made = [{value for node in block for value in node.outputs} for block in (one, other)]
    for left, right in zip(one, other, strict=True):
        assert left.attributes == right.attributes
        assert len(left.inputs) == len(right.inputs)
        for pair in (*zip(left.inputs, right.inputs, strict=True), (left.id, right.id)):
            assert twin.setdefault(pair[0], pair[1]) == pair[1]
            assert back.setdefault(pair[1], pair[0]) == pair[0]
            assert (pair[0] in made[0]) == (pair[1] in made[1])


@settings(max_examples=150, deadline=None)
@given(repetitive())
def test_blocks_are_equal_and_the_graph_computes_the_same(document: Document) -> None:
    found = document.with_blocks()
    graph, plain = found.graph, document.graph
    assert [node.id for node in graph] == [node.id for node in plain]
    assert not {*graph.groups} & {*graph.values}
    for path, count in found.read.repeats.items():
        blocks = blocks_of(found, path)
        if not blocks:  # single operations have no group each
            assert len({node.op for node in graph if node.group == path and not node.is_leaf}) == 1
            continue
        assert len(blocks) == count
        members = [[node for node in inside(graph, block) if not node.is_leaf] for block in blocks]
        for other in members[1:]:
            assert_equal(found, members[0], other)
    one, other = run(found), run(document)
    np.testing.assert_array_equal(one.value("L"), other.value("L"))
    np.testing.assert_array_equal(one.gradient("p"), other.gradient("p"))


@settings(max_examples=50, deadline=None)
@given(repetitive())
def test_the_same_graph_always_has_the_same_blocks(document: Document) -> None:
    again = parse(document.program, {"x": 0.3, "y": -0.2}, {"p": 0.7}).with_blocks()
    assert [node.group for node in again.graph] == [node.group for node in document.with_blocks().graph]
