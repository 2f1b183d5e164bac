"""The panels around the graph: each one widget over the session."""
