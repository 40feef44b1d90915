"""Scores: YAML text to validated models that know their lines."""
