"""STEM: places the events of a part in time, applies the part's gain and pan, and quantises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approx_build.audio import wav
from approx_build.audio.curve import Curve
from approx_build.audio.mix import Placed, part_blocks, stem_blocks
from approx_build.audio.stems import write_stem
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result
from approx_build.numerics.stream import Stream


def make(context: ActionContext) -> Result:
    """Write the part alone as the delivered 24-bit file, exactly as long as the movement.

    With a `range`, for a preview, it writes only its samples [start, stop).
    """
    params = context.params
    rate, channels, length = params["rate"], params["channels"], params["samples"]
    start, stop = params.get("range", (0, length))
    placed = [_placed(context, event, rate, length) for event in params["events"]]
    blocks = stem_blocks(
        part_blocks(placed, length, rate, channels, span=(start, stop)),
        Curve.of(params["gain_db"], rate),
        Curve.of(params["pan"], rate),
        channels,
        start,
    )
    stream = Stream(context.stream) if params["dither"] == "tpdf" else None
    with context.store.objects.writer() as draft:
        write_stem(draft.path, blocks, rate, channels, stream, context.options["name"], start)
    digest = wav.samples_digest(context.store.objects.path(draft.digest))
    return Result({"main": draft.digest}, {"samples": stop - start, "samples_digest": digest})


def _placed(context: ActionContext, event: Mapping[str, Any], rate: int, length: int) -> Placed:
    file = wav.ClipFile.at(context.input(event["role"]))
    # Onset and length are rounded separately: an event that ends with the movement may exceed it by
    # one sample.
    exceeds_by_one = event["onset"] + file.length == length + 1
    return Placed(
        name=f"the event {event['name']}",
        source=file.cut(0, file.length - 1) if exceeds_by_one else file,
        onset=event["onset"],
        gain_db=Curve.of(event["gain_db"], rate),
        pan=Curve.of(event["pan"], rate),
        fade_in=event["fade_in"],
        fade_out=event["fade_out"],
    )
