"""The same models opened here, in Netron and in Model Explorer, side by side on one machine.

    python -m tests.speed.viewers --peers PYTHON [--chromium FILE] [--rounds N] [--only WORD]… [--json FILE]

It installs nothing. It needs a Chromium (`apt-get install chromium`) and an environment of its own for the
peers, whose Python is given:

    python3 -m venv /opt/peers
    /opt/peers/bin/pip install netron ai-edge-model-explorer model-explorer-onnx playwright psutil

and, for a real window of ours, a display: under Xvfb, `xvfb-run -s "-screen 0 1600x1000x24" python -m …`;
without one ours is drawn offscreen. Every program opens every model in turn, N times, in a fresh process,
a moment after the one before has ended, so that a busy machine slows all, and every second time backwards, so
that none always comes after the one that leaves most to be cleared away; medians are printed. Of the peers
the server runs and the browser is open before the model is asked for; of ours the window is open and idle
(“running”), or the process is started for it (“cold”). “flat” shows every node, as Netron does; otherwise
blocks that repeat are groups, closed at first, and so are those of Model Explorer.

The one rule: what does not end within the time limit is said to have taken longer, and is not tried again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.speed.viewers import models

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_OURS = {"running": ("running",), "flat": ("running", "flat"), "cold": ("cold",)}
_PEERS = ("netron", "explorer")
_PORT = 8730
#: Seconds after each opening in which the machine clears away what that left behind.
_PAUSE = 2.0

Found = dict[str, Any]


def _said(command: Sequence[str], limit: float, **environment: str) -> Found:
    """What a process prints last, as JSON; nothing known where it takes too long."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return {"seconds": None}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    found: Found = json.loads(lines[-1])
    return found


def _open(program: str, model: Path, options: argparse.Namespace) -> Found:
    """Opens a model once."""
    if program in _PEERS:
        place = str(_HERE / "peer.py")
        command = [
            options.peers,
            place,
            program,
            str(model),
            str(_PORT),
            options.chromium,
            str(options.limit),
        ]
        return _said(command, options.limit + 180)
    with tempfile.TemporaryDirectory() as settings:  # as if started for the first time
        platform = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
        return _said(
            [sys.executable, str(_HERE / "ours.py"), _OURS[program][0], str(model), *_OURS[program][1:]],
            options.limit + 180,
            **platform, XDG_CONFIG_HOME=settings, PYTHONPATH=str(_ROOT), STARTED=str(time.time()),
        )  # fmt: skip


def measured(options: argparse.Namespace) -> dict[str, dict[str, list[Found]]]:
    """Model → program → what each round found."""
    found: dict[str, dict[str, list[Found]]] = {}
    chosen = {
        title: path
        for title, path in models.made(options.folder).items()
        if not options.only or any(word in title for word in options.only)
    }
    programs = (*_OURS, *_PEERS)
    for turn in range(options.rounds):
        for title, path in chosen.items():
            rows = found.setdefault(title, {program: [] for program in programs})
            for program in programs[:: -1 if turn % 2 else 1]:
                if rows[program] and rows[program][-1]["seconds"] is None:
                    continue
                time.sleep(_PAUSE)
                rows[program].append(_open(program, path, options))
                told = _short(rows[program][-1])
                sys.stderr.write(f"  {turn + 1} {title} {program} {told}\n")
    return found


def _short(found: Found) -> str:
    return json.dumps({key: value for key, value in found.items() if key != "frames"})


def _median(rows: Sequence[Found], key: str) -> float | None:
    numbers = [row[key] for row in rows if row.get(key) is not None]
    return statistics.median(numbers) if numbers else None


def _worst(rows: Sequence[Found]) -> float | None:
    """The 95th of a hundred frames while zooming, in milliseconds."""
    frames = sorted(frame for row in rows for frame in row.get("frames", ()))
    return frames[int(0.95 * (len(frames) - 1))] if frames else None


def _cell(number: float | None, digits: int) -> str:
    return "–" if number is None else f"{number:.{digits}f}"


def table(found: dict[str, dict[str, list[Found]]], limit: float) -> str:
    """The medians as text, with how many times as long the faster peer takes."""
    programs = (*_OURS, *_PEERS)
    lines = []
    for what, key, digits in (("seconds to the graph", "seconds", 2), ("megabytes", "megabytes", 0)):
        lines.append(
            f"{what:<22}" + "".join(f"{name:>10}" for name in programs) + f"{'÷ run.':>10}{'÷ flat':>8}"
        )
        for title, rows in found.items():
            numbers = {name: _median(rows[name], key) for name in programs}
            peers = [number for name in _PEERS if (number := numbers[name]) is not None]
            best = min(peers, default=limit if key == "seconds" else None)
            more = "" if peers or best is None else ">"
            ratios = [
                more + _cell(best / mine, 1) if best and (mine := numbers[name]) else "–"
                for name in ("running", "flat")
            ]
            cells = "".join(f"{_cell(numbers[name], digits):>10}" for name in programs)
            lines.append(f"{title:<22}{cells}{ratios[0]:>10}{ratios[1]:>8}")
        lines.append("")
    lines.append(f"{'p95 ms a frame, zoom':<22}" + "".join(f"{name:>10}" for name in programs))
    for title, rows in found.items():
        lines.append(f"{title:<22}" + "".join(f"{_cell(_worst(rows[name]), 1):>10}" for name in programs))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", required=True, help="the Python that has the peers")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a peer is given up")
    parser.add_argument("--only", action="append", default=[], help="models whose title holds this word")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "viewer-models")
    parser.add_argument("--json", type=Path, help="where all that was found is kept")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    before = os.getloadavg()
    found = measured(options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    after = os.getloadavg()
    loads = f"load before {before[0]:.1f}, after {after[0]:.1f}"
    sys.stdout.write(f"{loads}; {os.cpu_count()} cores; {options.rounds} rounds\n\n")
    sys.stdout.write(table(found, options.limit) + "\n")


if __name__ == "__main__":
    main()
