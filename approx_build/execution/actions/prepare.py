"""PREPARE: a recording becomes the sound that a network of some rate and channels learns from."""

from __future__ import annotations

from approx_build.audio.clip import Clip
from approx_build.corpus.preparation import Preparation
from approx_build.corpus.prepared import prepare_recording
from approx_build.execution.context import Desk
from approx_build.execution.work import Result


def make(desk: Desk) -> Result:
    """The prepared sound; nothing where the file is none, which the training says of all such."""
    how, rate, channels = (
        Preparation.model_validate(desk.params["preparation"]),
        desk.params["rate"],
        desk.params["channels"],
    )
    sound = prepare_recording(desk.input("recording"), rate, channels, how)
    return desk.keep_clip(Clip(sound, rate))
