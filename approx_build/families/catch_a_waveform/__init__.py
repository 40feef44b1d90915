"""Catch-A-Waveform (Greshler and others, 2021): a pyramid of networks that learns one recording."""

from approx_build.families.catch_a_waveform.family import CatchAWaveform

__all__ = ["CatchAWaveform"]
