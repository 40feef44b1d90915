"""Files of a project: whether one is still the same, and a log of what a command read."""
