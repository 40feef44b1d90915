"""Processes: how children are started and ended, and what the system reports about a process."""
