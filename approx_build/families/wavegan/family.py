"""WaveGAN: a generator turns a latent into a whole clip, trained against a critic of waveforms.

Donahue, McAuley and Puckette, Adversarial audio synthesis (2018, arXiv:1802.04208), as the
published code (chrisdonahue/wavegan, MIT), with Wasserstein distance and gradient penalty:

    latent [100] -> dense -> 16 rows -> [ReLU, transposed convolution by 4] · layers -> tanh
    clip -> [convolution by 4, leaky ReLU, phase shuffle] · layers -> dense -> score

Latents are points of a cube, so that clips can be interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from approx_build.families.latent import Sampling
from approx_build.families.players import Player
from approx_build.families.wavegan.parameters import Objective, WaveGANParameters

ADAM = {"name": "adam", "learning_rate": 1e-4, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-8}


@FAMILIES.register
class WaveGAN(WaveGANParameters, Family):
    """One-shot sounds from latents, trained against a critic."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "difference of spectra"
    lock_step: ClassVar[int] = 64
    large_by: ClassVar[str] = "`length` or `width`"
    players: ClassVar[tuple[Player, ...]] = (
        Player(
            "critic",
            ("critic.",),
            {"turns": 5, "optimizer": ADAM, "clip_norm": None, "ema": 0},
            "tells generated clips from recorded ones",
        ),
        Player(
            "generator",
            ("generator.",),
            {"optimizer": ADAM, "clip_norm": None, "ema": 0.999},
            "turns latents into clips",
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 4000, "length": 1024, "width": 4, "latent": 8, "taps": 9},
        "training": {
            "window": 1024,
            "batch": 4,
            "schedule": "constant",
            "players": {
                "critic": {"optimizer": {**ADAM, "learning_rate": 0.01}},
                "generator": {"optimizer": {**ADAM, "learning_rate": 0.003}, "ema": 0.5},
            },
        },
    }
    large_example: ClassVar[Mapping[str, Any]] = {"network": {"width": 48}, "length_s": 1.0}

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [C, length], one after another."""
        from approx_build.families.wavegan import draw

        return draw.draw(self, weights, takes, device, progress)

    def clip_sampling(self, sampling: Sampling, clip: int, count: int) -> Mapping[str, Any]:
        """The place of a clip in a list of places, or in a path of equal steps."""
        return sampling.of_clip(clip, count)

    def remark(self, sampling: Sampling) -> str:
        """A remark if latents may be outside what the network has learned."""
        return sampling.remark

    @property
    def preview_s(self) -> float:
        """Length of a whole clip, seconds."""
        return self.length / self.rate

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` on a CPU."""
        from approx_build.families.wavegan import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of a whole clip, of which a take may be the beginning."""
        from approx_build.families.wavegan import memory  # off the path: memory

        return float(memory.products(self))

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory of autograd for a window in the critic's turn."""
        from approx_build.families.wavegan import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.wavegan.network import WaveGANNetwork  # off the path: training

        return WaveGANNetwork(self, objective or Objective())
