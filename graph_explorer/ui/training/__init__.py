"""The training view: settings, runs, curves, and pages on what a network learns."""
