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


def test_large_arrays_are_loaded() -> None:
    code, arrays = torch_code(parse("y = sum(W)", {}, {"W": np.ones((30, 30))}))
    assert 'W = torch.tensor(arrays["W"], requires_grad=True)' in code
    assert arrays["W"].shape == (30, 30)
