"""Curves that a take plays: from its controls, from its source, or a random line.

Convention: frame `m` is at `m / frame_rate` seconds. A line depends only on the stream of the take,
so a longer take begins with a shorter one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.a_weighting import loudness_db
from approx_build.audio.pitch import PitchFinder, PitchTrack
from approx_build.errors import ModelError
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.sampling import Sampling
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream
from approx_build.ways.transfer import TransferConditioning
from approx_build.yaml_source.breakpoints import Points, points

Doubles = NDArray[np.float64]

_OCTAVE = 12.0
_STEADY_DB = -20.0
"""Loudness if only a pitch is given."""
_SOUNDING_DB = -60.0
"""Softer frames of a source do not count in the share of frames with a clear pitch."""
_HEARD_S = 0.032
"""Length of the frames of loudness in seconds, before rounding to a power of two."""
_LEAST_SHARE = 0.45
"""Share of the sample rate: no pitch is higher."""


def played(
    network: DDSPParameters,
    sampling: Sampling,
    source: TransferConditioning | None,
    stream: Stream,
    frames: int,
) -> tuple[Doubles, Doubles]:
    """Pitch, Hz, and loudness, dB, of each frame of a take; ModelError for an unclear source."""
    times: Doubles = np.arange(frames) / network.frame_rate
    line_hz, line_db = _line(network, stream, times)
    if source is not None:
        line_hz, line_db = _of_source(network, sampling, source, times)
    elif sampling.pitch_hz is not None:
        line_db = np.full(frames, _STEADY_DB)
    hz = line_hz if sampling.pitch_hz is None else _written_pitch(sampling, times)
    db = line_db if sampling.loudness_db is None else between(sampling.loudness_db, times)
    highest = _LEAST_SHARE * network.rate
    return np.minimum(np.maximum(hz, 1.0), highest), np.minimum(np.maximum(db, -80.0), 20.0)


def between(curve: float | Points, times: Doubles) -> Doubles:
    """Values of breakpoints, linear between them [M]; a number counts as one breakpoint."""
    at, values = zip(*points(curve), strict=True)
    return np.asarray(np.interp(times, at, values))


def pitch_finder(network: DDSPParameters) -> PitchFinder:
    """The settings for finding the pitch of the network's inputs."""
    return PitchFinder(network.rate, network.hop, network.lowest_hz, network.highest_hz)


def pitch_and_loudness(
    network: DDSPParameters, sound: Floats, frames: int
) -> tuple[PitchTrack, Doubles]:
    """Pitch and loudness of a sound [T] by frame."""
    size = 32
    while size * 1.5 <= _HEARD_S * network.rate:
        size *= 2
    track = pitch_finder(network).track(sound, frames)
    return track, loudness_db(sound, network.rate, network.hop, frames, size)


def middle_hz(network: DDSPParameters) -> float:
    """The pitch for sounds without pitch: the middle of the network's range."""
    return float(np.sqrt(network.lowest_hz * network.highest_hz))


def _of_source(
    network: DDSPParameters, sampling: Sampling, source: TransferConditioning, times: Doubles
) -> tuple[Doubles, Doubles]:
    """Pitch and loudness of the source, shifted by its curves."""
    track, db = pitch_and_loudness(network, source.sound.data[0], len(times))
    if sampling.pitch_hz is None:
        _check_clear(network, track, db, sampling.least_clear)
    factors = portable.power(np.array(2.0), between(source.semitones, times) / _OCTAVE)
    shifted = db + between(source.gain_db, times)
    # Silence stays silent.
    louder = np.where(db > -80.0, shifted, db)
    return track.held(middle_hz(network)) * factors, louder


def _check_clear(network: DDSPParameters, track: PitchTrack, db: Doubles, least: float) -> None:
    """ModelError when too few of the sounding frames have a clear pitch."""
    sounding = db > _SOUNDING_DB
    clear, count = int((track.is_clear & sounding).sum()), int(sounding.sum())
    if count and clear < least * count:
        raise ModelError(
            f"source: {100 - 100 * clear // count} % of its sounding frames have no clear pitch "
            f"from {network.lowest_hz:g} to {network.highest_hz:g} Hz, and the network plays one "
            f"pitch at a time; use a sound of one voice, make a take for each voice, give "
            f"`pitch_hz` and keep its loudness alone, or set `least_clear` to 0 and let the "
            f"pitch jump"
        )


def _written_pitch(sampling: Sampling, times: Doubles) -> Doubles:
    """The pitch of breakpoints; it glides at a constant rate in octaves."""
    given = sampling.pitch_hz
    if not isinstance(given, tuple):
        return np.full(len(times), given, np.float64)
    at, hz = (np.array(column, np.float64) for column in zip(*given, strict=True))
    octaves = portable.log(hz)
    knots: Points = tuple(zip(at.tolist(), octaves.tolist(), strict=True))
    if sampling.glide_s is not None:
        knots = _glides(knots, sampling.glide_s)
    return portable.exp(between(knots, times))


def _glides(steps: Points, glide_s: float) -> Points:
    """Breakpoints for values that stay constant, then glide to the next in `glide_s` seconds."""
    ends = [at_s for at_s, _ in steps[1:]] + [float("inf")]
    found = [steps[0]]
    for (at_s, value), end_s in zip(steps[1:], ends[1:], strict=True):
        if at_s > found[-1][0]:
            found.append((at_s, found[-1][1]))
        arrived_s = min(at_s + max(glide_s, 1e-6), end_s)
        found.append((arrived_s, value))
    return tuple(found)


def _line(network: DDSPParameters, stream: Stream, times: Doubles) -> tuple[Doubles, Doubles]:
    """A random walk of notes in the middle of the network's range, each with a swell."""
    draws = stream.child("line")
    low, high = (float(portable.log(hz)) for hz in (network.lowest_hz, network.highest_hz))
    low, high = low + 0.15 * (high - low), high - 0.15 * (high - low)
    at_s, place = 0.0, draws.uniform(low, high)
    pitches, levels = [(0.0, place)], list[tuple[float, float]]()
    end_s = float(times[-1]) if len(times) else 0.0
    while at_s <= end_s:
        length_s, loud = draws.uniform(0.25, 1.2), draws.uniform(-30.0, -14.0)
        levels += [(at_s, loud - 20), (at_s + 0.06, loud), (at_s + length_s - 0.03, loud - 6)]
        at_s += length_s
        place = min(max(place + draws.uniform(-0.7, 0.7), low), high)
        pitches.append((at_s, place))
    return portable.exp(between(_glides(tuple(pitches), 0.02), times)), between(
        tuple(levels), times
    )
