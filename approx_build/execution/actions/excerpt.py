"""EXCERPT: the sum of stems, or of a range of each, as a preview plays it."""

from __future__ import annotations

from approx_build.audio.stems import write_float_sum
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """Write the samples of the mix, before gain and limiter, as floats: nothing is clipped."""
    params = context.params
    rate, channels, samples = params["rate"], params["channels"], params["samples"]
    with context.store.objects.writer() as draft:
        peak = write_float_sum(draft.path, context.inputs("stem"), rate, channels, samples)
    return Result({"main": draft.digest}, {"samples": samples, "peak": peak})
