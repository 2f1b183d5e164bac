"""The race of optimizers: what runs, how it is set, and how it went, in numbers and curves."""
