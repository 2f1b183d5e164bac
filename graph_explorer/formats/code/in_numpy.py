"""A document as a NumPy program: the forward pass and the backward pass, spelled out line by line.

The one rule: the code is what the engine does. Its rules are run once on values that note down what is
done with them (`spelled.py`); only where a rule needs more than a line does a function stand for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.trace import Trace
from graph_explorer.formats.code import rules
from graph_explorer.formats.code.files import BESIDE, write_code
from graph_explorer.formats.code.opened import opened_run
from graph_explorer.formats.code.script import Script
from graph_explorer.formats.code.spelled import Spelled
from graph_explorer.formats.names import Names

Array = np.ndarray[Any, Any]

#: Names that the code itself uses.
_RESERVED = (
    "np",
    "arrays",
    "Array",
    "Ints",
    "Index",
    "range",
    "print",
    "zip",
    "list",
    "slice",
    "len",
    "tuple",
    "int",
)
#: What a rule raises that cannot be spelled.
UNSPELLED = (TypeError, AttributeError, ValueError, IndexError, KeyError)


def save(document: Document, path: Path) -> None:
    """Writes the program, and beside it a `.npz` with the arrays that are too large for a text."""
    code, arrays = numpy_code(document)
    write_code(path, code, arrays)


def numpy_code(document: Document) -> tuple[str, Mapping[str, Array]]:
    """The program's text, and the arrays that it loads: those too large for the text.

    It computes the output and its gradients with respect to all parameters (inputs, where there are
    none), under the names of the values, `d_` before a gradient. Raises `InputError` for an operator
    that cannot be spelled, naming its node.
    """
    trace = opened_run(document)
    writer = _Writer(document, trace)
    writer.leaves()
    writer.forward()
    writer.backward()
    return writer.text(), writer.script.arrays


class _Writer:
    """One program that is being written."""

    def __init__(self, document: Document, trace: Trace) -> None:
        self.document, self.trace, self.graph = document, trace, trace.graph
        self.names = Names(_RESERVED)
        leaves = [node.id for node in self.graph.leaves("input", "parameter")]
        order = [*leaves, *(name for name in self.graph.values if name not in leaves)]
        self.called = {name: self.names.fresh(name) for name in order}
        self.script = Script(self.names)
        self.values: dict[str, Any] = {}
        self.gradients: dict[str, Spelled] = {}

    # ── forward ───────────────────────────────────────────────────────────────────────────────

    def leaves(self) -> None:
        for kind in ("input", "parameter"):
            nodes = self.graph.leaves(kind)
            if nodes:
                self.script.heading(f"{kind}s")
            for node in nodes:
                value = self.trace.value(node.id)
                self.values[node.id] = self.script.leaf(self.called[node.id], value, node.caption)
        for node in self.graph.leaves("constant"):
            self.values[node.id] = self.trace.value(node.id)

    def forward(self) -> None:
        self.script.heading("forward")
        group = ""
        for node in self.graph:
            if node.is_leaf:
                continue
            if node.group != group:
                group = node.group
                self.script.heading(f"in {group}" if group else "at the top")
            self._forward(node)

    def _given(self, node: Node) -> list[Any]:
        """The inputs of a node; a setting that is computed, such as a shape, is the numbers of this run."""
        given = [self.values[name] if name else None for name in node.inputs]
        fixed = () if node.op in rules.CHOOSING else operation_of(node).settings.values()
        for place in fixed:
            if place < len(given) and isinstance(given[place], Spelled):
                given[place] = self.trace.value(node.inputs[place])
        return given

    def _forward(self, node: Node) -> None:
        rule = rules.FORWARD.get(node.op, operation_of(node).forward) if node.rule is None else None
        made = self._spelled(node, rule, *self._given(node))
        results = made if isinstance(made, tuple) else (made,)
        named = [(name, one) for name, one in zip(node.outputs, results, strict=False) if name]
        if len(named) > 1:
            self.script.shared(self.called[node.id], [one for _, one in named])
        for name, one in named:
            if isinstance(one, Spelled) or name == self.trace.output:
                typed = _typed(one, self.trace.value(name))
                self.values[name] = self.script.assign(self.called[name], typed, node.caption)
            else:  # made of constants or shapes alone
                self.values[name] = np.asarray(one)

    def _spelled(self, node: Node, rule: Any, *given: Any) -> Any:
        try:
            if rule is None:
                raise TypeError("no rule")
            with np.errstate(all="ignore"):
                return rule(*given, **node.attributes)
        except UNSPELLED as error:
            raise InputError(
                f"'{node.id}': {node.op} cannot be written as NumPy code; save the document as .onnx instead"
            ) from error

    # ── backward ──────────────────────────────────────────────────────────────────────────────

    def backward(self) -> None:
        output = self.trace.output
        self.script.heading("backward")
        seed = self._named(np.ones_like, self.values[output])
        self.gradients[output] = self.script.assign(self._gradient_name(output), seed, "where it begins")
        last = -1
        for node_index, index in self.trace.plan.pulls:
            node = self.graph.nodes[node_index]
            if node_index != last:
                inputs = ", ".join(self._short(name) for name in node.inputs if name)
                outputs = ", ".join(self.called[name] for name in node.outputs if name)
                self.script.heading(f"back through {outputs} = {node.op}({inputs})")
                last = node_index
            self._pull(node, index)

    def _short(self, name: str) -> str:
        """A value in a comment: a single constant as its number."""
        value = self.values[name]
        alone = not isinstance(value, Spelled) and np.ndim(value) == 0
        return f"{np.asarray(value).item():.6g}" if alone else self.called[name]

    def _named(self, function: Any, value: Any) -> Any:
        return function(value) if isinstance(value, Spelled) else np.asarray(function(value))

    def _gradient_name(self, name: str) -> str:
        key = f"d {name}"
        if key not in self.called:
            self.called[key] = self.names.fresh(f"d_{self.called[name]}")
        return self.called[key]

    def _pull(self, node: Node, index: int) -> None:
        into = node.inputs[index]
        upstream = tuple(self.gradients.get(name) for name in node.outputs)
        y = tuple(self.values.get(name) for name in node.outputs)
        found = rules.PULLS.get((node.op, index))
        single = len(node.outputs) == 1
        g, whole = (upstream[0], y[0]) if single else (upstream, y)
        if found is None:
            operation = operation_of(node)

            def rule(*given: Any, **attributes: Any) -> Any:
                return operation.pull(index, g, whole, given, attributes)

            pulled = self._spelled(node, rule, *self._given(node))
        else:
            pulled = self._spelled(node, found, g, whole, *self._given(node))
        before = self.gradients.get(into)
        total = _typed(pulled if before is None else before + pulled, self.trace.value(into))
        note = "one more term" if before is not None else ""
        self.gradients[into] = self.script.assign(self._gradient_name(into), total, note)

    # ── the whole ─────────────────────────────────────────────────────────────────────────────

    def text(self) -> str:
        title = " ".join(self.document.name.split()).replace('"""', "'''").replace("\\", "\\\\")
        parts = [
            f'"""{title}: forward and backward in NumPy, written by Graph Explorer."""\n',
            "import numpy as np\n",
            'np.seterr(all="ignore")  # infinities and NaN are results like others\n',
        ]
        if self.script.arrays:
            parts.append(f'arrays = np.load(__file__ + "{BESIDE}")\n')
        parts += self.script.sources()
        return "\n".join([*parts, *self.script.lines[1:], "", *self._printing()]) + "\n"

    def _printing(self) -> Iterable[str]:
        output = self.trace.output
        yield 'if __name__ == "__main__":'
        yield f'    print("{self.called[output]} =", {self.called[output]})'
        for name in self.trace.plan.wrt:
            if name in self.gradients:
                gradient = self.called[f"d {name}"]
                yield f'    print("{gradient} =", {gradient})'


def _typed(made: Any, like: Array) -> Any:
    """In the type that the engine keeps: NumPy widens float32 where it meets a table of 1.0 and 0.0."""
    widened = isinstance(made, Spelled) and made.dtype.kind == "f" and made.dtype != like.dtype
    return made.astype(like.dtype.type) if widened else made
