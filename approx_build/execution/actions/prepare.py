"""PREPARE: converts a recording to the sound that networks of a rate and channels train on."""

from __future__ import annotations

from approx_build.audio.clip import Clip
from approx_build.corpus.preparation import Preparation
from approx_build.corpus.prepared import prepare_recording
from approx_build.execution.context import ActionContext
from approx_build.execution.work import Result


def make(context: ActionContext) -> Result:
    """The prepared sound; empty for a file that is no sound, which the training reports."""
    how, rate, channels = (
        Preparation.model_validate(context.params["preparation"]),
        context.params["rate"],
        context.params["channels"],
    )
    sound = prepare_recording(context.input("recording"), rate, channels, how)
    return context.keep_clip(Clip(sound, rate))
