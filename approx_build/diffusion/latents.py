"""Standard normal noise to begin with, each item by a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.audio.normal import normals
from approx_build.audio.stream import Stream
from approx_build.diffusion.parameterisation import Sound


def latents(streams: Sequence[Stream], channels: int, length: int) -> Sound:
    """Noise [B, C, T]; an item depends on its own stream alone."""
    items = [normals(stream.child("latent"), channels * length) for stream in streams]
    return np.stack([item.reshape(channels, length) for item in items])
