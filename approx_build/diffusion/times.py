"""Times of noise levels for training: evenly spread over any run of windows.

Sobol's sequence in one dimension is van der Corput's: the binary digits of n, mirrored at the
point (Sobol, 1967). Every aligned run of 2^k numbers has one in each of 2^k equal parts. The
digits are shifted at random once, so that the sequence is uniform and its zero is not special.
"""

from __future__ import annotations

from math import ldexp

from approx_build.audio.stream import Stream

_BITS = 53


def sobol(number: int, rng: Stream) -> float:
    """Number `number` of the sequence that `rng` shifts, from 0 to below 1."""
    shift = int(rng.child("digital shift").words(1)[0]) >> (64 - _BITS)
    return (_mirrored(number) ^ shift) * ldexp(1.0, -_BITS)


def _mirrored(number: int) -> int:
    """The digits of a number, the last first, as a fraction of 2^53."""
    digits = format(number % (1 << _BITS), f"0{_BITS}b")
    return int(digits[::-1], 2)
