"""Lengths of recordings, as the checks of a score ask for them."""

from __future__ import annotations

from functools import cache

from approx_build.plan.catalog import Catalog
from approx_build.score.event_lengths import RecordingLength


def lengths_of(catalog: Catalog) -> RecordingLength:
    """Seconds of each recording of a project, None for a name that it does not have."""

    @cache
    def known() -> frozenset[str]:
        return frozenset(catalog.recordings())

    def length_s(name: str) -> float | None:
        # Unknown recordings are reported by `names`; asking for their length would raise an error.
        return catalog.recording_length_s(name) if name in known() else None

    return length_s
