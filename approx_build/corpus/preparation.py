"""Preparation: converts a recording to the sound on which a network trains.

In this order: channels of the network, its rate, DC removed, silence removed, level adjusted. A
text describes everything that was done.

Rule `ibab` is that of ibab's tensorflow-wavenet (librosa's RMS of 2048 samples every 512, centred
and reflected): it keeps everything between the first and the last frame above `threshold`. With its
0.3, most music is silence; `ends` and `gaps` compare frames of 20 ms with a level in dBFS.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from approx_build.audio.clip import Clip
from approx_build.audio.resample import converted
from approx_build.corpus.recordings import mixing
from approx_build.corpus.strokes import Onsets
from approx_build.numerics import portable

Sound = NDArray[np.float32]

FRAME_S = 0.02
IBAB_FRAME, IBAB_HOP = 2048, 512


class _Section(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ends(_Section):
    """Removes silence before the first sound and after the last."""

    rule: Literal["ends"] = "ends"
    threshold_dbfs: float = Field(
        default=-60.0, ge=-140, lt=0, description="RMS that counts as sound"
    )
    keep_s: float = Field(
        default=0.1, ge=0, le=60, description="silence kept before and after sound, s"
    )


class Gaps(_Section):
    """Removes silence everywhere, except for `keep_s` on either side of a sound."""

    rule: Literal["gaps"] = "gaps"
    threshold_dbfs: float = Field(
        default=-60.0, ge=-140, lt=0, description="RMS that counts as sound"
    )
    keep_s: float = Field(
        default=0.2, ge=0, le=60, description="silence kept before and after sound, s"
    )


class Ibab(_Section):
    """The rule of ibab's tensorflow-wavenet, with its threshold."""

    rule: Literal["ibab"] = "ibab"
    threshold: float = Field(
        default=0.3, ge=1e-6, le=1, description="RMS that counts as sound, of full scale"
    )


class Level(_Section):
    """Adjusts each recording to one level."""

    to_dbfs: float = Field(default=-1.0, ge=-60, le=0, description="level of each recording, dBFS")
    percentile: float = Field(
        default=99.95,
        ge=50,
        le=100,
        description="percentile of the samples' magnitudes at this level; 100: peak",
    )


Silence = Annotated[Ends | Gaps | Ibab, Field(discriminator="rule")]


