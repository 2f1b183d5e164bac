"""The page of predictions: what the network answers, drawn as suits the data."""
