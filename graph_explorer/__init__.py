"""Graph Explorer."""
