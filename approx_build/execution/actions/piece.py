"""PIECE: the movements in order, with their gaps."""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.audio.stems import write_joined
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """Join the masters with exact silence between them."""
    with context.store.objects.writer() as draft:
        write_joined(draft.path, context.inputs("movement"), context.params["gap"])
    found = wav.info(context.store.objects.path(draft.digest))
    return Result({"main": draft.digest}, {"samples": found.length})
