"""The NumPy code of every example and operator computes what the engine computes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.formats import open_document
from graph_explorer.formats.code import in_numpy, rules
from graph_explorer.formats.code.script import Script
from graph_explorer.formats.examples import examples
from graph_explorer.formats.names import Names, identifier
from tests.engine.ops.samples import ATTRIBUTES, SAMPLES, drawn

#: Runs each file named on the command line, and keeps all its arrays beside it.
_RUNNER = """
import runpy, sys
import numpy as np
for path in sys.argv[1:]:
    made = runpy.run_path(path)
    assert not [v for v in made.values() if type(v).__name__ == "module" and v is not np]
    numbers = {k: v for k, v in made.items() if isinstance(v, (np.ndarray, np.generic))}
    np.savez(path + ".out.npz", **numbers)
"""

#: Operators of which at least one sample cannot be spelled: they are refused with a sentence.
UNSPELLED = {
    "AveragePool", "CausalConvWithState", "Col2Im", "DeformConv", "DequantizeLinear", "GatherND",
    "GridSample", "LpPool", "MaxRoiPool", "MaxUnpool", "Pad", "Resize", "RoiAlign", "ScatterElements",
    "ScatterND", "TensorScatter", "Unique",
}  # fmt: skip
#: Operators that are opened up into others before they are written.
OPENED = {name for name, operation in OPERATIONS.items() if operation.parts is not None}


def test_every_example_runs_alone_and_gives_the_same(tmp_path: Path) -> None:
    documents = {example.name: open_document(example.path) for example in examples()}
    paths = []
    for name, document in documents.items():
        path = tmp_path / f"{name}.py"
        in_numpy.save(document, path)
        paths.append(path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUNNER, *map(str, paths)],
        cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for name, document in documents.items():
        trace = run(document)
        with np.load(f"{tmp_path / name}.py.out.npz") as made:
            same(made[identifier(trace.output)], trace.value(trace.output), name)
            for leaf in trace.plan.wrt:
                same(made[f"d_{identifier(leaf)}"], trace.gradient(leaf), f"{name}: d_{leaf}")


def same(found: Any, expected: Any, what: str) -> None:
    """Equal to 1e-12 (in float32, 1e-5), relative to the largest entry."""
    near = 1e-12 if np.asarray(expected).dtype != np.float32 else 1e-5
    assert np.asarray(found).dtype == np.asarray(expected).dtype, what
    scale = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
    np.testing.assert_allclose(
        found, expected, rtol=near, atol=near * max(scale, 1e-3 * (near > 1e-12)), err_msg=what
    )


def samples(name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    operation = OPERATIONS[name]
    if operation.elementwise and name not in SAMPLES:
        return [(drawn(operation, more), more) for more in ({}, *ATTRIBUTES.get(name, []))]
    return SAMPLES.get(name, [])


def spelled(name: str, given: tuple[Any, ...], attributes: dict[str, Any]) -> None:
    """Writes code for one call of an operator and its pulls, runs it and compares."""
    operation = OPERATIONS[name]
    arrays = [None if one is None else np.asarray(one) for one in given]
    with np.errstate(all="ignore"):
        y = operation.forward(*arrays, **attributes)
        script = Script(Names(("np", "arrays")))
        values = [
            a
            if a is None or a.dtype.kind != "f" or k in operation.settings.values()
            else script.leaf(f"x{k}", a)
            for k, a in enumerate(arrays)
        ]
        expected: dict[str, Any] = {}
        rule = rules.FORWARD.get(name, operation.forward)
        made = rule(*values, **attributes)
        outputs = y if isinstance(y, tuple) else (y,)
        shown = [
            script.assign(f"y{k}", one) for k, one in enumerate(made if isinstance(made, tuple) else (made,))
        ]
        expected |= {f"y{k}": one for k, one in enumerate(outputs[: len(shown)])}
        ones = [np.ones_like(one) for one in outputs]
        first = np.asarray(outputs[0]).dtype.kind == "f"
        for index, array in enumerate(arrays if first else ()):
            if array is None or array.dtype.kind != "f" or not operation.differentiable(index):
                continue
            single = not isinstance(y, tuple)
            g = ones[0] if single else (ones[0], *[None] * (len(ones) - 1))
            expected[f"d{index}"] = operation.pull(index, g, y, arrays, attributes)
            leaf = script.leaf(f"g{index}", ones[0])
            upstream = leaf if single else (leaf, *[None] * (len(ones) - 1))
            there = shown[0] if single else (*shown, *outputs[len(shown) :])
            pull = rules.PULLS.get((name, index))
            if pull is None:
                back = operation.pull(index, upstream, there, values, attributes)
            else:
                back = pull(upstream, there, *values, **attributes)
            script.assign(f"d{index}", back)
        text = "\n".join([*script.sources(), *script.lines])
        found: dict[str, Any] = {"np": np, "arrays": script.arrays}
        exec(text, found)  # our own text
    for key, value in expected.items():
        assert np.shape(found[key]) == np.shape(value), f"{name}: {key}"
        same(found[key], np.asarray(value), f"{name} {attributes}: {key}\n{text}")


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - UNSPELLED - OPENED))
def test_every_operator_is_spelled_as_the_engine_runs_it(name: str) -> None:
    for given, attributes in samples(name):
        spelled(name, given, attributes)


@pytest.mark.parametrize("name", sorted(UNSPELLED))
def test_what_is_said_to_be_unspelled_is(name: str) -> None:
    refused = 0
    for given, attributes in samples(name):
        try:
            spelled(name, given, attributes)
        except in_numpy.UNSPELLED:
            refused += 1
    assert refused


def test_an_operator_that_cannot_be_spelled_is_named() -> None:
    document = parse("y = sum(GridSample(x, g))", {"g": np.zeros((1, 2, 2, 2))}, {"x": np.ones((1, 1, 3, 3))})
    with pytest.raises(InputError, match=r"GridSample cannot be written as NumPy code"):
        in_numpy.numpy_code(document)


def test_a_layer_of_cells_is_written_cell_by_cell() -> None:
    text = "y, h, c = LSTM(x, W, R)\nL = sum(y)\n"
    random = np.random.default_rng(0)
    document = parse(
        text,
        {"x": random.standard_normal((3, 1, 2))},
        {"W": random.standard_normal((1, 8, 2)), "R": random.standard_normal((1, 8, 2))},
    )
    code, _ = in_numpy.numpy_code(document)
    found: dict[str, Any] = {"__name__": "code"}
    exec(code, found)
    trace = run(document)
    for name in ("W", "R"):
        same(found[f"d_{name}"], trace.gradient(name), name)


def test_large_arrays_lie_beside_the_code(tmp_path: Path) -> None:
    weights = np.random.default_rng(0).standard_normal((30, 40))
    path = tmp_path / "net.py"
    in_numpy.save(parse("L = sum(W * W)", {}, {"W": weights}), path)
    done = subprocess.run([sys.executable, str(path)], cwd="/", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[2]) == pytest.approx(float(np.sum(weights * weights)), rel=1e-12)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["net.py", "net.py.npz"]


def test_names_that_python_keeps_are_changed() -> None:
    code, _ = in_numpy.numpy_code(parse("y = np * len", {}, {"np": 2.0, "len": 3.0}))
    found: dict[str, Any] = {"__name__": "code"}
    exec(code, found)
    assert float(found["y"]) == 6.0
    assert float(found["d_np_2"]) == 3.0
