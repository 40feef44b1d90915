"""What a training may be told: everything that, with corpus and seed, fixes the weights.

Steps come in two phases. The first goes from the first weights to a trained network. The
second, `finetune_steps` long, goes on from there at a lower rate, and a family may do things
differently in it (its `objective:`). Each phase warms up and falls along its own schedule.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from approx_build.training.early_stopping import Stopping
from approx_build.training.optimizers import AnyOptimizer, Muon

LAST_STEP = 100_000_000
"""No training has more steps."""


class Precision(StrEnum):
    """What products are computed in; weights, their average and sums stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class Parent(BaseModel):
    """The run that a training goes on from: its weights after a step, and what else it left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*-[0-9a-f]{8}$")] = Field(
        description="name of the run, as `runs` lists it"
    )
    step: int = Field(ge=0, le=LAST_STEP, description="its step")


class TrainingParameters(BaseModel):
    """The `training:` of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(1, ge=0, lt=1 << 63, description="seed of weights, windows and noise")
    steps: int = Field(ge=1, le=LAST_STEP, description="steps in all, both phases")
    window: int = Field(6144, ge=2, le=1 << 24, description="samples in a window")
    batch: int = Field(2, ge=1, le=1024, description="windows a step")
    held_out_s: float = Field(
        2.5, ge=0.001, le=3600, description="held out at the end of each recording, s"
    )
    optimizer: AnyOptimizer = Field(default_factory=Muon, description="how weights change")
    schedule: Literal["constant", "cosine"] = Field("cosine", description="of the learning rate")
    warmup_steps: int = Field(
        50, ge=0, le=LAST_STEP, description="steps of a phase until the full rate"
    )
    final_rate: float = Field(0.02, ge=1e-9, le=1, description="share of the rate at the end")
    clip_norm: float | None = Field(1.0, ge=1e-9, le=1e9, description="longest gradient; null: any")
    ema: float = Field(0.995, ge=0, lt=1, description="decay of the averaged weights; 0: none")
    l2: float = Field(0.0, ge=0, le=1e6, description="times half the sum of squared weights")
    l2_biases: bool = Field(False, description="whether `l2` counts biases too, as ibab's does")
    finetune_steps: int = Field(
        0, ge=0, le=LAST_STEP, description="steps of the second phase, of all"
    )
    finetune_rate: float = Field(0.5, ge=1e-9, le=1, description="share of the rate in phase two")
    precision: Precision = Field(Precision.FLOAT32, description="what products are computed in")
    parent: Parent | None = Field(None, description="the run it goes on from; null: from nothing")
    early_stopping: Stopping | None = Field(None, description="null: never")
    evaluate_every: int = Field(
        250, ge=1, le=LAST_STEP, description="steps between points of the loss curve"
    )
    evaluate_windows: int = Field(12, ge=1, le=1024, description="windows of an evaluation")

    @model_validator(mode="after")
    def _phases_fit(self) -> TrainingParameters:
        if self.finetune_steps >= self.steps:
            raise ValueError(
                f"finetune_steps ({self.finetune_steps}) must be below steps ({self.steps})"
            )
        return self

    @property
    def first_phase(self) -> int:
        """Steps before fine-tuning."""
        return self.steps - self.finetune_steps

    def factor(self, step: int) -> float:
        """The share of the learning rate at step number `step`, from 1."""
        first = step <= self.first_phase
        place = step if first else step - self.first_phase
        length = self.first_phase if first else self.finetune_steps
        share = 1.0 if first else self.finetune_rate
        warm = min(1.0, place / self.warmup_steps) if self.warmup_steps else 1.0
        if self.schedule == "constant":
            return share * warm
        fallen = 0.5 + 0.5 * math.cos(math.pi * (place - 1) / length)
        return share * warm * (self.final_rate + (1 - self.final_rate) * fallen)

    def is_finetuning(self, step: int) -> bool:
        """Whether step number `step` is of the second phase."""
        return step > self.first_phase
