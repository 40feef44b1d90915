"""The losses of RAVE in torch: distances of spectra, the regulariser, hinge, feature matching.

Each is a number for each item of a batch, so that batches do not change them.

Off the path of a sample: losses of a training.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torchaudio.functional import spectrogram

LEAST_MAGNITUDE = 1e-7
"""Added to magnitudes before their logarithm."""
_SILENT = 1e-8
"""Mean square of sound that counts as silence, for which no relative error exists."""


def fitting_sizes(largest: int, count: int, length: int) -> list[int]:
    """At most `count` sizes of spectra that fit into `length` samples, the largest first."""
    sizes = [largest >> halved for halved in range(count) if largest >> halved >= 8]
    fitting = [size for size in sizes if size <= length]
    return fitting or [1 << (length.bit_length() - 1)]


def distance(made: Tensor, target: Tensor, sizes: Sequence[int]) -> Tensor:
    """Distance [B] of spectra of sounds [B, C, T]: relative power of the error, and logarithms.

    The first part sums over all channels of an item, so that loud channels have more weight.
    """
    total = made.new_zeros(len(made))
    for size in sizes:
        ours, theirs = (magnitudes(one, size) for one in (made, target))
        floor = _SILENT * 0.375 * size
        power = theirs.square().flatten(1).mean(dim=1).clamp(min=floor)
        missed = (theirs - ours).square().flatten(1).mean(dim=1)
        logs = [(one + LEAST_MAGNITUDE).log() for one in (ours, theirs)]
        total = total + missed / power + (logs[0] - logs[1]).abs().flatten(1).mean(dim=1)
    return total


def magnitudes(sound: Tensor, size: int) -> Tensor:
    """Magnitudes [B, C, F, M] with a hop of a quarter of a frame; sound is mirrored at its ends."""
    window = torch.hann_window(size, device=sound.device)
    powers: Tensor = spectrogram(
        sound, 0, window, size, size // 4, size, 2.0, False, center=True, pad_mode="reflect"
    )
    # The root's gradient is infinite at 0.
    return (powers + 1e-14).sqrt()


def divergence(mean: Tensor, scale: Tensor) -> Tensor:
    """Mean over time of the sum over axes of μ² + σ² - ln σ² - 1 [B], twice the KL divergence."""
    squares = scale.square()
    return (mean.square() + squares - squares.log() - 1).sum(dim=1).mean(dim=1)


def hinge_loss(real: Tensor, made: Tensor) -> Tensor:
    """The hinge loss of a discriminator from its scores [B, …], for each item [B]."""
    wrong = F.relu(1 - real).flatten(1).mean(dim=1)
    return wrong + F.relu(1 + made).flatten(1).mean(dim=1)


def feature_distance(real: Sequence[Tensor], made: Sequence[Tensor], is_relative: bool) -> Tensor:
    """Mean distance [B] of features [B, …] over layers, perhaps relative to those of `real`."""
    total = made[0].new_zeros(len(made[0]))
    for theirs, ours in zip(real, made, strict=True):
        apart = (theirs - ours).abs().flatten(1).mean(dim=1)
        if is_relative:
            apart = apart / theirs.abs().flatten(1).mean(dim=1).clamp(min=LEAST_MAGNITUDE)
        total = total + apart
    return total / len(made)
