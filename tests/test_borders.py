"""The layers of the package hold, and what needs no window imports nothing of one."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "graph_explorer"
LAYERS = [
    [module.strip() for module in row.split("|")]
    for row in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]["layers"]
]
#: module prefix → its row, the top first, and which of the row's siblings it is
PLACES = {module: (row, module) for row, modules in enumerate(LAYERS) for module in modules}
#: What may be imported without Qt, networkx and other slow or large things.
PLAIN = ["graph_explorer", "graph_explorer.engine.run", "graph_explorer.document", "graph_explorer.formats"]
HEAVY = ("PySide6", "networkx", "pyqtgraph", "onnx", "sklearn", "ziamath", "tomlkit")


def sources() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path}: imports name the whole path"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place(module: str) -> tuple[int, str] | None:
    found = [PLACES[prefix] for prefix in PLACES if module == prefix or module.startswith(prefix + ".")]
    return found[0] if found else None


def wrong(importer: str, path: Path) -> list[str]:
    here = place(importer)
    if here is None:
        return []
    found = []
    for module in imported(path):
        there = place(module)
        if there is not None and there != here and there[0] <= here[0]:
            found.append(f"{importer} imports {module}")
    return found


def test_imports_run_downward_only() -> None:
    found = [line for module, path in sources() for line in wrong(module, path)]
    assert not found, "\n".join(found)


def test_an_import_upward_would_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f():\n    from graph_explorer.ui import session\nimport graph_explorer.lab.data\n")
    assert len(wrong("graph_explorer.engine.a", path)) == 2
    assert len(wrong("graph_explorer.layout.a", path)) == 2
    assert wrong("graph_explorer.ui.a", path) == []


def test_the_engine_needs_numpy_alone() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "graph_explorer", "networkx"}
    for module, path in sources():
        if module.startswith("graph_explorer.engine"):
            tops = {name.split(".")[0] for name in imported(path)}
            assert tops <= allowed, f"{module} imports {tops - allowed}"


@pytest.mark.parametrize("module", [m for m in [*PLAIN, "graph_explorer.cli"] if m in dict(sources())])
def test_no_window_is_imported_where_none_is_needed(module: str) -> None:
    code = (
        f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
