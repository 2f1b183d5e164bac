"""Challenges: questions made from the run of a document, answered by the run itself, judged fairly."""
