"""MEASURE: measurements of a sound file, and whether it meets the composer's expectations.

Off the path of a sample: it measures sounds and makes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from approx_build.audio import wav
from approx_build.audio.loudness import measure, peak_dbfs, quietest_dbfs
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """Loudness, peaks and silences as JSON, and the outcome of each expectation."""
    path = context.input("sound")
    outcomes = [_outcome(path, expected) for expected in context.params["expect"]]
    facts = measure(path).as_json() | {"expect": outcomes}
    return context.keep_json(facts, **facts)


def _outcome(path: Path, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Compare the level of a range, in dBFS, with the one it must stay below, or above.

    Below must be its peak, above the RMS of its quietest second.
    """
    rate = wav.info(path).rate
    start, stop = (round(edge * rate) for edge in expected["range_s"])
    if "above_dbfs" in expected:
        quietest = quietest_dbfs(path, start, stop, rate)
        is_met = quietest is not None and quietest > expected["above_dbfs"]
        return {**expected, "quietest_dbfs": quietest, "is_met": is_met}
    # None is exact silence, which is below every level.
    peak = peak_dbfs(path, start, stop)
    return {**expected, "peak_dbfs": peak, "is_met": peak is None or peak < expected["below_dbfs"]}
