"""Documents that are trained alike: so that what was computed for one serves the other.

The one rule: a document that was made anew without a change counts as the old one.
"""

from __future__ import annotations

from graph_explorer.document import Document


def kept(old: Document | None, new: Document | None) -> Document | None:
    """The old document where the new one computes the same with the same settings, else the new one."""
    if old is None or new is None or old is new:
        return new
    same = (
        old.program == new.program
        and old.model is new.model
        and old.inputs is new.inputs
        and old.parameters is new.parameters
        and old.output_name == new.output_name
        and old.path == new.path
        and dict(old.training) == dict(new.training)
    )
    return old if same else new
