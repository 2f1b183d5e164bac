"""The surface view: the document's output over two axes, with everything that happens on it."""
