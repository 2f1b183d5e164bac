"""Drawings for other programs hold every node, edge, group, value and gradient, whatever they are called."""

from __future__ import annotations

import io
import re

import networkx
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.formats import open_document
from graph_explorer.formats.drawings import WRITERS, dot, graphml, tikz
from graph_explorer.formats.examples import resolve


@pytest.fixture(params=["neuron", "lstm", "cnn", "transformer"])
def document(request: pytest.FixtureRequest) -> Document:
    return open_document(resolve(request.param))


def unquoted(text: str) -> str:
    """DOT without its quoted texts."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', "N", text)


def test_dot_has_nodes_edges_and_clusters(document: Document) -> None:
    trace = run(document)
    text = dot(document, trace, trace.length)
    plain = unquoted(text)
    uses = sum(bool(name) for node in trace.graph for name in node.inputs)
    assert plain.count("->") == uses
    assert plain.count("[label=") == len(trace.graph)
    assert plain.count("subgraph") == len(trace.graph.groups)
    assert plain.count("{") == plain.count("}")
    assert '"' not in plain


def test_graphml_reads_back(document: Document) -> None:
    trace = run(document)
    text = graphml(document, trace, trace.length)
    graph = networkx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    assert set(graph) == {node.id for node in trace.graph}
    assert graph.number_of_edges() == document.graph.to_networkx().number_of_edges()
    shown = graph.nodes[document.output]
    assert shown["op"] == document.graph.node(document.output).op
    assert shown["gradient"] == "1"


def test_tikz_has_every_card_line_and_frame(document: Document) -> None:
    trace = run(document)
    text = tikz(document, trace, trace.length)
    assert len(re.findall(r"^  \\node\[(?:card|leaf),", text, re.M)) == len(trace.graph)
    assert text.count(r"\draw[frame]") == len(trace.graph.groups)
    assert text.count(r"\gradients{$") == sum(trace.has_gradient(node.id) for node in trace.graph)
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.count("$") % 2 == 0
    assert text.endswith("\\end{tikzpicture}\n\\end{document}\n")


def test_values_before_their_time_are_not_shown() -> None:
    document = parse("y = w * 2", {}, {"w": 3.0})
    trace = run(document)
    assert "= 6" not in dot(document, trace, 0)
    assert "= 6" in dot(document, trace, 1)
    assert "∂" not in dot(document, trace, 1)
    assert "∂ 2" in dot(document, trace, trace.length)


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_any_title(kind: str) -> None:
    title = 'a "b" \\ <c> & {d} $ % # _ ~ ^ \x01 é'
    document = parse("y = w * 2", {}, {"w": 3.0}, title=title)
    trace = run(document)
    text = WRITERS[kind](document, trace, trace.length)
    if kind == ".graphml":
        networkx.read_graphml(io.BytesIO(text.encode()))
    if kind == ".dot":
        assert '"' not in unquoted(text)
