"""EVENT: a grain operation on clips, followed by the operations of its chain."""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.numerics.portable import absolute
from approx_build.numerics.stream import Stream
from approx_build.ops.base import OPS


def make(context: ActionContext) -> Result:
    """Apply the operations in turn; each one draws from its own stream."""
    clips = [wav.read(path) for path in context.inputs("source")]
    stream = Stream(context.stream)
    for index, step in enumerate(context.params["chain"]):
        params = step["params"]
        op = OPS.get(params["op"]).model_validate(params)
        # A stream for each position: an operation that draws more numbers changes no later
        # operation.
        clips = [op.apply(clips, stream.child("chain", index))]
    (clip,) = clips
    return context.keep_clip(clip, peak=float(absolute(clip.data).max(initial=0.0)))
