"""Charts of numbers against a setting, painted by the same code in the window and in files."""
