"""DDSP: a synthesiser of harmonics and noise that a small network controls.

Engel, Hantrakul, Gu and Roberts, DDSP: differentiable digital signal processing (ICLR 2020,
arXiv:2001.04643), with the decoder of magenta/ddsp:

    pitch    -> [dense, norm, leaky ReLU] · layers --+-> GRU -+-> [dense, norm, leaky ReLU] · layers
    loudness -> [dense, norm, leaky ReLU] · layers --+--------+   -> amplitude, harmonics, noise
    sound = sines at multiples of the pitch + filtered noise, then a learned reverberation

The synthesis is fixed and the network learns only its controls, so a few minutes of one instrument
are enough, and any pitch can be played, including pitches between the notes of a scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from approx_build.families.ddsp.parameters import DDSPParameters, Objective
from approx_build.families.ddsp.sampling import Sampling


@FAMILIES.register
class DDSP(DDSPParameters, Family):
    """Harmonics, filtered noise and reverberation, played by pitch and loudness."""

    version: ClassVar[int] = 1
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "difference of spectra"
    ways: ClassVar[frozenset[str]] = frozenset({"transfer"})
    way_fields: ClassVar[Mapping[str, frozenset[str]]] = {
        "transfer": frozenset({"semitones", "gain_db"})
    }
    large_by: ClassVar[str] = "`hidden_channels`, `recurrent_channels` or `reverb_taps`"
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 4000,
            "frame_rate": 125,
            "harmonics": 8,
            "noise_bands": 9,
            "hidden_channels": 16,
            "stack_layers": 1,
            "recurrent_channels": 12,
            "reverb_taps": 100,
            "lowest_hz": 30,
            "highest_hz": 1300,
        },
        "training": {
            "window": 512,
            "batch": 2,
            "optimizer": {"name": "adam", "learning_rate": 0.01},
        },
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 4000, "hidden_channels": 768, "recurrent_channels": 768},
        "length_s": 8.0,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [1, length], one after another."""
        from approx_build.families.ddsp import draw

        return draw.draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` on a CPU."""
        from approx_build.families.ddsp import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of playing `samples`, approximately, including the packing of weights."""
        from approx_build.families.ddsp import memory  # off the path: memory

        return memory.cost(self, samples, sampling)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that autograd needs for a window, including temporary arrays."""
        from approx_build.families.ddsp import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.ddsp.network import DDSPNetwork  # off the path: training

        return DDSPNetwork(self, objective or Objective())
