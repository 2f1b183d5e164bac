"""The PyTorch code of every example is a program; what PyTorch has no word for is refused by name."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from graph_explorer.document import parse
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.formats import open_document
from graph_explorer.formats.code.in_torch import torch_code
from graph_explorer.formats.code.torch_rules import RULES
from graph_explorer.formats.examples import Example, examples
from graph_explorer.formats.names import identifier
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.models import model, node, open_value


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_example_is_a_program(example: Example) -> None:
    document = open_document(example.path)
    code, _ = torch_code(document)
    tree = ast.parse(code)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"torch", "torch.nn.functional", "numpy"}
    assigned = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert {identifier(name) for name in (*document.inputs, *document.parameters)} <= assigned
    assert code.count("requires_grad=True") == len(document.default_wrt)
    assert ".backward(" in code


def test_dropout_leaves_out_the_same_entries() -> None:
    code, _ = torch_code(parse("L = sum(dropout(w, 0.25, seed=3))", {}, {"w": [1.0, 2.0]}))
    assert "import numpy as np" in code
    drawn = "np.random.RandomState(3).uniform(size=(2,))"
    assert f"= w * torch.from_numpy({drawn} >= 0.25) * {1 / 0.75!r}" in code
    code, _ = torch_code(parse("L = sum(dropout(w, 0.25, training=False))", {}, {"w": [1.0, 2.0]}))
    assert "numpy" not in code
    assert "L_dropout = w\n" in code


def test_the_table_names_operators() -> None:
    assert set(RULES) <= set(OPERATIONS)


def test_the_words_of_a_small_program() -> None:
    text = "z = stop_gradient(w) * x  # weighted\ny = softmax(clip(z, -1, 2), axis=0)\nL = sum(y[0:2])\n"
    code, _ = torch_code(parse(text, {"x": [1.0, 2.0, 3.0]}, {"w": 0.5}))
    for line in (
        "x = torch.tensor([1.0, 2.0, 3.0])",
        "w = torch.tensor(0.5, requires_grad=True)",
        "y_clip = torch.clamp(z, min=-1.0, max=2.0)",
        "y = torch.softmax(y_clip, dim=0)",
        "L = torch.sum(L_slice)",
        "L.backward()",
    ):
        assert line in code.splitlines()
    assert "w.detach()" in code
    assert "# weighted" in code


def test_what_pytorch_has_no_word_for_is_named() -> None:
    document = parse("y = sum(Shrink(x))", {}, {"x": [1.0]})
    with pytest.raises(InputError, match=r"'y.shrink': Shrink cannot be written as PyTorch code"):
        torch_code(document)


def test_what_models_compute_of_shapes_is_the_number_of_the_run() -> None:
    made = model(
        [node("Shape", "x", "s"), node("Reshape", "w s", "r"), node("Slice", "r a b c d", "y")],
        [open_value("x", 2, 3)],
        tensors={
            "w": np.ones(6, np.float32), "a": np.int64([-1]), "b": np.int64([-9]), "c": np.int64([1]),
            "d": np.int64([-1]),
        },
    )  # fmt: skip
    code, _ = torch_code(document_of(made))
    assert "r = w.reshape((2, 3))" in code.splitlines()
    assert "y = r[:, torch.arange(2, -1, -1)]" in code.splitlines()


def test_moments_that_are_parameters_get_gradients() -> None:
    tensors = {name: np.ones(3, np.float32) for name in ("scale", "shift", "mean", "variance")}
    made = model(
        [node("BatchNormalization", "x scale shift mean variance", "y")],
        [open_value("x", 2, 3)],
        tensors=tensors,
    )
    code, _ = torch_code(document_of(made))
    assert "y = (x - mean.reshape((1, -1))) / torch.sqrt(variance.reshape((1, -1)) + " in code


def test_large_arrays_are_loaded() -> None:
    code, arrays = torch_code(parse("y = sum(W)", {}, {"W": np.ones((30, 30))}))
    assert 'W = torch.tensor(arrays["W"], requires_grad=True)' in code
    assert arrays["W"].shape == (30, 30)
