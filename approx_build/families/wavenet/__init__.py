"""WaveNet (van den Oord et al. 2016): sound generated sample by sample."""

from approx_build.families.wavenet.family import WaveNet

__all__ = ["WaveNet"]
