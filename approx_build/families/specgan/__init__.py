"""SpecGAN (Donahue and others, 2018): one-shots made as spectrograms of points in a cube."""

from approx_build.families.specgan.family import SpecGAN

__all__ = ["SpecGAN"]
