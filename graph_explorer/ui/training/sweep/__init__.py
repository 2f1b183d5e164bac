"""The page of sweeps: the same training with other settings, many times."""
