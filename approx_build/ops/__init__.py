"""Grain operations: one file each, registered by name."""
