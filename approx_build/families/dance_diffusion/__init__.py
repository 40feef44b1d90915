"""DanceDiffusion (Harmonai, 2022): windows of sound generated from noise."""

from approx_build.families.dance_diffusion.family import DanceDiffusion

__all__ = ["DanceDiffusion"]
