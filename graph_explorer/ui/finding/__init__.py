"""Finding things in a graph: by a query, by what depends on what, and where one has been."""
