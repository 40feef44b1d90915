"""How alike two waveforms are, and where one lies in the other.

The normalised cross-correlation without its sign (Lewis, Fast template matching, 1995): 1 for the
same waveform, whatever its gain and polarity. Sound below -60 dBFS is like nothing.

Off the path of a sample: it compares sounds, and no sound is made of that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.audio.spectrum import fast_size, inverse_real_fft, real_fft

Mono = NDArray[np.float32]

SILENT = 1e-3
"""Amplitude: a root mean square below counts as this, so that silence is like nothing."""


def likeness(one: Mono, other: Mono) -> float:
    """The correlation of two sounds [T] as they lie, 0 to 1."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    quiet = SILENT**2 * one.size
    energies = max(float(np.sum(first * first)), quiet) * max(float(np.sum(second * second)), quiet)
    return min(1.0, abs(float(np.sum(first * second))) / float(np.sqrt(energies)))


def best_place(passage: Mono, sound: Mono) -> tuple[int, float]:
    """Where in `sound` [S] the passage [T], T <= S, is most alike, and how alike it is there."""
    size = fast_size(sound.size + passage.size)
    one, other = (real_fft(each.astype(np.float64), size) for each in (passage, sound))
    places = sound.size - passage.size + 1
    products = inverse_real_fft(other * np.conj(one), size)[:places]
    total = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    quiet = SILENT**2 * passage.size
    energies = np.maximum(total[passage.size :] - total[:places], quiet)
    energy = max(float(np.sum(passage.astype(np.float64) ** 2)), quiet)
    alike = np.abs(products) / np.sqrt(energies * energy)
    place = int(alike.argmax())
    return place, min(1.0, float(alike[place]))
