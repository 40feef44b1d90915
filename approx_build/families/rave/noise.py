"""The noise of a decoder: uniform noise through a filter for each block and band.

A filter has magnitudes at equal distances up to half the rate of a band. Its response of zero phase
is tapered by a Hann window; the half before its middle is at the end of the block. The output of
the filter beyond the block is cut off (Caillon and Esling, 2021, and their code).

Sums run over lags from the shortest, one rounding for each operation.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from approx_build.families.rave.parameters import RAVEParameters
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.stream import Stream
from approx_build.numerics.turn import turn
from approx_build.numerics.window import hann

LEAST = 1e-7
STEEPNESS = 2.3
SHIFT = 5.0
"""Subtracted from the output of the branch, so that an untrained network has soft noise."""
_LARGEST = 100.0


@lru_cache(maxsize=8)
def filter_table(magnitudes: int, block: int) -> Floats:
    """The filter [magnitudes, block] of each single magnitude."""
    half = magnitudes - 1
    places = np.arange(2 * half) - half
    cosines = turn(np.arange(magnitudes)[:, np.newaxis] * places, 2 * half)[0] / (2 * half)
    cosines[1:-1] *= 2
    tapered = cosines * hann(2 * half)
    table = np.zeros((magnitudes, block))
    table[:, :half] = tapered[:, half:]
    table[:, block - half :] += tapered[:, :half]
    return table.astype(np.float32)


def positive(x: Floats) -> Floats:
    """2 σ(x)^2.3 + 1e-7, in portable float64, rounded once."""
    wide = np.minimum(np.maximum(x.astype(np.float64), -_LARGEST), _LARGEST)
    made = 2.0 * portable.exp(-STEEPNESS * portable.log1p(portable.exp(-wide))) + LEAST
    return np.asarray(made, np.float32)


def uniform_noise(network: RAVEParameters, stream: Stream, first: int, rows: int) -> Floats:
    """Noise [rows, M] from row `first` on, -1 to 1; each number depends on its position only."""
    begin = _begin(network) + first
    words = stream.words_at(begin * network.bands, rows * network.bands)
    uniforms = (words >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0
    return uniforms.astype(np.float32).reshape(rows, network.bands)


def magnitudes(network: RAVEParameters, output: Floats) -> Floats:
    """The filters [rows / block · M, magnitudes] of the branch's output [rows / block, …]."""
    return positive(output - np.float32(SHIFT)).reshape(-1, network.noise_bands)


def filter_noise(network: RAVEParameters, filters: Floats, noise: Floats) -> Floats:
    """Noise [rows, M] through filters [rows / block · M, block]."""
    bands, block = network.bands, network.noise_block
    taps = filters.reshape(-1, bands, block)
    blocks = noise.reshape(-1, block, bands).transpose(0, 2, 1)
    made = np.zeros_like(blocks)
    for lag in np.flatnonzero(
        np.abs(filter_table(network.noise_bands, block)).max(axis=0)  # off the path: exact, real
    ):
        made[..., lag:] += taps[..., lag, np.newaxis] * blocks[..., : block - lag]
    return np.ascontiguousarray(made.transpose(0, 2, 1)).reshape(noise.shape)


def _begin(network: RAVEParameters) -> int:
    """Number of rows before a take that affect it."""
    return network.decoder_margin * network.hop // network.bands
