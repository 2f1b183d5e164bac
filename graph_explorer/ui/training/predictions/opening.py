"""One example opened: the document with this example as its inputs, and the parameters that are looked at.

Of a network with convolutions the first one is selected, so that the inspector shows its feature maps.

The one rule: it is an edit like any other, which can be undone; the runs know that it is a step of
theirs, and go on with the document that they belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.training.opening import show_opened
from graph_explorer.ui.training.predictions.subject import Moment

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


def open_example(session: Session, moment: Moment, name: str, row: int) -> None:
    """Opens an example of the portion "training" or "validation" in the graph."""
    portion, _ = moment.portion(name)
    examples, asked = moment.predictor.examples, moment.asked
    one = portion.rows(slice(row, row + 1))
    number = int(one.numbers[0])
    document = asked.document.with_values(
        {**asked.parameters, examples.inputs: one.features, examples.target: one.targets}
    )
    run = session.state.training.numbered(asked.number)
    views = session.state.views
    session.change(views=views if "graph" in views else ("graph", *views[:1]))
    show_opened(
        session, asked.number, run.step if run is not None else 0, document, (number,), (number,),
        title=f"Open example {number}",
    )  # fmt: skip
    maps = next((node.id for node in document.graph if node.op == "Conv"), "")
    if maps:
        session.select(maps)
