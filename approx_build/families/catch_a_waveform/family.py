"""Catch-A-Waveform: a pyramid of small networks that learns one recording, from coarse to fine.

Greshler, Rott Shaham and Michaeli, Catch-A-Waveform: learning to generate audio from a single short
example (2021, arXiv:2106.06426), as the published code has it (galgreshler/Catch-A-Waveform, MIT).
At each rate a generator adds detail to the sound of the rate below, by noise; a critic compares all
short pieces of it with those of the recording:

    noise -> generator at 500 Hz -> raised, noise -> generator at 1000 Hz -> ... -> sound

It learns 20 s by heart, on purpose, and makes other arrangements of the same gestures: of any
length, around a hole, as a variation that keeps the form of a sound, or with the high band that an
old recording lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Loc, Network, Progress, Weights
from approx_build.families.catch_a_waveform.objective import Objective  # off the path: training
from approx_build.families.catch_a_waveform.parameters import CatchAWaveformParameters
from approx_build.families.catch_a_waveform.sampling import Sampling
from approx_build.families.players import Phase, Player
from approx_build.families.take_request import TakeRequest

ADAM = {"name": "adam", "learning_rate": 1.5e-3, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8}


@FAMILIES.register
class CatchAWaveform(CatchAWaveformParameters, Family):
    """One recording, learnt scale by scale against a critic for each."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "distance of the reconstruction"
    ways: ClassVar[frozenset[str]] = frozenset({"vary", "inpaint", "extend"})
    large_by: ClassVar[str] = "`channels_later`, `layers` or `rates`"
    measured_windows: ClassVar[int] = 1
    learns_whole: ClassVar[bool] = True
    players: ClassVar[tuple[Player, ...]] = (
        Player(
            "critic",
            ("critic.",),
            {"optimizer": ADAM, "clip_norm": None, "ema": 0},
            "tells generated sound from the recording, piece by piece",
        ),
        Player(
            "generator",
            ("generator.",),
            {"optimizer": ADAM, "clip_norm": None, "ema": 0},
            "adds the detail of a scale",
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "rates": [1000, 2000, 4000],
            "channels_first": 4,
            "channels_later": 5,
            "layers": 4,
            "taps": 5,
        },
        "training": {
            "window": 2048,
            "batch": 1,
            "schedule": "constant",
            "warmup_steps": 0,
            "players": {"generator": {"optimizer": {**ADAM, "learning_rate": 0.01}}},
        },
        "objective": {"samples": 10.0},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"rates": [2000, 4000, 8000], "channels_first": 48, "layers": 6},
        "length_s": 2.0,
    }

    def draw(
        self,
        weights: Weights,
        takes: Sequence[TakeRequest[Sampling]],
        device: str = "cpu",
        progress: Progress | None = None,
    ) -> list[Clip]:
        """Clips [1, length], one after another."""
        from approx_build.families.catch_a_waveform import draw

        return draw.draw(self, weights, takes, device, progress)

    def length_faults(
        self, sampling: Sampling, take_s: float, way: str | None
    ) -> Iterator[tuple[Loc, str]]:
        """A low band that no sound is given for, or that is all of the sound."""
        border = sampling.keep_below_hz
        if border is None:
            return
        if way != "vary":
            yield ("keep_below_hz",), "keeps the low band of a given sound: it needs `vary`"
        elif border >= self.rate / 2:
            yield (
                ("keep_below_hz",),
                f"must be below {self.rate / 2:g} Hz, half the rate of the network (is {border:g})",
            )

    def drawing_bytes(self, takes: Sequence[TakeRequest[Sampling]]) -> dict[str, int]:
        """Memory by item that drawing `takes` takes at its peak, on a CPU."""
        from approx_build.families.catch_a_waveform import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of all scales, with what they make beside the take."""
        from approx_build.families.catch_a_waveform import memory  # off the path: memory

        return memory.cost(self, samples)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """What autograd keeps of a recording in the turn that takes most."""
        from approx_build.families.catch_a_waveform import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def phases(self, objective: Objective, steps: int) -> tuple[Phase, ...]:
        """A phase for each scale, from the coarsest, all equally long; the others are frozen."""
        return tuple(
            Phase(
                f"scale-{scale + 1}",
                ("critic", "generator"),
                scale * steps // self.scales,
                tuple(
                    f"{player.name}.{other}."
                    for player in self.players
                    for other in range(self.scales)
                    if other != scale
                ),
            )
            for scale in range(self.scales)
        )

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.catch_a_waveform.network import (  # off the path: training
            CatchAWaveformNetwork,
        )

        return CatchAWaveformNetwork(self, objective)
