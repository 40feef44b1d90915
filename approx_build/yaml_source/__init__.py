"""YAML text with positions: loaded, located, validated, with plain messages for its faults."""

from approx_build.yaml_source.composer import Allowance
from approx_build.yaml_source.document import Source, load_source, read_source, source_of
from approx_build.yaml_source.spelling import MOST_LISTED, choices, suggestion
from approx_build.yaml_source.validation import (
    Patience,
    Problems,
    in_order,
    problems_of,
    strictly,
    validate,
)

__all__ = [
    "MOST_LISTED",
    "Allowance",
    "Patience",
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
