"""Upkeep: which files of a store projects need, which are damaged, and which can be removed."""
