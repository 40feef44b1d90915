"""Parameterisation: converts the prediction of a network to the sound and the noise.

With x = α · sound + σ · noise a network may predict v = α · noise - σ · sound (Salimans and Ho,
2022), the noise or the sound; each determines the others:

    sound = α x - σ v = (x - σ · noise) / α          noise = σ x + α v = (x - α · sound) / σ
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from approx_build.engines.diffusion.level import Level

Sound = NDArray[np.float32]
Velocity = Callable[[Sound, float], Sound]
"""A network: noisy sound [B, C, T] and the time of its level -> v [B, C, T]."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Noisy sound separated into sound and noise, both [B, C, T]."""

    sound: Sound
    noise: Sound

    def at(self, level: Level) -> Sound:
        """The same sound and noise, mixed as at another level [B, C, T]."""
        return level.alpha * self.sound + level.sigma * self.noise

    def velocity(self, level: Level) -> Sound:
        """The v of this sound and noise [B, C, T]."""
        return level.alpha * self.noise - level.sigma * self.sound


def parts_by_velocity(x: Sound, velocity: Sound, level: Level) -> Parts:
    """Sound and noise in `x` when a network predicts `velocity`."""
    return Parts(
        sound=level.alpha * x - level.sigma * velocity,
        noise=level.sigma * x + level.alpha * velocity,
    )


def parts_by_noise(x: Sound, noise: Sound, level: Level) -> Parts:
    """Sound and noise in `x` when a network predicts `noise`; not for pure noise."""
    sound = np.asarray((x - level.sigma * noise) / level.alpha, dtype=np.float32)
    return Parts(sound, noise)


def parts_by_sound(x: Sound, sound: Sound, level: Level) -> Parts:
    """Sound and noise in `x` when a network predicts `sound`; not for clean sound."""
    noise = np.asarray((x - level.alpha * sound) / level.sigma, dtype=np.float32)
    return Parts(sound, noise)


@dataclass(frozen=True, slots=True)
class Denoiser:
    """A network that predicts v, used for sound and noise."""

    velocity: Velocity

    def parts(self, x: Sound, level: Level) -> Parts:
        """Sound and noise in `x` [B, C, T] at a level."""
        return parts_by_velocity(x, self.velocity(x, level.time), level)

    def parts_of_loud(self, loud: Sound, level: Level) -> Parts:
        """Sound and noise in `loud` = sound + ratio · noise, Karras's form [B, C, T].

        Karras's c_in is α, c_skip α² and c_out -σ: k-diffusion's VDenoiser.
        """
        return self.parts(level.alpha * loud, level)
