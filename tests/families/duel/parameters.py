"""Parameters of a duel: the length of its grains, and how its players learn."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from approx_build.families.parameters import Parameters, Shapes


class DuelParameters(Parameters):
    """The length of a grain, and the rate of its sound."""

    family: Literal["duel"] = "duel"
    sample_rate: int = Field(8000, ge=1000, le=192000, description="rate of the sound, Hz")
    size: int = Field(16, ge=2, le=65536, description="length of a grain, samples")

    @property
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """A grain depends on no other."""
        return self.size

    def tensor_shapes(self) -> Shapes:
        """The generator: takes need nothing else."""
        return {"generator.shift": (self.size,), "generator.spread": (self.size,)}

    def training_shapes(self) -> Shapes:
        """The critic too."""
        return {"critic.weight": (self.size,), **self.tensor_shapes()}

    def check_training_window(self, size: int) -> None:
        """ValueError unless a window holds a grain."""
        if size < self.size:
            raise ValueError(f"must be at least {self.size}, the length of a grain (is {size})")


class Sampling(BaseModel):
    """How far grains are from the middle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spread: float = Field(1.0, ge=0, le=10, description="times the spread of the grains")


class Objective(BaseModel):
    """How the players meet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    penalty: float = Field(2.0, ge=0, le=100, description="weight of the gradient penalty")
    alone: bool = Field(
        False, description="whether the generator learns alone at first, and its spread only then"
    )
    restarts: bool = Field(False, description="whether the duel begins with other tensors")
