"""Encoder and decoder of RAVE on one kernel: sound to latents and back, block by block.

A block is computed with the latents around it that it depends on, so the length of blocks changes
no sample. A sound counts as silent before its first sample and after its last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from approx_build.families.rave import noise, pqmf
from approx_build.families.rave.folding import folded
from approx_build.families.rave.layers import Convolution, Stack, convolutions
from approx_build.families.rave.parameters import PQMF_TAPS, RAVEParameters
from approx_build.families.rave.prior import Prior
from approx_build.families.rave.programs import map_tensors, stack_program
from approx_build.families.rave.reference import run_stack
from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.program_library import OpenProgram, PackedNetwork
from approx_build.kernels.reference import f32, refuse_flush_to_zero, sigmoid, tanh
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream

BLOCK = 1 << 19
"""Approximate number of samples of a block."""
LEAST_SCALE = 1e-4
_LARGEST = 80.0
_NO_TIME = np.zeros(1, np.float32)


class Codec:
    """A network packed for one kernel, without the state of any take."""

    def __init__(
        self, network: RAVEParameters, tensors: Mapping[str, Floats], kernel: Kernel | None = None
    ) -> None:
        # NumPy computes outputs, noise and latents, whichever kernel runs the convolutions.
        refuse_flush_to_zero()
        self.network, self._tensors = network, tensors
        self.kernel = choose(kernel, many_rows=True)
        self._packed: dict[str, _Part] = {}

    @property
    def space(self) -> tuple[Floats, Floats, Floats]:
        """The mean of the latents [L], their axes [L, L] and the deviation along each [L]."""
        mean, axes, deviation = (
            self._tensors[f"latent.{name}"] for name in ("mean", "axes", "deviation")
        )
        return mean, axes, deviation

    def prior(self) -> Prior:
        """The prior, in its state at the beginning of a take."""
        return Prior(self._tensors, self.network.prior_layers)

    @property
    def block(self) -> int:
        """Latents of a block."""
        return block_of(self.network)

    def encode(self, sound: Floats, first: int, frames: int) -> tuple[Floats, Floats]:
        """Means and scales [frames, L] of the latents of a sound [T], from latent `first` on."""
        margin, parts = self.network.encoder_margin, []
        for at in range(first, first + frames, self.block):
            count = min(self.block, first + frames - at)
            excerpt = self._excerpt(sound, at - margin, count + 2 * margin)
            rows = pqmf.folded(excerpt, self.network.bands)
            bands = pqmf.flipped(self._run("analysis", rows))
            parts.append(self._run("encoder", bands)[margin : margin + count])
        output = np.concatenate(parts)
        mean, scale = np.split(output, 2, axis=1)
        return np.ascontiguousarray(mean), _softplus(scale)

    def decode(
        self,
        latents: Floats,
        stream: Stream,
        progress: Callable[[int], None] | None = None,
    ) -> Floats:
        """Sound [T] of latents [M + 2 margins, L], without the sound of the margins.

        The noise comes from `stream`; `progress` receives the number of finished samples.
        """
        network, margin = self.network, self.network.decoder_margin
        frames, parts = len(latents) - 2 * margin, []
        for at in range(0, frames, self.block):
            count = min(self.block, frames - at)
            block = latents[at : at + count + 2 * margin]
            bands = self._decoded(block, at - margin, stream)
            sound = self._run("synthesis", pqmf.flipped(bands)).reshape(-1)
            parts.append(sound[margin * network.hop : (margin + count) * network.hop])
            if progress is not None:
                progress((at + count) * network.hop)
        return np.concatenate(parts)

    def _excerpt(self, sound: Floats, first: int, frames: int) -> Floats:
        """The sound of `frames` latents from latent `first` on; silence beyond its ends."""
        hop = self.network.hop
        start, stop = first * hop, (first + frames) * hop
        inside = sound[max(0, start) : max(0, stop)]
        before = min(max(0, -start), stop - start)
        return np.pad(inside, (before, stop - start - before - len(inside)))

    def _decoded(self, latents: Floats, first: int, stream: Stream) -> Floats:
        """Bands [rows, M] of latents from latent `first` on."""
        network, body = self.network, self._run("trunk", latents)
        wave = self._run("wave", body)
        noise_part = np.zeros((len(body), network.bands), np.float32)
        if network.noise_bands:
            rows = network.hop // network.bands
            raw = noise.uniform_noise(network, stream, first * rows, len(body))
            sizes = noise.magnitudes(network, self._run("noise", body))
            noise_part = noise.filter_noise(network, self._run("filters", sizes), raw)
        if network.layout == "v1":
            loudness = noise.positive(self._run("loudness", body))
            return np.asarray(tanh(wave) * loudness + noise_part, np.float32)
        tone, gate = np.split(wave, 2, axis=1)
        return tanh(np.asarray(tone * sigmoid(gate) + noise_part, np.float32))

    def _run(self, name: str, x: Floats) -> Floats:
        """A part of the network on rows [rows, C]."""
        return self._part(name).run(x)

    def _part(self, name: str) -> _Part:
        """A part of the network, packed at its first use."""
        if name not in self._packed:
            stack = stacks(self.network)[name]
            self._packed[name] = _Part(stack, self._weights(name, stack), self.kernel)
        return self._packed[name]

    def _weights(self, name: str, stack: Stack) -> dict[str, tuple[Floats, Floats]]:
        """Weight and bias of each convolution of a part."""
        bands = self.network.bands
        if name == "filters":
            table = noise.filter_table(self.network.noise_bands, self.network.noise_block)
            return {name: (table.T[:, :, np.newaxis].copy(), np.zeros(table.shape[1], np.float32))}
        if name in ("analysis", "synthesis"):
            weight = pqmf.analysis(bands) if name == "analysis" else pqmf.synthesis(bands)
            return {name: (weight, np.zeros(bands, np.float32))}
        return {layer.name: folded(self._tensors, layer) for layer in convolutions(stack)}


class _Part:
    """A stack packed for one kernel, and its program for the last number of rows."""

    def __init__(
        self, stack: Stack, weights: Mapping[str, tuple[Floats, Floats]], kernel: Kernel
    ) -> None:
        self._stack, self._weights = stack, weights
        layers = list(convolutions(stack))
        self._outputs = layers[-1].outputs
        self._packed: PackedNetwork | None = None
        self._open: tuple[int, OpenProgram] | None = None
        if kernel is not Kernel.REFERENCE:
            least = max(layer.stride for layer in layers)
            tensors = map_tensors(stack, weights)
            self._packed = PackedNetwork(stack_program(stack, least), tensors, kernel)
            self._weights = {}

    def run(self, x: Floats) -> Floats:
        """The output [rows, outputs] of the stack for rows [rows, C]."""
        if self._packed is None:
            return run_stack(self._weights, self._stack, x)
        if self._open is None or self._open[0] != len(x):
            # Free the memory of the old program before the new one allocates its own.
            self._open = None
            program = stack_program(self._stack, len(x))
            self._open = len(x), OpenProgram(self._packed, program, 1)
        output = np.empty((self._outputs, output_rows(self._stack, len(x))), np.float32)
        self._open[1].run(np.ascontiguousarray(x.T), _NO_TIME, output)
        return np.ascontiguousarray(output.T)


def stacks(network: RAVEParameters) -> dict[str, Stack]:
    """The parts of a network by name, including the filters."""
    taps = PQMF_TAPS[network.bands] // network.bands + 1
    filters = {
        name: (Convolution(name, network.bands, network.bands, taps),)
        for name in ("analysis", "synthesis")
    }
    if network.noise_bands:
        table = Convolution("filters", network.noise_bands, network.noise_block, 1)
        filters["filters"] = (table,)
    return {**filters, "encoder": network.encoder, **network.decoder}


def output_rows(stack: Stack, rows: int) -> int:
    """The number of rows that a stack makes of `rows`."""
    for layer in convolutions(stack):
        rows = int(rows * layer.rate)
    return rows


def block_of(network: RAVEParameters) -> int:
    """Latents of a block: so many that its margins are a small part of the work."""
    return max(8, BLOCK // network.hop)


def _softplus(x: Floats) -> Floats:
    """ln(1 + e^x) + 1e-4, in portable float64, rounded once."""
    wide = x.astype(np.float64)
    small = np.minimum(np.maximum(wide, -_LARGEST), _LARGEST)
    scale = np.where(wide > _LARGEST, wide, portable.log1p(portable.exp(small)))
    return np.asarray(scale.astype(np.float32) + f32(LEAST_SCALE), np.float32)
