"""Panning: places a sound between the loudspeakers.

Convention: pan goes from -1 (left) through 0 (centre) to 1 (right). One channel is placed with
equal power: left sin((1 - pan) π / 4), right sin((1 + pan) π / 4), so the power is 1 everywhere,
each side is -3.01 dB in the centre, and the far side is exactly silent at the ends. Two channels
are balanced: the side away from the pan falls by the same law, raised by 3.01 dB so that it starts
at 1; the other side stays the same, and the centre changes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from approx_build.errors import AudioError
from approx_build.numerics import portable

Samples = NDArray[np.float64]

_ROOT2 = 1.4142135623730951


def placed(data: Samples, pan: Samples, channels: int) -> Samples:
    """Sound [1 or 2, T] with `pan` ([T] or [1]) in `channels` channels [channels, T].

    With one output channel, pan has no effect, and two channels become their mean.
    """
    if data.shape[0] not in (1, 2):
        raise AudioError(f"a sound of {data.shape[0]} channels cannot be placed; 1 or 2 can")
    if channels == 1:
        return data if data.shape[0] == 1 else ((data[0] + data[1]) * 0.5)[None]
    if channels != 2:
        raise AudioError(f"sounds are placed in 1 or 2 channels, not in {channels}")
    sides = equal_power(pan) if data.shape[0] == 1 else balance(pan)
    return data * sides


def equal_power(pan: Samples) -> Samples:
    """Factors of left and right [2, T] for one channel."""
    return portable.sin(np.stack((1.0 - pan, 1.0 + pan)) * (portable.PI / 4))


def balance(pan: Samples) -> Samples:
    """Factors of left and right [2, T] for two channels."""
    towards = np.stack((pan, -pan)) <= 0
    # The minimum is for rounding, which near the centre could give more than 1.
    return np.where(towards, 1.0, np.minimum(_ROOT2 * equal_power(pan), 1.0))
