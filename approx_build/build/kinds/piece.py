"""PIECE: the movements one after another with their gaps."""

from __future__ import annotations

from approx_build.audio import wav
from approx_build.audio.stems import write_joined
from approx_build.build.desk import Desk
from approx_build.build.work import Result
from approx_build.canonical import Json


def make(desk: Desk) -> Result:
    """Join the masters with exact silence between them."""
    with desk.store.objects.writer() as draft:
        write_joined(draft.path, desk.inputs("movement"), desk.params["gap"])
    path = desk.store.objects.path(draft.digest)
    found = wav.info(path)
    facts: dict[str, Json] = {"samples": found.length, "samples_digest": wav.samples_digest(path)}
    return Result({"main": draft.digest}, facts)
