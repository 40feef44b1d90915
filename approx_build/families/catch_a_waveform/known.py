"""Known sound at every scale: what variations begin with, and what inpainting must keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.crossfade import Joins
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.spans import Span, origin_s
from approx_build.kernels import resampler
from approx_build.kernels.resampler_plan import between
from approx_build.kernels.tensors import Floats

Ranges = tuple[tuple[int, int], ...]


def at_rate(sound: Floats, source: int, target: int) -> Floats:
    """A sound [T] at another rate, as many seconds of it."""
    if source == target:
        return sound
    length = -(-len(sound) * target // source)
    return np.asarray(resampler.converted(between(source, target), sound, length), np.float32)


@dataclass(frozen=True, eq=False)
class KnownSound:
    """A sound [T] at the network's rate; `missing` are ranges of it that are not known."""

    network: CatchAWaveformParameters
    sound: Floats
    missing: Ranges = ()

    def excerpt(self, scale: int, span: Span) -> Floats:
        """The sound at the rate of a scale; silence beyond its ends."""
        rate = self.network.rates[scale]
        sound = at_rate(self._filled(), self.network.rate, rate)
        begin = origin_s(self.network) * rate
        made = np.zeros(span.length, np.float32)
        start, stop = max(span.start, begin), min(span.stop, begin + len(sound))
        if start < stop:
            made[start - span.start : stop - span.start] = sound[start - begin : stop - begin]
        return made

    def joined(self, scale: int, span: Span, made: Floats) -> Floats:
        """What is known, and elsewhere `made` [T], blended into it."""
        known, held = self.excerpt(scale, span), self._is_known(scale, span)
        return _joined(known, held, made)

    def _is_known(self, scale: int, span: Span) -> NDArray[np.bool_]:
        """Which samples of a span are known: at lower rates those that touch nothing missing."""
        rate, finest = self.network.rates[scale], self.network.rate
        begin = origin_s(self.network) * rate - span.start
        held = np.zeros(span.length, bool)
        held[max(0, begin) : max(0, begin + len(self.sound) * rate // finest)] = True
        for start, stop in self.missing:
            first, last = start * rate // finest, -(-stop * rate // finest)
            held[max(0, begin + first) : max(0, begin + last)] = False
        return held

    def _filled(self) -> Floats:
        """The sound with continuations of what is known where it is missing.

        Nothing of the missing sound itself, which a resampler would carry into its neighbours.
        """
        if not self.missing:
            return self.sound
        held = np.ones(len(self.sound), bool)
        for start, stop in self.missing:
            held[start:stop] = False
        return _joined(self.sound, held, np.zeros_like(self.sound))


def _joined(known: Floats, held: NDArray[np.bool_], made: Floats) -> Floats:
    whole = Joins(known[np.newaxis, np.newaxis], held).joined(made[np.newaxis, np.newaxis])
    return np.asarray(whole[0, 0], np.float32)
