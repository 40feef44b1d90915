"""DanceDiffusion: a U-Net removes noise, and so generates a whole window of sound from noise.

Harmonai's sample-generator (2022): an unconditional U-Net on the waveform with attention in its
deepest levels, trained on the velocity v = α · noise - σ · sound (Salimans and Ho, Progressive
distillation, 2022, arXiv:2202.00512) of sound that is noisy by the «crash» schedule. The input
of the network is the sound [C, T] and, as 16 more channels, the cosines and sines of its noise
level at learned frequencies; the output is v [C, T], which `engines.diffusion` uses to generate
sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.overlapping_windows import inside
from approx_build.families.base import FAMILIES, Family, Network, Progress, Stage, Takes, Weights
from approx_build.families.dance_diffusion.parameters import DanceDiffusionParameters, Objective
from approx_build.families.dance_diffusion.sampling import Sampling


@FAMILIES.register
class DanceDiffusion(DanceDiffusionParameters, Family):
    """U-Net that removes noise from a window of sound, with attention in its deepest levels."""

    version: ClassVar[int] = 4
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "mean square of v"
    ways: ClassVar[frozenset[str]] = frozenset({"prime", "extend", "vary", "inpaint", "between"})
    has_stages: ClassVar[bool] = True
    large_by: ClassVar[str] = "`window` or `level_channels`"
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 8000,
            "sound_channels": 2,
            "window": 512,
            "depth": 3,
            "level_channels": [8, 8, 16],
            "attention_levels": 1,
        },
        "training": {"window": 512, "batch": 2},
        "sampling": {"steps": 3},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 8000,
            "window": 4096,
            "depth": 4,
            "level_channels": [32, 192, 192, 192],
            "attention_levels": 2,
        },
        "sampling": {"steps": 1, "resampling_times": 1},
        "length_s": 0.8,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [C, length]: the inside of a window, or windows in sequence."""
        from approx_build.families.dance_diffusion import draw

        return draw.draw(self, weights, takes, device, progress)

    def stages(
        self,
        weights: Weights,
        stream: str,
        sampling: Sampling,
        count: int,
        device: str = "cpu",
        progress: Progress | None = None,
    ) -> list[Stage]:
        """Stages of a window between noise and sound, at equal distances in steps."""
        from approx_build.families.dance_diffusion import stages

        return stages.stages(self, weights, stream, sampling, count, device, progress)

    def shortest_sound(self, way: str) -> int:
        """The inside of a window; 1 sample if the network only continues the sound."""
        return 1 if way in ("prime", "extend") else inside(self.window)

    def check_way(self, way: str, sampling: Sampling) -> None:
        """ValueError for an interpolation whose sampler cannot go from sound to noise."""
        if way == "between" and not sampling.is_reversible:
            raise ValueError(
                f"sampler {sampling.sampler} cannot run from sound to noise, which "
                "interpolation needs; use ddim or iplms with eta 0"
            )

    @property
    def preview_s(self) -> float:
        """The inside of a window."""
        return inside(self.window) / self.rate

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of generating `samples`: those of a window times the evaluations."""
        from approx_build.families.dance_diffusion import memory  # off the path: memory

        return memory.cost(self, samples, sampling, way)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` together on a CPU."""
        from approx_build.families.dance_diffusion import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory that autograd needs for a window, including the largest temporary arrays."""
        from approx_build.families.dance_diffusion import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.dance_diffusion import network  # off the path: training

        return network.DanceDiffusionNetwork(self, objective or Objective())
