"""The kinds of action: one file per kind, and their registry."""