class Preparation(_Section):
    """The `preparation:` of a model."""

    silence: Silence | None = Field(
        default=Ends(), description="rule by which silence is removed; null: none"
    )
    remove_dc: bool = Field(default=True, description="whether each channel's mean is subtracted")
    level: Level | None = Field(
        default=None, description="level of each recording; null: as recorded"
    )
    chunk_s: float | None = Field(
        default=None,
        ge=1,
        le=86_400,
        description="recordings are divided into chunks of this length, s; null: not divided",
    )
    onsets: Onsets | None = Field(
        default=None,
        description="windows begin at onsets, for networks of one-shots; null: one after another",
    )
    exclude: dict[str, str] = Field(
        default_factory=dict, description="recordings that are not used, each with the reason"
    )

    @model_serializer(mode="wrap")
    def _without_onsets(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Without onsets a preparation reads as before there were any, and so does its key.
        values: dict[str, Any] = written(self)
        return {name: value for name, value in values.items() if (name, value) != ("onsets", None)}


def prepared(clip: Clip, rate: int, channels: int, how: Preparation) -> Sound:
    """The clip [C, T] prepared for a network of `rate` Hz and `channels`; empty if silent."""
    sound = _with_channels(clip.data.astype(np.float64), channels)
    if clip.rate != rate:
        sound = np.stack([converted(one, clip.rate, rate) for one in sound])
    # Before silence is measured, because an offset would count as sound.
    if how.remove_dc and sound.size:
        sound = sound - sound.mean(axis=1, keepdims=True)
    if how.silence is not None:
        spans = _spans(sound, rate, how.silence)
        kept = [sound[:, start:stop] for start, stop in spans]
        sound = np.concatenate(kept, axis=1) if kept else sound[:, :0]
    if how.level is not None and sound.size:
        # A percentile below 100 leaves samples above the level, perhaps above full scale.
        sound = np.clip(sound * _level_gain(sound, how.level), -1.0, 1.0)
    return sound.astype(np.float32)


def description(
    found: tuple[int, int, int], rate: int, channels: int, length: int, how: Preparation
) -> tuple[str, ...]:
    """What was done, as text, to a recording of (rate, channels, samples), now of `length`."""
    source_rate, there, samples = found
    done = []
    if there != channels:
        done += [mixing(there)] if there > 1 else []
        done += [f"one channel given to all {channels}"] if channels > 1 else []
    if source_rate != rate:
        done.append(f"{source_rate} Hz to {rate} Hz")
    left_out_s = samples / source_rate - length / rate
    # Lengths are rounded when rates are converted, which leaves nothing out.
    if left_out_s > 2 / rate:
        done.append(f"{left_out_s:.2f} s of silence left out")
    if how.level is not None:
        done.append(f"brought to {how.level.to_dbfs:g} dBFS")
    return tuple(done)


def silent_words(how: Preparation) -> str:
    """Why nothing of a recording remains, as text."""
    words = "" if how.silence is None else f": {_threshold_words(how.silence)}"
    return f"silent{words}"


def _threshold_words(silence: Ends | Gaps | Ibab) -> str:
    """The threshold of silence, as text."""
    if isinstance(silence, Ibab):
        return f"no frame's RMS passes {silence.threshold:g}"
    return f"no frame's RMS passes {silence.threshold_dbfs:g} dBFS"


def _with_channels(sound: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Sound [C, T] mixed down, or one channel copied to all."""
    found = sound.shape[0]
    if found == channels:
        return sound
    # Mixed down first, so that a network with more channels gets equal sound on all.
    mono = sound.sum(axis=0, keepdims=True) / found
    return np.repeat(mono, channels, axis=0)


def _level_gain(sound: NDArray[np.float64], level: Level) -> float:
    loud = float(np.percentile(portable.absolute(sound), level.percentile))
    return float(portable.gain(np.array(level.to_dbfs))) / loud if loud > 0 else 1.0


def _spans(sound: NDArray[np.float64], rate: int, how: Ends | Gaps | Ibab) -> list[tuple[int, int]]:
    """The ranges of samples that are kept, in order, without touching ranges."""
    if isinstance(how, Ibab):
        return _ibab_span(sound, how.threshold)
    frame = max(1, round(FRAME_S * rate))
    # A frame of one sample has no half, and a hop of 0 is not allowed.
    loud = _mean_squares(sound, frame, frame // 2 or 1)
    threshold = float(portable.gain(np.array(how.threshold_dbfs)))
    hits = np.flatnonzero(loud > threshold * threshold) * (frame // 2 or 1)
    if not hits.size:
        return []
    keep, length = round(how.keep_s * rate), sound.shape[1]
    starts, stops = np.maximum(hits - keep, 0), np.minimum(hits + frame + keep, length)
    if isinstance(how, Ends):
        return [(int(starts[0]), int(stops[-1]))]
    # A gap is removed if the range of one frame ends before that of the next begins.
    breaks = np.flatnonzero(starts[1:] > stops[:-1])
    first = [int(starts[0]), *(int(starts[place + 1]) for place in breaks)]
    last = [*(int(stops[place]) for place in breaks), int(stops[-1])]
    return list(zip(first, last, strict=True))


def _ibab_span(sound: NDArray[np.float64], threshold: float) -> list[tuple[int, int]]:
    half = IBAB_FRAME // 2
    if sound.shape[1] <= half:
        return []
    # librosa pads by reflection, so the same files are cut at the same frames.
    padded = np.pad(sound, ((0, 0), (half, half)), mode="reflect")
    loud = _mean_squares(padded, IBAB_FRAME, IBAB_HOP)
    hits = np.flatnonzero(loud > threshold * threshold) * IBAB_HOP
    return [(int(hits[0]), int(hits[-1]))] if hits.size and hits[-1] > hits[0] else []


def _mean_squares(sound: NDArray[np.float64], frame: int, hop: int) -> NDArray[np.float64]:
    """The mean square of each frame over all channels [frames]; a short sound is one frame."""
    power = (sound * sound).sum(axis=0) / sound.shape[0]
    frame = min(frame, power.size)
    if frame == 0:
        return np.zeros(0)
    views = np.lib.stride_tricks.sliding_window_view(power, frame)[::hop]
    return np.asarray(views.sum(axis=1) / frame)
