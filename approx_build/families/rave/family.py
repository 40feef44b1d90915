"""RAVE: an autoencoder of sound, with about twenty latents a second.

Caillon and Esling, RAVE: a variational autoencoder for fast and high-quality neural audio synthesis
(2021, arXiv:2111.05011), in the published forms v1 and v2. Sound is split into bands; an encoder
of strided convolutions turns the bands into latents, and a decoder turns latents into bands. The
network is trained first by distances of spectra, then against discriminators with a frozen encoder.

A network plays any sound, including chords and percussion, with the timbres of its corpus. Between
encoder and decoder, latents can be moved along the axes of their variance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from approx_build.families.players import Phase, Player
from approx_build.families.rave.objective import Objective  # off the path: training
from approx_build.families.rave.parameters import RAVEParameters
from approx_build.families.rave.sampling import Sampling

_ADAM = {"name": "adam", "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-8}


@FAMILIES.register
class RAVE(RAVEParameters, Family):
    """Autoencoder of sound: encodes a sound to a few numbers, changes them, decodes them."""

    version: ClassVar[int] = 1
    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "distance of spectra"
    ways: ClassVar[frozenset[str]] = frozenset({"transfer", "between", "prime"})
    way_fields: ClassVar[Mapping[str, frozenset[str]]] = {"transfer": frozenset({"stretch"})}
    large_by: ClassVar[str] = "`capacity` or `discriminator_channels`"
    measured_windows: ClassVar[int] = 256
    players: ClassVar[tuple[Player, ...]] = (
        Player(
            "discriminator",
            ("discriminator.",),
            {"optimizer": {**_ADAM, "learning_rate": 1e-4}, "ema": 0},
            "tells decoded sound from recorded sound, in the second phase",
        ),
        Player(
            "autoencoder",
            ("encoder.", "decoder."),
            {"optimizer": {**_ADAM, "learning_rate": 1e-3}},
            "encodes and decodes sound",
        ),
        Player(
            "prior",
            ("prior.",),
            {"optimizer": {**_ADAM, "beta1": 0.9, "beta2": 0.99, "learning_rate": 1e-3}},
            "predicts the next latent, if the network has a prior",
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "network": {
            "sample_rate": 4000,
            "bands": 4,
            "capacity": 6,
            "ratios": [4, 2],
            "latent_channels": 4,
            "biases": True,
            "noise_bands": 3,
            "noise_channels": 4,
            "noise_ratios": [2, 2],
            "discriminator_channels": 2,
            "prior_channels": 4,
            "prior_layers": 2,
        },
        "training": {"window": 512, "batch": 2},
        "objective": {"largest_size": 128, "sizes": 3, "beta_windows": 20},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 8000, "capacity": 48, "ratios": [4, 4, 2]},
        "length_s": 20.0,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Generate clips [1, length], one after another."""
        from approx_build.families.rave import draw

        return draw.draw(self, weights, takes, device, progress)

    def shortest_sound(self, way: str) -> int:
        """The length of one latent."""
        return self.hop

    def check_way(self, way: str, sampling: Sampling) -> None:
        """ValueError for a prime where there is no prior to continue it."""
        if way == "prime" and not self.prior_channels:
            raise ValueError(
                "this network has no prior that could continue a sound; set `prior_channels` of "
                "its `network:` and train it again"
            )

    def length_faults(
        self, sampling: Sampling, take_s: float, way: str | None
    ) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Faults: axes that do not exist, times after the take, blends of a single sound."""
        from approx_build.families.rave.length_faults import length_faults

        return length_faults(self, sampling, take_s, way)

    def warnings(self, weights: Weights) -> list[str]:
        """A warning if the latents have collapsed."""
        from approx_build.families.rave import axes  # off the path: training

        return axes.warnings(weights)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """Peak memory, by item, of generating `takes` on a CPU."""
        from approx_build.families.rave import memory  # off the path: memory

        return memory.drawing_bytes(self, takes)

    def cost(self, samples: int, sampling: Sampling, way: str | None = None) -> float:
        """Multiply-adds of generating `samples`, including the encoding of sounds."""
        from approx_build.families.rave import memory  # off the path: memory

        return memory.cost(self, samples, way)

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """Memory of autograd for a window, in the turn that needs most."""
        from approx_build.families.rave import memory  # off the path: memory

        return memory.activation_bytes(self, size)

    def phases(self, objective: Objective, steps: int) -> tuple[Phase, ...]:
        """`distance`: spectral losses; `adversarial`: also discriminators, and a frozen encoder."""
        prior = ("prior",) if self.prior_channels else ()
        if not objective.adversarial or steps < 2:
            return (Phase("distance", ("autoencoder", *prior)),)
        # The prior learns when the encoder no longer changes the latents.
        order = ("discriminator", "autoencoder", *prior)
        second = Phase("adversarial", order, max(1, 2 * steps // 3), ("encoder.",))
        return Phase("distance", ("autoencoder",)), second

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from approx_build.families.rave.network import RAVENetwork  # off the path: training

        return RAVENetwork(self, objective)
