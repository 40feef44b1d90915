"""YAML text with positions: loaded, located, validated, its faults said in plain words."""

from approx_build.source.document import Source, load_source, read_source, source_of
from approx_build.source.problems import Problems, in_order, problems_of, strictly, validate
from approx_build.source.suggestion import choices, suggestion

__all__ = [
    "Problems",
    "Source",
    "choices",
    "in_order",
    "load_source",
    "problems_of",
    "read_source",
    "source_of",
    "strictly",
    "suggestion",
    "validate",
]
