"""A document as a PyTorch program: parameters that require gradients, the forward pass, `.backward()`.

The one rule: the forward pass is the graph, node by node; the backward pass is PyTorch's own, so that
the two can be held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node, Use
from graph_explorer.engine.trace import Trace
from graph_explorer.formats.code.files import BESIDE, write_code
from graph_explorer.formats.code.opened import opened_run
from graph_explorer.formats.code.torch_call import Call, Unspelled
from graph_explorer.formats.code.torch_rules import RULES
from graph_explorer.formats.names import Names

Array = np.ndarray[Any, Any]

_RESERVED = ("torch", "F", "np", "arrays", "print", "tuple", "float")
#: Arrays with more entries are kept in a file beside the code.
_MOST_ENTRIES = 400


def save(document: Document, path: Path) -> None:
    """Writes the program, and beside it a `.npz` with the arrays that are too large for a text."""
    code, arrays = torch_code(document)
    write_code(path, code, arrays)


def torch_code(document: Document) -> tuple[str, Mapping[str, Array]]:
    """The program's text, and the arrays that it loads. Raises `InputError` where PyTorch has no word."""
    writer = _Writer(document, opened_run(document))
    writer.write()
    return writer.text(), writer.arrays


def _settled(trace: Trace) -> set[str]:
    """Constants, shapes, and what is computed of these alone: the numbers of the run."""
    found = {node.id for node in trace.graph.leaves("constant")}
    for node in trace.graph:
        known = node.op in ("Shape", "Size") or all(name in found for name in node.inputs if name)
        if not node.is_leaf and known and all(_plain(trace.value(name)) for name in node.outputs if name):
            found.update(filter(None, node.outputs))
    return found


def _plain(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


class _Writer:
    """One program that is being written."""

    def __init__(self, document: Document, trace: Trace) -> None:
        self.document, self.trace = document, trace
        self.names = Names(_RESERVED)
        self.called = {name: self.names.fresh(name) for name in trace.graph.values}
        self.detached: set[Use] = set(trace.plan.detached)
        self.constants = _settled(trace)
        self.lines: list[str] = []
        self.arrays: dict[str, Array] = {}
        self.default = np.dtype(document.dtype)

    def write(self) -> None:
        for kind in ("input", "parameter"):
            nodes = self.trace.graph.leaves(kind)
            if nodes:
                self.lines += ["", f"# {kind}s"]
            self.lines += [self._leaf(node.id) for node in nodes]
        self.lines += ["", "# forward"]
        group = ""
        for node in self.trace.graph:
            if node.is_leaf:
                if node.op == "constant" and np.ndim(self.trace.value(node.id)):
                    self.lines.append(self._leaf(node.id))
                continue
            if node.id in self.constants:
                known = [name for name in node.outputs if name and np.ndim(self.trace.value(name))]
                self.lines += [self._leaf(name) for name in known]
                continue
            if node.group != group:
                group = node.group
                self.lines += ["", f"# in {group}" if group else "# at the top"]
            self.lines.append(self._line(node))
        output = self.called[self.trace.output]
        seed = "" if np.ndim(self.trace.value(self.trace.output)) == 0 else f"torch.ones_like({output})"
        self.lines += ["", "# backward", f"{output}.backward({seed})"]

    def _leaf(self, name: str) -> str:
        value, called = self.trace.value(name), self.called[name]
        wanted = ", requires_grad=True" if name in self.trace.plan.wrt else ""
        kind = (
            "" if value.dtype in (self.default, np.bool_, np.int64) else f", dtype=torch.{value.dtype.name}"
        )
        if value.size > _MOST_ENTRIES:
            self.arrays[called] = value
            return f'{called} = torch.tensor(arrays["{called}"]{wanted})'
        shown = str(value.tolist()).replace("nan", 'float("nan")').replace("inf", 'float("inf")')
        if not value.size:
            return f"{called} = torch.zeros({value.shape}{kind}{wanted})"
        return f"{called} = torch.tensor({shown}{kind}{wanted})"

    def _given(self, node: Node, index: int) -> str:
        name = node.inputs[index]
        if not name:
            return ""
        value = self.trace.value(name)
        if name in self.constants and value.ndim == 0:
            number = value.item()
            finite = isinstance(number, bool | int) or np.isfinite(number)
            return repr(number) if finite else f'float("{number}")'
        return self.called[name] + (".detach()" if Use(node.id, index) in self.detached else "")

    def _line(self, node: Node) -> str:
        values = [self.trace.value(name) if name else None for name in node.inputs]
        fixed = [name in self.constants for name in node.inputs]
        texts = [self._given(node, index) for index in range(len(node.inputs))]
        named = [name for name in node.outputs if name]
        several = node.op in _SEVERAL
        try:
            if node.rule is not None or node.op not in RULES:
                raise Unspelled(node.op)
            text = RULES[node.op](Call(texts, values, fixed, node.attributes, len(named)))
        except Unspelled:
            raise InputError(
                f"'{node.id}': {node.op} cannot be written as PyTorch code; write NumPy code or .onnx instead"
            ) from None
        targets = [self.called[name] if name else "_" for name in (node.outputs if several else named[:1])]
        comma = "," if several and len(targets) == 1 else ""
        note = f"  # {' '.join(node.caption.split())}" if node.caption else ""
        return f"{', '.join(targets)}{comma} = {text}{note}"

    def text(self) -> str:
        title = " ".join(self.document.name.split()).replace('"""', "'''").replace("\\", "\\\\")
        head = [f'"""{title}: a PyTorch program written by Graph Explorer."""', ""]
        if self.arrays or any("np.random" in line for line in self.lines):
            head.append("import numpy as np")
        head += ["import torch", "import torch.nn.functional as F", ""]
        if self.default == np.float64:
            head += ["torch.set_default_dtype(torch.float64)"]
        if self.arrays:
            head.append(f'arrays = np.load(__file__ + "{BESIDE}")')
        return "\n".join([*head, *self.lines, "", *self._printing()]) + "\n"

    def _printing(self) -> Iterable[str]:
        output = self.called[self.trace.output]
        yield 'if __name__ == "__main__":'
        yield f'    print("{output} =", {output}.detach())'
        for name in self.trace.plan.wrt:
            yield f'    print("d_{self.called[name]} =", {self.called[name]}.grad)'


#: Operators whose expression gives all outputs at once.
_SEVERAL = ("Split",)
