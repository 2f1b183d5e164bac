"""A graph and its run for other drawing programs: DOT for Graphviz, GraphML, TikZ for LaTeX.

The one rule: what stands on a card of the window stands here too: name, operator, value, gradient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import brief, brief_latex, name_latex
from graph_explorer.engine.trace import Trace
from graph_explorer.layout import Layout, arrange, curve

#: What writes a drawing: the document, its run, and the time up to which the run is shown.
Writer = Callable[[Document, Trace, int], str]

#: Pixels a letter of a card, a card's height and the room at its sides.
_LETTER, _HEIGHT, _SIDES = 6.5, 52.0, 20.0


def save(document: Document, path: Path, trace: Trace, time: int) -> None:
    """Writes the drawing whose kind the suffix of `path` names. Raises `InputError`."""
    text = WRITERS[path.suffix.lower()](document, trace, time)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error


def _value(trace: Trace, node: Node, time: int) -> str:
    return brief(trace.value(node.id)) if trace.has_value(node.id, time) else ""


def _gradient(trace: Trace, node: Node, time: int) -> str:
    return brief(trace.gradient(node.id, time)) if trace.has_gradient(node.id, time) else ""


# ── DOT ───────────────────────────────────────────────────────────────────────────────────────


def dot(document: Document, trace: Trace, time: int) -> str:
    """The graph for Graphviz; groups are clusters."""
    lines = [
        f"digraph {_quoted(document.name)} {{",
        '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ]
    lines += _cluster(trace, "", time, 1)
    for node in trace.graph:
        for index, name in enumerate(node.inputs):
            if name:
                source = trace.graph.node(name).id
                note = _quoted(f"{name}, input {index}")
                lines.append(f"  {_quoted(source)} -> {_quoted(node.id)} [tooltip={note}];")
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(trace: Trace, group: str, time: int, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for node in trace.graph:
        if node.group == group:
            shape = ", shape=ellipse" if node.is_leaf else ""
            yield f"{indent}{_quoted(node.id)} [label={_label(trace, node, time)}{shape}];"
    for inner in trace.graph.groups:
        outer, _, name = inner.rpartition("/")
        if outer == group:
            yield f"{indent}subgraph {_quoted(f'cluster_{inner}')} {{"
            yield f"{indent}  label={_quoted(name)};"
            yield from _cluster(trace, inner, time, depth + 1)
            yield f"{indent}}}"


def _label(trace: Trace, node: Node, time: int) -> str:
    value, gradient = _value(trace, node, time), _gradient(trace, node, time)
    shown = [f"{node.label}: {node.op}", value and f"= {value}", gradient and f"∂ {gradient}"]
    return _quoted("\n".join(line for line in shown if line))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


# ── GraphML ───────────────────────────────────────────────────────────────────────────────────


def graphml(document: Document, trace: Trace, time: int) -> str:
    """The graph as GraphML: nodes with operator, group, value and gradient, edges with their input."""
    import networkx  # needed for drawings only

    graph = networkx.MultiDiGraph(name=_printable(document.name))
    for node in trace.graph:
        texts = {
            "label": node.label, "op": node.op, "group": node.group, "caption": node.caption,
            "value": _value(trace, node, time), "gradient": _gradient(trace, node, time),
        }  # fmt: skip
        graph.add_node(_printable(node.id), **{key: _printable(text) for key, text in texts.items()})
    for node in trace.graph:
        for index, name in enumerate(node.inputs):
            if name:
                source = _printable(trace.graph.node(name).id)
                graph.add_edge(source, _printable(node.id), value=_printable(name), input=index)
    return "\n".join(networkx.generate_graphml(graph)) + "\n"


def _printable(text: str) -> str:
    """Without the control letters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


# ── TikZ ──────────────────────────────────────────────────────────────────────────────────────

_HEAD = r"""\documentclass[tikz,border=8pt]{standalone}
\usepackage{amsmath}
\newcommand{\values}[1]{\textcolor{blue!60!black}{#1}}
\newcommand{\gradients}[1]{\textcolor{red!70!black}{#1}}
\begin{document}
\begin{tikzpicture}[x=0.75pt, y=-0.75pt, every node/.style={font=\footnotesize, align=center},
    card/.style={draw, rounded corners=3pt, fill=white},
    leaf/.style={draw, rounded corners=9pt, fill=black!4},
    flow/.style={->, black!60}, frame/.style={draw=black!30, rounded corners=4pt}]"""


def tikz(document: Document, trace: Trace, time: int) -> str:
    """The graph as a LaTeX document of its own, placed as in the window."""
    cards = {node.id: _card(trace, node, time) for node in trace.graph}
    sizes = {name: (_width(lines), _HEIGHT) for name, lines in cards.items()}
    sizes |= {group: (_LETTER * len(group), 0.0) for group in trace.graph.groups}
    layout = arrange(trace.graph, sizes)
    title = _tex(document.name)
    lines = [f"% {title}", _HEAD, *_frames(layout), *_flows(layout)]
    for place, name in enumerate(layout.ids):
        x, y = layout.centers[place]
        width, height = layout.sizes[place]
        style = "leaf" if trace.graph.node(name).is_leaf else "card"
        size = f"minimum width={width * 0.75:.1f}pt, minimum height={height * 0.75:.1f}pt"
        lines.append(rf"  \node[{style}, {size}] at ({x:.1f}, {y:.1f}) {{{cards[name]}}};")
    return "\n".join([*lines, r"\end{tikzpicture}", r"\end{document}"]) + "\n"


def _card(trace: Trace, node: Node, time: int) -> str:
    op = rf"\textsf{{{_tex(node.op)}}}"
    lines = [rf"${name_latex(node.label)}$ \; {op}"]
    if trace.has_value(node.id, time):
        lines.append(rf"\values{{${brief_latex(trace.value(node.id))}$}}")
    if trace.has_gradient(node.id, time):
        lines.append(rf"\gradients{{$\partial\; {brief_latex(trace.gradient(node.id, time))}$}}")
    return r" \\ ".join(lines)


def _width(card: str) -> float:
    """How wide a card is, from its longest line without commands."""
    lines = [re.sub(r"\\[A-Za-z]+|[{}$\\;]", "", line) for line in card.split(r" \\ ")]
    return _LETTER * max(len(line) for line in lines) + _SIDES


def _frames(layout: Layout) -> Iterator[str]:
    for group, (x, y, width, height) in layout.groups.items():
        yield rf"  \draw[frame] ({x:.1f}, {y:.1f}) rectangle ({x + width:.1f}, {y + height:.1f});"
        name = _tex(group.rsplit("/", 1)[-1])
        yield rf"  \node[anchor=north west, black!60] at ({x:.1f}, {y:.1f}) {{{name}}};"


def _flows(layout: Layout) -> Iterable[str]:
    for number in range(len(layout.lines)):
        parts = curve(layout.lines.points_of(number), layout.direction)
        places = [[f"({x:.1f}, {y:.1f})" for x, y in part] for part in parts]
        turns = [f".. controls {a} and {b} .. {end}" for _, a, b, end in places]
        yield rf"  \draw[flow] {' '.join([places[0][0], *turns])};"


def _tex(text: str) -> str:
    """A text with what LaTeX takes for commands escaped."""
    words = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(words.get(one, f"\\{one}" if one in "{}$&#%_" else one) for one in " ".join(text.split()))


WRITERS: dict[str, Writer] = {".dot": dot, ".graphml": graphml, ".tex": tikz}
