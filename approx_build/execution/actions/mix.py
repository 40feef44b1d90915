"""MIX: the exact sum of a movement's stems, before gain and limiter."""

from __future__ import annotations

from approx_build.audio.stems import write_sum
from approx_build.execution.context import Desk
from approx_build.execution.work import Result


def make(desk: Desk) -> Result:
    """Sum the stems as integers: nothing is rounded."""
    with desk.store.objects.writer() as draft:
        write_sum(draft.path, desk.inputs("stem"))
    return Result({"main": draft.digest})
