"""Generators: composers that write the events of a part, one file each, registered by name."""
