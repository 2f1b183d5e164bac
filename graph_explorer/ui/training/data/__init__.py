"""The page of data: which examples there are, what they look like, and which of them are trained on."""
