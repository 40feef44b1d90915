"""MASTER: the movement as delivered: the piece's gain, then a ceiling on the true peak."""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.audio.limiter import write_master
from approx_build.canonical import Json
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.numerics.stream import Stream


def make(context: ActionContext) -> Result:
    """Write the 24-bit file; where the limiter is idle, it equals the sum of the stems."""
    params = context.params
    stream = Stream(context.stream) if params["dither"] == "tpdf" else None
    with context.store.objects.writer() as draft:
        done = write_master(
            draft.path, context.input("mix"), params["gain_db"], params["ceiling_dbtp"], stream
        )
    path = context.store.objects.path(draft.digest)
    facts: dict[str, Json] = {
        "samples": wav.info(path).length,
        "samples_digest": wav.samples_digest(path),
        "reduction_db": done.reduction_db,
        "limited_s": done.limited_s,
    }
    return Result({"main": draft.digest}, facts)
