"""MIX: the exact sum of a movement's stems, before gain and limiter."""

from __future__ import annotations

from approx_build.audio.stems import write_sum
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """Sum the stems as integers: nothing is rounded."""
    with context.store.objects.writer() as draft:
        write_sum(draft.path, context.inputs("stem"))
    return Result({"main": draft.digest})
