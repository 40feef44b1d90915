"""Mu-law: samples as codes, equal steps of loudness instead of equal steps of pressure.

ITU-T G.711's curve without its segments, as in van den Oord et al., WaveNet (2016), section
2.2, and in ibab's tensorflow-wavenet, with q codes and mu = q - 1:

    encode: floor((sign(x) · log(1 + mu·min(|x|, 1)) / log(1 + mu) + 1) / 2 · mu + 0.5)
    decode: sign(s) · ((1 + mu)^|s| - 1) / mu   with   s = 2·code/mu - 1

Codes are found by comparing with the exact sample at which each code begins, so no logarithm
is taken of a sample and a code is the same on every machine. Silence is code q/2, which
decodes to a very small positive number: there is no exact zero.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Codes = NDArray[np.int64]

_EXACT = Context(prec=40)
"""Decimal's exp and ln are correctly rounded: the tables are the same everywhere."""


def encode(samples: ArrayLike, codes: int = 256) -> Codes:
    """Samples, full scale 1.0, of any shape -> codes 0 to `codes` - 1 of that shape."""
    numbers = np.asarray(samples, dtype=np.float64)
    return np.searchsorted(_beginnings(codes), numbers, side="right").astype(np.int64)


def decode(codes_in: ArrayLike, codes: int = 256) -> NDArray[np.float32]:
    """Codes of any shape -> samples of that shape, float32."""
    return amplitudes(codes)[np.asarray(codes_in, dtype=np.int64)]


@cache
def amplitudes(codes: int = 256) -> NDArray[np.float32]:
    """The sample value of each code [codes], float32, read-only."""
    table = np.array([_expanded(2 * code, codes) for code in range(codes)], dtype=np.float64)
    rounded = table.astype(np.float32)
    # Every caller gets the same cached array.
    rounded.flags.writeable = False
    return rounded


def silence(codes: int = 256) -> int:
    """The code of the sample 0.0."""
    return int(encode(0.0, codes))


@cache
def _beginnings(codes: int) -> NDArray[np.float64]:
    """The smallest sample of each code except the first, which begins at minus infinity."""
    return np.array([_expanded(2 * code - 1, codes) for code in range(1, codes)])


def _expanded(halves: int, codes: int) -> float:
    """The sample at `halves` half codes above the lowest code, correctly rounded."""
    mu = codes - 1
    loudness = Decimal(max(halves - mu, mu - halves)) / mu
    power = _EXACT.exp(_EXACT.multiply(loudness, _EXACT.ln(Decimal(codes))))
    magnitude = float(_EXACT.divide(_EXACT.subtract(power, Decimal(1)), Decimal(mu)))
    return magnitude if halves >= mu else -magnitude
