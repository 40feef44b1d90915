"""PIECE: the movements in order, with their gaps."""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.audio.stems import write_joined
from approx_build.execution.context import Desk
from approx_build.execution.work import Result


def make(desk: Desk) -> Result:
    """Join the masters with exact silence between them."""
    with desk.store.objects.writer() as draft:
        write_joined(draft.path, desk.inputs("movement"), desk.params["gap"])
    found = wav.info(desk.store.objects.path(draft.digest))
    return Result({"main": draft.digest}, {"samples": found.length})
