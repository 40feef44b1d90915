"""GrainTable: a table of recorded grains, strung together at random."""

from grain_table.family import GrainTable

__all__ = ["GrainTable"]
