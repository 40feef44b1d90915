"""Executors: run batches of work."""
