"""SampleRNN (Mehri et al. 2016): sound generated sample by sample, by recurrent tiers above it."""

from approx_build.families.samplernn.family import SampleRNN

__all__ = ["SampleRNN"]
