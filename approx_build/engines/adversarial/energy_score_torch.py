"""The energy score of generated sounds: their distance from recorded ones, less half their spread.

The score of Gneiting and Raftery (Strictly proper scoring rules, prediction, and estimation, 2007,
section 4.2), mean |f(x) - f(y)| - ½ mean |f(y) - f(y')|, is least where generated sounds y have the
distribution of recorded ones x: a generator that always makes the same sound has a worse score.
Here f is a spectrogram of amplitudes, and distances are Euclidean.

Off the path of a sample: a measure of networks in training.
"""

from __future__ import annotations

import torch
from torch import Tensor

LARGEST_SIZE = 512
"""Samples of a frame."""


def features(sounds: Tensor) -> Tensor:
    """Amplitudes [B, F] of sounds [B, C, T] in frames of at most an eighth of a sound.

    Not in dB, because silent frequencies would then count as much as loud ones.
    """
    size = min(LARGEST_SIZE, max(16, sounds.shape[-1] // 8))
    window = torch.hann_window(size, dtype=sounds.dtype, device=sounds.device)
    spectra = torch.stft(
        sounds.flatten(0, 1), size, size // 2, window=window, center=True, return_complex=True
    )
    # A sine at full scale has amplitude 1; distances do not grow with the number of frames.
    amplitudes: Tensor = torch.abs(spectra) * (2 / (window.sum() * spectra.shape[-1] ** 0.5))
    return amplitudes.reshape(len(sounds), -1)


def score(recorded: Tensor, generated: Tensor) -> Tensor:
    """The mean score of K generated features [B, K, F] for each recorded one [B, F]."""
    between = _distance(recorded[:, None], generated).mean()
    return between - spread(generated) / 2


def variety(recorded: Tensor, generated: Tensor) -> dict[str, float]:
    """`variety`: the spread of generated features [B, K, F] as a share of that of recorded ones.

    Empty for a single recorded one [B, F].
    """
    if len(recorded) < 2:
        return {}
    least = 1e-4  # for recorded ones that are all equal
    varied = float(spread(recorded)) + least
    return {"variety": (float(spread(generated)) + least) / varied}


def spread(items: Tensor) -> Tensor:
    """Mean distance between two of K features [..., K, F]; K is at least 2."""
    count = items.shape[-2]
    pairs = _distance(items[..., :, None, :], items[..., None, :, :])
    return pairs.mean() * (count / (count - 1))


def _distance(first: Tensor, second: Tensor) -> Tensor:
    return torch.square(first - second).sum(dim=-1).sqrt()
