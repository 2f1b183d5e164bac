"""The health of the run: what is computed of it, its panel, heat on the graph, comparison of two runs."""
