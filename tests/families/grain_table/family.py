"""GrainTable: a table of recorded grains, strung together at random.

A codebook of the corpus (vector quantisation: Lloyd, 1957; Linde, Buzo and Gray, 1980), played
back in an order that a stream chooses: the smallest family there can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from approx_build.audio.clip import Clip
from approx_build.families.base import FAMILIES, Family, Network, Progress, Takes, Weights
from grain_table import draw
from grain_table.parameters import GrainTableParameters, Objective, Sampling


@FAMILIES.register
class GrainTable(GrainTableParameters, Family):
    """A table of grains, learnt from the corpus and strung together at random."""

    sampling_model: ClassVar[type[BaseModel]] = Sampling
    objective_model: ClassVar[type[BaseModel]] = Objective
    loss_unit: ClassVar[str] = "mean square"
    ways: ClassVar[frozenset[str]] = frozenset()
    large_by: ClassVar[str] = "`count` or `size`"
    example: ClassVar[Mapping[str, Any]] = {
        "network": {"count": 4, "size": 40},
        "training": {
            "window": 200,
            "batch": 2,
            "optimizer": {"name": "adam", "learning_rate": 0.05},
        },
    }
    large_example: ClassVar[Mapping[str, Any]] = {
        "network": {"sample_rate": 192000, "count": 1000, "size": 1000},
        "length_s": 30,
    }

    def draw(
        self, weights: Weights, takes: Takes, device: str = "cpu", progress: Progress | None = None
    ) -> list[Clip]:
        """Clips [1, length]: grains one after another."""
        return draw.draw(self, weights, takes, device, progress)

    def drawing_bytes(self, takes: Takes) -> dict[str, int]:
        """The table and the clips, which are whole grains."""
        return {
            "weights": 4 * self.parameter_count,
            "clips": 4 * sum(take.length + self.size for take in takes),
        }

    def activation_bytes(self, size: int, device: str = "cpu", is_plain: bool = True) -> int:
        """The differences of every grain from the one that is shown, and their gradients."""
        return 3 * 4 * self.parameter_count + 4 * size

    def network(self, objective: Objective | None = None) -> Network:
        """The torch code. Imports torch."""
        from grain_table.network import GrainTableNetwork

        return GrainTableNetwork(self, objective or Objective())
