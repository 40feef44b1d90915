"""Sound from frames, in blocks: harmonics, filtered noise, reverberation.

A take of any length needs the memory of one block besides its own samples. The noise of frame `m`
passes through the filter of that frame, whose middle is at the frame. So noise begins half a filter
before the take, and a block depends on frames after it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from approx_build.errors import ModelError
from approx_build.families.ddsp import compiled, reference
from approx_build.families.ddsp.controls import (
    Doubles,
    Frames,
    crossing,
    frames_of,
    limits,
    pitch_by_sample,
    scaled,
    turned,
)
from approx_build.families.ddsp.decoder import Decoder
from approx_build.families.ddsp.parameters import DDSPParameters
from approx_build.families.ddsp.reverb import Reverb
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import Stream

_BLOCK = 8192
"""Samples of a block, approximately."""


def frames_a_block(network: DDSPParameters) -> int:
    """Frames that are processed together: a power of two."""
    frames = 1
    while 2 * frames * network.hop <= _BLOCK:
        frames *= 2
    return frames


def frames_needed(network: DDSPParameters, length: int) -> int:
    """Number of frames on which a take of this length depends."""
    block = frames_a_block(network)
    blocks = -(-length // (block * network.hop))
    return blocks * block + network.lookahead


class Performance:
    """One take being played: the curves of all its frames, and the state between blocks."""

    def __init__(
        self,
        decoder: Decoder,
        hz: Doubles,
        inputs: Mapping[str, Floats],
        noise: Stream,
        impulse: Floats | None,
    ) -> None:
        self._decoder, self._noise, self._hz = decoder, noise, hz
        self._network, self._inputs, self._state = decoder.network, inputs, decoder.start()
        self._frames: Frames | None = None
        self._block = frames_a_block(self._network)
        self._samples, self._noised, self._phase = 0, 0, np.uint64(0)
        self._pending = np.zeros(0, np.float32)
        self._reverb: Reverb | None = None
        if impulse is not None:
            self._reverb = Reverb(impulse, self._block * self._network.hop)

    def block(self) -> Floats:
        """The next block of sound, clipped to full scale."""
        frames = self._next_frames()
        ahead = -(-(self._network.taps // 2) // self._network.hop)
        first = 0 if self._noised == 0 else ahead
        sound = self._harmonics(frames[: self._block + 1])
        sound = sound + self._noises(frames[first : self._block + ahead], len(sound))
        self._frames = frames[self._block :]
        if self._reverb is not None:
            sound = self._reverb.add(sound)
        return np.minimum(np.maximum(sound, np.float32(-1)), np.float32(1))

    def _next_frames(self) -> Frames:
        """The frames of the block and those after it on which it depends."""
        known = self._frames
        first = self._samples
        count = self._block + (self._network.lookahead if known is None else 0)
        part = slice(first, first + count)
        inputs = {name: one[part] for name, one in self._inputs.items()}
        outputs, self._state = self._decoder.controls(inputs, self._state)
        if not np.isfinite(outputs).all():
            raise ModelError("the network's output is not finite: its weights are too large")
        self._samples += count
        found = frames_of(self._network, outputs, self._hz[part])
        return found if known is None else known.followed_by(found)

    def _harmonics(self, frames: Frames) -> Floats:
        """Sines [block hop] from the frames of the block and the one after it."""
        network = self._network
        hz = pitch_by_sample(frames.hz, network.hop)
        phase = turned(hz, network.rate, self._phase)
        self._phase = phase[-1]
        tone = (
            *((phase >> np.uint64(32)).astype(np.uint32), hz.astype(np.float32)),
            *(frames.amplitudes, limits(network), *crossing(network.hop)),
        )
        if self._decoder.kernel is Kernel.REFERENCE:
            return reference.harmonics(*tone)
        return compiled.harmonics(self._decoder.kernel, *tone)

    def _noises(self, frames: Frames, length: int) -> Floats:
        """Filtered noise [length]: that of further frames, plus the rest of earlier frames."""
        network = self._network
        begun, count = self._noised, len(frames.hz) * network.hop
        words = self._noise.words_at(begun, count) >> np.uint64(40)
        noise = words.astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
        # The first half of the filter is before the take.
        skip = network.taps // 2 if begun == 0 else 0
        offset = max(0, len(self._pending) - network.taps)
        sound = np.zeros(offset + count + network.taps, np.float32)
        sound[: len(self._pending)] = self._pending
        self._add(noise, self._decoder.filters(frames.noise), sound[offset:])
        self._noised += count
        self._pending = sound[skip + length :]
        return sound[skip : skip + length]

    def _add(self, noise: Floats, filters: Floats, sound: Floats) -> None:
        if self._decoder.kernel is Kernel.REFERENCE:
            reference.add_noise(noise, filters, sound)
        else:
            compiled.add_noise(self._decoder.kernel, noise, filters, sound)


def inputs_of(hz: Doubles, db: Doubles, timbre: Floats | None) -> dict[str, Floats]:
    """The inputs of the network for each frame, by the names of its stacks."""
    pitch, loudness = scaled(hz, db)
    return {"pitch": pitch, "loudness": loudness} | ({} if timbre is None else {"timbre": timbre})
