"""Purposes of an export: one file each, registered by name."""
