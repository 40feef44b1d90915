"""Families of generative networks, one file each, registered by name."""
