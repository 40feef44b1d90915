"""SpecGAN: a generator makes the spectrogram of a clip from a latent; a critic sees spectrograms.

Donahue, McAuley and Puckette, Adversarial audio synthesis (2018, arXiv:1802.04208), as the
published code has it (chrisdonahue/wavegan, MIT), with Wasserstein distance and gradient penalty:

    latent [100] -> dense -> 4 x 4 cells -> [ReLU, transposed convolution by 2 x 2] · layers -> tanh
    -> levels by the moments of each bin -> magnitudes -> phases by Griffin and Lim -> clip
    spectrogram -> [convolution by 2 x 2, leaky ReLU] · layers -> dense -> how real it is

A clip is a point of a cube, as a WaveGAN's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Weights
from approx_build.families.players import Player
from approx_build.families.specgan.parameters import Objective, SpecGANParameters
from approx_build.families.specgan.sampling import Sampling
from approx_build.families.take_request import TakeRequest

ADAM = {"name": "adam", "learning_rate": 1e-4, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-8}


@FAMILIES.register
class SpecGAN(SpecGANParameters, Family):
    """One-shots made as spectrograms from a latent, learnt against a critic."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "difference of spectra"
    lock_step: ClassVar[int] = 64
    large_by: ClassVar[str] = "`length` or `width`"
    measured_windows: ClassVar[int] = 256
    measures_first: ClassVar[bool] = True
    players: ClassVar[tuple[Player, ...]] = (
        Player(
            "critic",
            ("critic.",),
            {"turns": 5, "optimizer": ADAM, "clip_norm": None, "ema": 0},
            "tells generated spectrograms from recorded ones",
        ),
        Player(
            "generator",
            ("generator.",),
            {"optimizer": ADAM, "clip_norm": None, "ema": 0.999},
            "makes spectrograms from latents",
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 4000,
            "length": 1024,
            "window": 64,
            "hop": 32,
            "width": 4,
            "latent": 8,
        },
        "sampling": {"iterations": 4},
        "training": {
            "window": 1024,
            "batch": 4,
            "schedule": "constant",
            "players": {
                "critic": {"turns": 2, "optimizer": {**ADAM, "learning_rate": 0.01}},
                "generator": {"optimizer": {**ADAM, "learning_rate": 0.01}, "ema": 0.5},
            },
        },
    }
    large_example: ClassVar[Mapping[str, Any]] = {"network": {"width": 48}, "length_s": 1.0}

    def draw(
        self,
        weights: Weights,
        takes: Sequence[TakeRequest[Sampling]],
        device: str = "cpu",
        progress: Progress | None = None,
    ) -> list[Clip]:
        """Clips [1, length], one after another."""
        from approx_build.families.specgan import draw

        return draw.draw(self, weights, takes, device, progress)

    def clip_sampling(self, sampling: Sampling, clip: int, count: int) -> Mapping[str, Any]:
        """The place of a clip, if the take has one for each, or is a path of equal steps."""
        return sampling.of_clip(clip, count)

    def remark(self, sampling: Sampling) -> str:
        """Whether latents may be outside what the network has learned."""
        return sampling.remark

    @property
    def preview_s(self) -> float:
        """Seconds of a whole clip."""
        return self.length / self.rate

    def drawing_bytes(self, takes: Sequence[TakeRequest[Any]]) -> dict[str, int]:
        """Peak memory by item of drawing `takes`, on a CPU."""
        from approx_build.families.specgan import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of a clip, however much of it is used."""
        from approx_build.families.specgan import memory  # off the path: memory

        return memory.work(self, sampling.iterations)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """What autograd keeps of a window in the critic's turn."""
        from approx_build.families.specgan import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.specgan.network import SpecGANNetwork  # off the path: training

        return SpecGANNetwork(self, objective or Objective())
