"""The window. It imports everything below it, and nothing below imports it."""
