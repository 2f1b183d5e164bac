"""What helps against an ill gradient: changes of a document, each offered for findings of its kind."""

from graph_explorer.remedies.table import OFFERED, REMEDIES, Remedy
from graph_explorer.remedies.text import NotApplicable
from graph_explorer.remedies.weighing import Offer, Sight, offers, sight_of

__all__ = ["OFFERED", "REMEDIES", "NotApplicable", "Offer", "Remedy", "Sight", "offers", "sight_of"]
