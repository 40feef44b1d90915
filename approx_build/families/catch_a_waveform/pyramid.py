"""The pyramid: noise and the sound of each scale become the sound of the next one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from approx_build.families.base import Weights
from approx_build.families.catch_a_waveform.cubic import raised, read_from
from approx_build.families.catch_a_waveform.generator import Generator
from approx_build.families.catch_a_waveform.known import KnownSound
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.spans import Span, given, spans
from approx_build.kernels.compiled import choose
from approx_build.kernels.reference import f32
from approx_build.kernels.tensors import Floats, checked_tensors
from approx_build.numerics.normal import normals_at
from approx_build.numerics.stream import Stream

Progress = Callable[[int], None]
"""Called with the number of scales that are made."""


def noise_of(stream: Stream, scale: int, span: Span) -> Floats:
    """The noise of a scale: number by number that of the stream, counted from the origin."""
    return normals_at(stream.child("noise", scale), span.start, span.length)


class Pyramid:
    """The generators of all scales, packed for a kernel; not for two callers at once.

    ModelError when the weights are not as they should be, UsageError when `kernel` cannot run here,
    MemoryError.
    """

    def __init__(
        self,
        network: CatchAWaveformParameters,
        weights: Weights,
        kernel: str | None = None,
        threads: int = 1,
    ) -> None:
        tensors = checked_tensors(weights, network.tensor_shapes())
        chosen = choose(kernel, many_rows=True)
        self.network, self._amplitudes = network, tensors["amplitudes"]
        self._generators = [
            Generator(network, tensors, scale, chosen, threads) for scale in range(network.scales)
        ]

    def sound(
        self,
        length: int,
        stream: Stream,
        amplitude: float = 1.0,
        known: KnownSound | None = None,
        on_scale: Progress = lambda made: None,
    ) -> Floats:
        """A sound [length] of noise alone, or that keeps what of a sound is known."""
        found = spans(self.network, length)
        made = np.zeros(0, np.float32)
        for scale, span in enumerate(found):
            below = self._raised(made, found, scale)
            made = self._made(scale, span, below, stream, amplitude)
            if known is not None:
                made = known.joined(scale, span, made)
            on_scale(scale + 1)
        return made

    def variation(
        self,
        sound: KnownSound,
        first: int,
        stream: Stream,
        amplitude: float = 1.0,
        on_scale: Progress = lambda made: None,
    ) -> Floats:
        """A sound at the rate of the scale below `first`, with new detail of all scales from there.

        `first` is at least 1.
        """
        net, length = self.network, len(sound.sound)
        if first == net.scales:
            return sound.sound
        found = spans(net, length)
        needed = read_from(*net.step(first - 1), *given(net, found[first]))
        made = sound.excerpt(first - 1, Span(*needed))
        found[first - 1] = Span(*needed)
        for scale in range(first, net.scales):
            below = self._raised(made, found, scale)
            made = self._made(scale, found[scale], below, stream, amplitude)
            on_scale(scale + 1)
        return made

    def _raised(self, made: Floats, found: list[Span], scale: int) -> Floats:
        """What a scale begins with: the sound of the scale below, at its own rate."""
        needed = given(self.network, found[scale])
        if scale == 0:
            return np.zeros(needed.length, np.float32)
        return raised(made, found[scale - 1].start, *self.network.step(scale - 1), *needed)

    def _made(
        self, scale: int, span: Span, below: Floats, stream: Stream, amplitude: float
    ) -> Floats:
        net = self.network
        noise = noise_of(stream, scale, given(net, span))
        # Numbers that are too large become infinite or NaN, and draw.py refuses them.
        with np.errstate(over="ignore", invalid="ignore"):
            noise *= f32(amplitude) * self._amplitudes[scale]
            noise += below
            detail = self._generators[scale].detail(noise)
            return detail + below[net.left : net.left + span.length]
