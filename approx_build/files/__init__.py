"""Files of a project: whether one has changed, and a log of what a command read."""
