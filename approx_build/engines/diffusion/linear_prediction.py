"""Linear prediction: the continuation of a sound, and how reliable it is.

Uses Burg's method (Maximum entropy spectral analysis, 1975): each sample is a weighted sum of those
before it. Tones continue; noise cannot be predicted. The weights fit the sound from which they are
computed better than what follows; Akaike's final prediction error (Fitting autoregressive models
for prediction, 1969) corrects for that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

ORDER = 32
"""Number of samples from which the next one is predicted."""
HEARD = 1024
"""Number of samples from which the weights are computed."""


def continuation(sound: Samples, length: int) -> tuple[Samples, Samples]:
    """`length` samples that continue `sound` [T], and the predicted share of their power.

    The share falls from sample to sample, from 1 where everything is predicted to 0.
    """
    past = sound[-HEARD:]
    weights, unforetold = _burg(past, min(ORDER, len(past) // 2))
    order = len(weights)
    if not order:
        return np.zeros(length), np.zeros(length)
    samples, response = np.zeros(order + length), np.zeros(order + length)
    samples[:order], response[order - 1] = past[-order:], 1.0
    backwards = weights[::-1]
    for at in range(length):
        # No dot products: BLAS sums in an order that depends on the processor.
        samples[order + at] = (backwards * samples[at : at + order]).sum()
        response[order + at] = (backwards * response[at : at + order]).sum()
    # The prediction error of one sample affects the samples after it.
    echoes = response[order - 1 : -1]
    unforetold *= (len(past) + order) / (len(past) - order)
    missed = unforetold * np.add.accumulate(echoes * echoes)
    return samples[order:], np.maximum(1.0 - missed, 0.0)


def _burg(sound: Samples, order: int) -> tuple[Samples, float]:
    """The weights of the last samples, the latest first, and the share of power they miss."""
    forward, backward = sound[1:], sound[:-1]
    weights, missed = np.zeros(0), 1.0
    for _ in range(order):
        power = float((forward * forward + backward * backward).sum())
        # Written so that NaN ends the loop, too.
        if not power > 0.0:
            break
        reflection = 2.0 * float((forward * backward).sum()) / power
        weights = np.append(weights - reflection * weights[::-1], reflection)
        missed *= 1.0 - reflection * reflection
        forward, backward = (
            (forward - reflection * backward)[1:],
            (backward - reflection * forward)[:-1],
        )
    return weights, missed
