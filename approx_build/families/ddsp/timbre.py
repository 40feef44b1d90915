"""The input of the encoder of the form `ae`: mel-frequency cepstral coefficients of a sound.

30 coefficients of 128 bands from 20 Hz to half the sample rate (8 000 Hz at most), every 32 ms, as
in magenta/ddsp. Logarithms and cosines are portable.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from approx_build.families.ddsp.parameters import MFCC, DDSPParameters
from approx_build.kernels import fft
from approx_build.kernels.reference import product
from approx_build.kernels.tensors import Floats
from approx_build.numerics import portable
from approx_build.numerics.turn import turn
from approx_build.numerics.window import hann

Doubles = NDArray[np.float64]

_BANDS = 128
_RATE_HZ = 31.25
_LENGTH_S = 0.064
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 8000.0
_LEAST = 1e-6


def frames_a_step(network: DDSPParameters) -> int:
    """Frames of the network between two sets of coefficients."""
    return max(1, round(network.frame_rate / _RATE_HZ))


def coefficients(network: DDSPParameters, sound: Floats, frames: int) -> Floats:
    """Cepstral coefficients [S, 30] of a sound [T], enough for this number of frames."""
    step = frames_a_step(network)
    steps, hop = -(-frames // step) + 1, step * network.hop
    size = fft.fast_size(round(_LENGTH_S * network.rate))
    padded = np.zeros((steps - 1) * hop + size)
    room = padded[size // 2 :]
    room[: min(len(sound), len(room))] = sound[: len(room)]
    views = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    spectra = fft.rfft(views, hann(size))
    sizes = np.sqrt(spectra.real * spectra.real + spectra.imag * spectra.imag)
    bands, cosines = _tables(size, network.rate)
    energies = product(sizes.astype(np.float32), bands)
    return product(portable.log(energies + _LEAST).astype(np.float32), cosines)


def upsampled(network: DDSPParameters, timbre: Floats, frames: int) -> Floats:
    """Timbre [frames, Z] of each frame, linear between the steps [S, Z]."""
    step = frames_a_step(network)
    at, rest = np.divmod(np.arange(frames), step)
    share = (rest / step).astype(np.float32)[:, np.newaxis]
    return np.asarray(timbre[at] + (timbre[at + 1] - timbre[at]) * share, np.float32)


@lru_cache(maxsize=8)
def _tables(size: int, rate: int) -> tuple[Floats, Floats]:
    """Mel bands [bins, 128] and the cosine transform [128, 30], float32."""
    hz = np.arange(size // 2 + 1) * (rate / size)
    mel = 2595.0 / portable.log(10.0) * portable.log1p(hz / 700.0)
    ends = (_LOWEST_HZ, min(_HIGHEST_HZ, rate / 2))
    low, high = (2595.0 / portable.log(10.0) * portable.log1p(end / 700.0) for end in ends)
    edges = low + (high - low) * np.arange(_BANDS + 2) / (_BANDS + 1)
    step = (high - low) / (_BANDS + 1)
    away = mel[:, np.newaxis] - edges[np.newaxis, 1:-1]
    bands = np.maximum(1.0 - portable.absolute(away) / step, 0.0)
    numbers = np.arange(MFCC) * (2 * np.arange(_BANDS)[:, np.newaxis] + 1)
    cosines = turn(numbers, 4 * _BANDS)[0] * np.sqrt(2.0 / _BANDS)
    cosines[:, 0] *= np.sqrt(0.5)
    return bands.astype(np.float32), cosines.astype(np.float32)
