"""PREPARE: a recording becomes the sound that a network of some rate and channels learns from."""

from __future__ import annotations

from approx_build.audio.clip import Clip
from approx_build.audio.wav import write_float
from approx_build.build.desk import Desk
from approx_build.build.work import Result
from approx_build.corpus.material import prepare_recording
from approx_build.corpus.preparation import Preparation
from approx_build.errors import AudioError


def make(desk: Desk) -> Result:
    """The prepared sound as an object; the main object is its digest and what was done.

    Of a file that is no sound, the main object tells the fault.
    """
    how, rate = Preparation.model_validate(desk.params["preparation"]), desk.params["rate"]
    path = desk.input("recording")
    try:
        made = prepare_recording(path, rate, desk.params["channels"], how)
    except AudioError as error:
        # Said by the training, with the faults of the other recordings.
        return desk.keep_json({"fault": error.message.removeprefix(f"{path}: ")})
    with desk.store.objects.writer() as draft:
        write_float(draft.path, Clip(made.sound, rate))
    note = {"sound": draft.digest, "done": list(made.done), "reason": made.reason}
    kept = desk.keep_json(note, prepared_s=made.sound.shape[1] / rate, **note)
    return Result({**kept.outputs, "sound": draft.digest}, kept.facts)
