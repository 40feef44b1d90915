"""Exports: folders for concerts, rehearsals, studios and festivals."""
