"""Parameters of a table of grains: how many, how long, and how a take repeats them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from approx_build.families.parameters import Parameters, Shapes


class GrainTableParameters(Parameters):
    """Sizes of the table, and the rate of its sound."""

    family: Literal["grain-table"] = "grain-table"
    sample_rate: int = Field(8000, ge=1000, le=192000, description="rate of the sound, Hz")
    count: int = Field(16, ge=1, le=4096, description="grains in the table")
    size: int = Field(64, ge=2, le=65536, description="length of a grain, samples")

    @property
    def rate(self) -> int:
        """The rate of the sound the network hears and makes, Hz."""
        return self.sample_rate

    @property
    def receptive_field(self) -> int:
        """A grain depends on no other."""
        return self.size

    def tensor_shapes(self) -> Shapes:
        """The tensors of a checkpoint: name -> shape."""
        return {"grains": (self.count, self.size)}

    def check_training_window(self, size: int) -> None:
        """ValueError unless a window holds a grain."""
        if size < self.size:
            raise ValueError(f"must be at least {self.size}, the length of a grain (is {size})")


class Sampling(BaseModel):
    """How grains follow each other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeats: int = Field(1, ge=1, le=100, description="how often a grain sounds at a time")


class Objective(BaseModel):
    """How the table begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spread: float = Field(0.5, gt=0, le=1, description="largest sample of the first grains")
