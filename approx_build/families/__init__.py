"""Families of generative networks: a package each, registered by name."""
