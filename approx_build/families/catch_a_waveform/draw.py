"""Takes of a Catch-A-Waveform network: free, of a sound, or around one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.base import Progress, Weights
from approx_build.families.catch_a_waveform.known import KnownSound
from approx_build.families.catch_a_waveform.low_band import with_low_band
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.pyramid import Pyramid
from approx_build.families.catch_a_waveform.sampling import Sampling
from approx_build.families.take_request import TakeRequest, check_clip, check_takes
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import Stream
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.vary import Variation

Take = TakeRequest[Sampling]


def draw(
    network: CatchAWaveformParameters,
    weights: Weights,
    takes: Sequence[Take],
    device: str = "cpu",
    progress: Progress | None = None,
) -> list[Clip]:
    """Clips [1, length] at the network's rate, one after another.

    On every device by the kernels of the processor: a take costs less than it would to move it.
    """
    check_takes(network, takes, device)
    for take in takes:
        _check(network, take)
    pyramid = Pyramid(network, weights)
    total, done, clips = sum(take.length for take in takes), 0, list[Clip]()
    for take in takes:

        def on_scale(scales: int, take: Take = take, done: int = done) -> None:
            if progress is not None:
                progress(done + take.length * scales // network.scales, total)

        sound = _sound(pyramid, take, on_scale)
        if not np.isfinite(sound).all():
            raise ModelError("the network's weights are so large that its sound is not finite")
        full_scale = np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))
        clips.append(Clip(full_scale[np.newaxis], network.rate))
        done += take.length
        on_scale(0, done=done)
    return clips


def first_scale(network: CatchAWaveformParameters, noise_level: float) -> int:
    """The first scale of a variation that is new: all of them at 1, none at 0."""
    return int((1.0 - noise_level) * network.scales + 0.5)


def _sound(pyramid: Pyramid, take: Take, on_scale: Callable[[int], None]) -> Floats:
    net, stream, amplitude = pyramid.network, Stream(take.stream), take.sampling.amplitude
    match take.conditioning:
        case Variation(sound, noise_level):
            given = KnownSound(net, sound.data[0, : take.length])
            first = first_scale(net, noise_level)
            made = (
                pyramid.variation(given, first, stream, amplitude, on_scale)
                if first
                else pyramid.sound(take.length, stream, amplitude, on_scale=on_scale)
            )
            if take.sampling.keep_below_hz is not None:
                made = with_low_band(made, given.sound, take.sampling.keep_below_hz, net.rate)
            return made
        case Inpainting(sound, missing):
            held = KnownSound(net, sound.data[0, : take.length], missing)
            return pyramid.sound(take.length, stream, amplitude, held, on_scale)
        case Extension(sound):
            whole = np.zeros(take.length, np.float32)
            whole[: sound.length] = sound.data[0, : take.length]
            held = KnownSound(net, whole, ((sound.length, take.length),))
            return pyramid.sound(take.length, stream, amplitude, held, on_scale)
    return pyramid.sound(take.length, stream, amplitude, on_scale=on_scale)


def _check(network: CatchAWaveformParameters, take: Take) -> None:
    """ModelError if the network cannot make a take from its sound."""
    match take.conditioning:
        case Variation(sound):
            check_clip(network, sound, "variation", take.length)
        case Inpainting(sound, missing):
            check_clip(network, sound, "inpainting", take.length)
            for start, stop in missing:
                if not 0 <= start < stop <= take.length:
                    raise ModelError(
                        f"missing samples {start} to {stop}: not inside the take of {take.length} "
                        "samples"
                    )
        case Extension(sound) if sound.length >= take.length:
            raise ModelError(
                f"extension: {sound.length} samples leave nothing to add to a take of {take.length}"
            )
