"""Numbers inside of DanceDiffusion: what U-Nets say of noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from approx_build.families.dance_diffusion.unet import UNetShape, forward, prepare
from tests.etude.spread import Numbers, spread, weights


def velocities() -> Numbers:
    """What U-Nets say of noise, with several heads of attention and without, wide and narrow."""
    for shape, length in (
        (UNetShape(2, (20, 72, 33, 64), 3), 136),
        (UNetShape(1, (5, 136, 66), 1), 76),
        (UNetShape(2, (6, 10, 7), 0), 532),
    ):
        network = prepare(weights(shape.tensors()), shape)
        sound = spread("sound", 2, shape.channels, length).astype(np.float32)
        yield forward(network, sound, np.array([0.3, 1.0]))


PROBES: dict[str, Callable[[], Numbers]] = {"families/dance_diffusion/unet.py": velocities}
