"""Landscapes on a grid: the same numbers everywhere, gone on with after an interruption."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer.document import Document
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.kept import Kept
from graph_explorer.lab.landscape import about, landscape
from graph_explorer.lab.losses import PORTION, loss_over
from graph_explorer.lab.places import Cluster, Place, Processes, Threads, place_of
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import FILTER, surface_of

WINDOW = (-1.0, 1.0, -1.0, 1.0)


@pytest.fixture(scope="module")
def document() -> Document:
    return gx.open("spirals")


@pytest.fixture(scope="module")
def surface(document: Document) -> Surface:
    return surface_of(document, FILTER, over=loss_over(document))


@pytest.fixture(scope="module")
def expected(surface: Surface) -> np.ndarray[Any, Any]:
    """Point by point, in one thread."""
    y, x = np.linspace(-1, 1, 9), np.linspace(-1, 1, 13)
    return np.array([[surface.value((a, b)) for a in x] for b in y])


@pytest.mark.parametrize("place", [Threads(1), Threads(3), Processes(1), Processes(2)], ids=str)
def test_a_grid_is_the_same_everywhere(
    surface: Surface, expected: np.ndarray[Any, Any], place: Place
) -> None:
    found = landscape(surface, WINDOW, 13, 9, place=place)
    np.testing.assert_array_equal(found.values, expected)
    assert found.x.shape == (13,)
    assert found.y[0] == -1


def test_the_loss_over_the_training_set_is_what_training_reports(document: Document) -> None:
    run = gx.train(document, epochs=2)
    trained = surface_of(run.document, FILTER, over=loss_over(run.document))
    assert trained.value((0.0, 0.0)) == pytest.approx(run.epochs[-1].loss, rel=1e-12)
    tried = surface_of(run.document, FILTER, over=loss_over(run.document, "validation"))
    assert tried.value((0.0, 0.0)) == pytest.approx(run.epochs[-1].validation_loss, rel=1e-12)


def test_portions_share_the_mean_by_their_size() -> None:
    document = gx.open("digits")
    whole = loss_over(document)
    assert whole is not None
    assert len(whole) > 2 * PORTION
    shares = [share for share, _ in whole.portions]
    assert sum(shares) == pytest.approx(1)
    assert shares[-1] < shares[0]
    at_once = document.with_values(whole.leaves)
    expected = gx.run(at_once).value(document.output)
    value = surface_of(document, FILTER, over=whole).value((0.0, 0.0))
    assert value == pytest.approx(float(expected), rel=1e-12)


def test_what_is_dropped_in_training_is_there_in_a_landscape() -> None:
    program = "h = dropout(relu(x @ W), 0.5)\nL = mean((h @ v - y)**2)"
    document = gx.parse(
        program, {"x": np.ones((4, 2)), "y": np.zeros(4)}, {"W": np.eye(2), "v": np.ones(2)},
        training={"data": "line:examples=20"},
    )  # fmt: skip
    document = dataclasses.replace(document, training={"data": "moons:examples=20", "split": 1.0})
    over = loss_over(document)
    assert over is not None
    x, y = over.leaves["x"], over.leaves["y"]
    expected = np.mean((np.maximum(x, 0) @ np.ones(2) - y) ** 2)
    assert surface_of(document, FILTER, over=over).value((0.0, 0.0)) == pytest.approx(expected)


def test_a_subset_is_drawn_once(document: Document) -> None:
    first, again = (loss_over(document, "subset:50") for _ in range(2))
    assert first is not None
    assert again is not None
    assert len(first) == 50
    np.testing.assert_array_equal(first.leaves["x"], again.leaves["x"])


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("test", "found 'test'"),
        ("training:5", "found 'training:5'"),
        ("subset:0", "such as subset:256"),
        ("subset:many", "such as subset:256"),
    ],
)
def test_what_a_loss_is_taken_over(document: Document, choice: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        loss_over(document, choice)


def test_without_validation_examples_there_is_no_validation_loss() -> None:
    with pytest.raises(InputError, match="none is left for validation"):
        loss_over(gx.open("xor"), "validation")
    with pytest.raises(InputError, match="no data to train on"):
        loss_over(gx.open("neuron"))


# ── kept results ──────────────────────────────────────────────────────────────────────────────


class Stopped(Exception):
    """The program ends here."""


def stop_after(part: float) -> Callable[[float], None]:
    def checkpoint(fraction: float) -> None:
        if fraction >= part:
            raise Stopped

    return checkpoint


def test_what_is_kept_is_not_computed_again(
    surface: Surface, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = about(surface, WINDOW, 40, 30)
    file = tmp_path / "kept.npz"
    with pytest.raises(Stopped):
        landscape(
            surface, WINDOW, 40, 30, place=Threads(1), kept=Kept(file, said), checkpoint=stop_after(0.5)
        )
    done = len(Kept(file, said).results)
    assert done > 0
    asked: list[int] = []
    values = Surface.values
    monkeypatch.setattr(
        Surface,
        "values",
        lambda self, points, *more: asked.append(len(points)) or values(self, points, *more),
    )
    found = landscape(surface, WINDOW, 40, 30, place=Threads(1), kept=Kept(file, said))
    assert len(asked) == 10 - done  # tasks of three rows
    monkeypatch.undo()
    np.testing.assert_array_equal(found.values, landscape(surface, WINDOW, 40, 30).values)


def test_results_of_something_else_are_refused(document: Document, surface: Surface, tmp_path: Path) -> None:
    file = tmp_path / "kept.npz"
    landscape(surface, WINDOW, 4, 4, kept=Kept(file, about(surface, WINDOW, 4, 4)))
    other = surface_of(document, FILTER, 1, loss_over(document))
    validated = surface_of(document, FILTER, over=loss_over(document, "validation"))
    moved = surface_of(
        document.with_values({"W1": document.entry("W1").array + 1}), FILTER, over=surface.over
    )
    cases = [
        (about(surface, WINDOW, 5, 4), "another grid"),
        (about(surface, (-2.0, 1.0, -1.0, 1.0), 4, 4), "another part of the plane"),
        (about(other, WINDOW, 4, 4), "another plane"),
        (about(validated, WINDOW, 4, 4), "another set of examples"),
        (about(moved, WINDOW, 4, 4), "another document"),
    ]
    for said, sentence in cases:
        with pytest.raises(InputError, match=sentence) as caught:
            Kept(file, said)
        assert "remove the file" in caught.value.message
        assert caught.value.source == str(file)


def test_a_file_that_holds_no_results_is_refused(surface: Surface, tmp_path: Path) -> None:
    said = about(surface, WINDOW, 4, 4)
    strange = tmp_path / "strange.npz"
    strange.write_bytes(b"nothing")
    with pytest.raises(InputError, match="no kept results"):
        Kept(strange, said)
    np.savez(strange, x=np.zeros(3))
    with pytest.raises(InputError, match="no kept results"):
        Kept(strange, said)
    with pytest.raises(InputError, match="no folder"):
        Kept(tmp_path / "nowhere" / "kept.npz", said)


def test_cancelling_leaves_no_thread_and_keeps_what_is_done(surface: Surface, tmp_path: Path) -> None:
    file = tmp_path / "kept.npz"
    said = about(surface, WINDOW, 30, 30)

    def checkpoint(fraction: float) -> None:
        if fraction > 0.2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        landscape(surface, WINDOW, 30, 30, place=Threads(2), kept=Kept(file, said), checkpoint=checkpoint)
    assert Kept(file, said).results


#: Computes a landscape on the command line, and says after how many evaluations of the network it is done.
PROGRAM = """
import sys
from graph_explorer import cli
from graph_explorer.lab.surface import Surface
count = 0
value = Surface.value
def counted(self, point):
    global count
    count += 1
    return value(self, point)
