"""WaveGAN (Donahue and others, 2018): one-shots made at once, each of a place in a cube."""

from approx_build.families.wavegan.family import WaveGAN

__all__ = ["WaveGAN"]
