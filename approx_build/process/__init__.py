"""Processes: how children are started and ended, and what the system says of a process."""