Surface.value = counted
code = cli.main(sys.argv[1:], None, None)
print("evaluations", count)
sys.exit(code)
"""


def test_a_killed_program_goes_on_where_it_was(tmp_path: Path) -> None:
    out = tmp_path / "grid.npz"
    line = [
        sys.executable, "-c", PROGRAM, "surface", "digits", "--axes", "filter", "--grid", "60x40",
        "--workers", "1", "--npz", str(out),
    ]  # fmt: skip
    kept = tmp_path / "grid.npz.kept.npz"
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        until = time.monotonic() + 60
        while not (kept.exists() and len(_tasks(kept)) >= 4) and time.monotonic() < until:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
    assert not out.exists()
    done = sum(array.size for array in _tasks(kept))
    assert 0 < done < 60 * 40
    second = subprocess.run(line, capture_output=True, text=True, check=True, timeout=120)
    assert f"evaluations {60 * 40 - done}" in second.stdout
    assert not kept.exists()
    document = gx.open("digits")
    whole = landscape(surface_of(document, FILTER, over=loss_over(document)), WINDOW, 60, 40)
    with np.load(out) as file:
        np.testing.assert_array_equal(file["values"], whole.values)


def _tasks(path: Path) -> list[np.ndarray[Any, Any]]:
    with np.load(path) as file:
        return [file[name] for name in file.files if name.startswith("result/")]


# ── a cluster ─────────────────────────────────────────────────────────────────────────────────


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as made:
        return made.connect_ex(("127.0.0.1", port)) == 0


@dataclasses.dataclass
class Dask:
    """A scheduler and its workers, each a process of its own."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    pytest.importorskip("distributed", reason="Dask is not installed: there is no cluster to compute on")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    started: list[subprocess.Popen[bytes]] = []

    def start(*line: str) -> subprocess.Popen[bytes]:
        made = subprocess.Popen(
            [sys.executable, "-m", "dask", *line], env=environment, cwd=tmp_path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(made)
        return made

    start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    until = time.monotonic() + 60
    while not listens(port) and time.monotonic() < until:
        time.sleep(0.1)
    workers = [start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
    yield Dask(address, workers)
    for process in reversed(started):
        process.kill()
        process.wait()


def test_a_lost_worker_changes_no_number(
    surface: Surface, dask: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_explorer.lab.places.PATIENCE", 30.0)  # a machine under load starts slowly
    expected = landscape(surface, WINDOW, 60, 60, place=Threads(2))
    lost: list[int] = []

    def checkpoint(fraction: float) -> None:
        if fraction > 0.3 and not lost:
            dask.workers[0].kill()
            lost.append(dask.workers[0].wait())

    found = landscape(surface, WINDOW, 60, 60, place=Cluster(dask.address), checkpoint=checkpoint)
    assert lost
    np.testing.assert_array_equal(found.values, expected.values)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://127.0.0.1:{port}", "no Dask scheduler answers"),
        ("nonsense", "no Dask scheduler answers"),
        ("smoke://127.0.0.1:1", "no Dask scheduler answers"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_sentence(
    surface: Surface, address: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: there is no cluster to ask for")
    monkeypatch.setattr("graph_explorer.lab.places.PATIENCE", 1.0)
    with pytest.raises(InputError, match=sentence) as caught:
        landscape(surface, WINDOW, 4, 4, place=Cluster(address.format(port=free_port())))
    assert "dask scheduler" in caught.value.message


def test_places_are_chosen_by_what_is_given() -> None:
    assert place_of() == Threads(0)
    assert place_of(None, 3, processes=True) == Processes(3)
    assert place_of("tcp://127.0.0.1:8786", 3) == Cluster("tcp://127.0.0.1:8786")
    with pytest.raises(InputError, match="at least one worker"):
        place_of(None, 0)
