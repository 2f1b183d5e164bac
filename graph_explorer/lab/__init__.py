"""The laboratory: optimizers, learning-rate schedules, surfaces and the paths between them."""
