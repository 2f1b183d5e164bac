"""What helps against an ill gradient: changes of a document, each offered for findings of its kind."""
