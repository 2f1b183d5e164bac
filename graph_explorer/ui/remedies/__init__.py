"""Remedies in the window: offered, tried beside what there was, applied as an edit."""
