"""Duel: a linear generator against a linear critic, whose every step has a closed form.

Wasserstein GAN with gradient penalty (Gulrajani et al., 2017, arXiv:1704.00028) where it can be
computed by hand: G(z) = shift + spread · z and D(x) = <w, x>, so the slope of D is |w| anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import Family, Network, Progress, Takes, Weights
from approx_build.families.players import Phase, Player
from tests.families.duel import draw
from tests.families.duel.parameters import DuelParameters, Objective, Sampling

SGD = {"name": "sgd", "learning_rate": 0.0625, "momentum": 0}


class Duel(DuelParameters, Family):
    """Grains of noise about a mean, learnt against a critic."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "mean square"
    ways: ClassVar[frozenset[str]] = frozenset()
    large_by: ClassVar[str] = "`size`"
    players: ClassVar[tuple[Player, ...]] = (
        Player(
            "critic",
            ("critic.",),
            {"turns": 3, "optimizer": SGD, "clip_norm": None, "ema": 0},
            "tells generated grains from recorded ones",
        ),
        Player(
            "generator",
            ("generator.",),
            {"optimizer": SGD, "clip_norm": None, "ema": 0.9},
            "makes grains",
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "network": {"size": 16},
        "training": {"window": 200, "batch": 2, "schedule": "constant"},
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 192000, "size": 1000},
        "length_s": 40,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Clips [1, length]: grains one after another."""
        return draw.draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """The generator and the clips."""
        return {
            "weights": 4 * self.parameter_count,
            "clips": 4 * sum(take.length for take in takes),
        }

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """A few grains."""
        return 12 * 4 * self.size + 4 * size

    def phases(self, objective: Objective, steps: int) -> tuple[Phase, ...]:
        """The duel, perhaps after a time in which the generator learns alone."""
        if not objective.alone:
            return (Phase("duel", ("critic", "generator")),)
        return (
            Phase("alone", ("generator",), rates={"generator.spread": 0.5}),
            Phase("duel", ("critic", "generator"), steps // 2, ("generator.spread",)),
        )

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from tests.families.duel.network import DuelNetwork

        return DuelNetwork(self, objective or Objective())
