"""A page for a browser: the drawing of the graph, and a slider through the steps of its backward pass.

The one rule: one file, which asks for nothing else: no network, no fonts, no library. The drawings of all
steps share their lines, so that a step costs little more than what changed in it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.trace import Trace
from graph_explorer.ui import film
from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.describe import describe_event
from graph_explorer.ui.canvas.marks import Marks
from graph_explorer.ui.exports import time_of_step
from graph_explorer.ui.pictures import Size, svg, view
from graph_explorer.ui.session import State

#: More steps than these are thinned out evenly.
_MOST_STEPS = 300

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: {scheme}; }}
body {{ margin: 0 auto; padding: 1rem; max-width: 100rem; background: {window}; color: {text};
  font: 1rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.3rem; margin: 0; }}
nav {{ position: sticky; top: 0; padding: .5rem 0; background: {window}; display: flex; gap: .6rem;
  align-items: center; }}
button {{ font: inherit; min-width: 2.5rem; }}
input {{ flex: 1; accent-color: {accent}; }}
output {{ min-width: 6rem; text-align: right; font-variant-numeric: tabular-nums; }}
#sentence {{ min-height: 3em; margin: .2rem 0; }}
figure {{ margin: 0; overflow: auto; }}
svg {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<h1>{title}</h1>
<nav aria-label="Steps of the backward pass">
<button id="back" aria-label="One step back">◀</button>
<button id="next" aria-label="One step on">▶</button>
<input id="step" type="range" min="0" max="{last}" value="0" aria-label="Step">
<output id="count"></output>
</nav>
<p id="sentence" aria-live="polite">{sentence}</p>
<figure id="figure">
{first}
</figure>
<script>
const lines = {lines};
const steps = {steps};
const slider = document.getElementById("step");
function show() {{
  const [number, sentence, runs] = steps[slider.value];
  const part = ([from, count]) => lines.slice(from, from + count).join("\\n");
  document.getElementById("figure").innerHTML = runs.map(part).join("\\n");
  document.getElementById("sentence").textContent = sentence;
  document.getElementById("count").textContent = "step " + number + " of {count}";
}}
function move(by) {{ slider.value = Number(slider.value) + by; show(); }}
slider.addEventListener("input", show);
document.getElementById("back").addEventListener("click", () => move(-1));
document.getElementById("next").addEventListener("click", () => move(1));
document.addEventListener("keydown", event => {{
  if (event.target === slider || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "ArrowRight") move(1);
  if (event.key === "ArrowLeft") move(-1);
}});
show();
</script>
</body>
</html>
"""


def save_page(
    source: Document | State, path: Path, *, trace: Trace | None = None, step: int | None = None,
    theme: str = "", size: Size | None = None,
) -> None:  # fmt: skip
    """Writes the page: all steps, up to `step` if it is given. Raises `InputError`."""
    text = page(source, trace=trace, step=step, theme=theme, size=size)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error


def page(
    source: Document | State, *, trace: Trace | None = None, step: int | None = None, theme: str = "",
    size: Size | None = None,
) -> str:  # fmt: skip
    """The page as text."""
    from graph_explorer.document import run

    state = source if isinstance(source, State) else State(document=source)
    document = state.document
    assert document is not None, "there is no document to be shown"
    trace = trace or state.trace or run(document, partial=True)
    drawn = list(_steps(state, trace, step, theme, size))
    known: dict[str, int] = {}
    steps = [
        (number, sentence, _runs([known.setdefault(line, len(known)) for line in drawing.splitlines()]))
        for number, sentence, drawing in drawn
    ]
    ink = Artist(theme or state.theme).ink
    colours = {name: ink.color(name).name() for name in ("window", "text", "accent")}
    return _PAGE.format(
        title=html.escape(document.name), scheme="dark" if "dark" in (theme or state.theme) else "light",
        last=len(drawn) - 1, count=drawn[-1][0], sentence=html.escape(drawn[0][1]), first=drawn[0][2],
        lines=_script(list(known)), steps=_script(steps), **colours,
    )  # fmt: skip


def _steps(
    state: State, trace: Trace, step: int | None, theme: str, size: Size | None
) -> Iterator[tuple[int, str, str]]:
    """The number, the sentence and the drawing of each step; the state before them all has no sentence."""
    first = 0 if trace.length > trace.forward_length else None
    shown = view(state, trace=trace, step=first, theme=theme, size=size)
    last = trace.length if step is None else time_of_step(trace, step)
    times = range(min(trace.forward_length + 1, last), last + 1)
    for place in film.chosen(len(times), _MOST_STEPS):
        time = times[place]
        shown.stage.show(trace, time, state.breakpoints)
        sentence = describe_event(trace.events[time - 1] if time else None)
        now = replace(shown, marks=Marks(shown.stage.present(time)), sentence="")
        drawing = svg(now).decode()
        yield place, sentence, drawing[drawing.index("<svg") :]


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another, as first and count."""
    found = groupby(enumerate(places), lambda pair: pair[1] - pair[0])
    parts = [[place for _, place in run] for _, run in found]
    return [(part[0], len(part)) for part in parts]


def _script(value: object) -> str:
    """JSON that may stand within a script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
