"""The losses of a scale: the penalty of its critic, and distances of spectra.

Off the path of a sample: networks are trained and measured by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

SIZES = ((2048, 240, 1200), (1024, 120, 600), (512, 50, 240))
"""Size, hop and window of each transform, samples."""
_LEAST = 1e-6
"""Added to the length of spectra that others are compared with: silence has none."""


def steepness(critic: Callable[[Tensor], Tensor], sound: Tensor) -> Tensor:
    """Mean of (|slope| - 1)^2 of the critic's sum over sounds [B, T], sample by sample.

    Of each sample, not of the whole sound: what the critic compares are all the short pieces of one
    recording.
    """
    sound = sound.detach().requires_grad_()
    with torch.enable_grad():
        [slope] = torch.autograd.grad(critic(sound).sum(), sound, create_graph=True)
    return torch.square(slope.abs() - 1).mean()


def distance_of_spectra(real: Tensor, made: Tensor) -> Tensor:
    """Mean over sizes of the length of the difference of amplitudes, of sounds [B, T]."""
    return torch.stack([(a - b).norm(dim=1).mean() for a, b in _pairs(real, made)]).mean()


def relative_distance(real: Tensor, made: Tensor) -> Tensor:
    """The same as a share of the length of the real amplitudes; 1 is the distance of silence."""
    shares = [
        ((a - b).norm(dim=1) / (a.norm(dim=1) + _LEAST)).mean() for a, b in _pairs(real, made)
    ]
    return torch.stack(shares).mean()


def _pairs(real: Tensor, made: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Amplitudes [B, F] of both by each transform that the sounds are long enough for."""
    for size, hop, width in SIZES:
        # The ends are mirrored, and cannot be where a sound is shorter than what is mirrored.
        while size // 2 >= real.shape[1]:
            size, hop, width = size // 2, max(1, hop // 2), max(1, width // 2)
        window = torch.hann_window(width, dtype=real.dtype, device=real.device)
        yield tuple(  # type: ignore[misc]
            torch.stft(one, size, hop, width, window, return_complex=True).abs().flatten(1)
            for one in (real, made)
        )
