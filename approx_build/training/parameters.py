"""The settings of a training: everything that, with corpus and seed, fixes the weights.

Steps come in two phases. The first goes from the first weights to a trained network. The
second, `finetune_steps` long, goes on from there at a lower rate, and a family may do things
differently in it (its `objective:`). Each phase warms up and falls along its own schedule. A
family with players has phases of its own besides, and settings for each player.
"""

from __future__ import annotations

import math
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from approx_build.families.base import Family
from approx_build.training.early_stopping import Stopping
from approx_build.training.optimizers import AnyOptimizer, Muon

LAST_STEP = 100_000_000
"""No training has more steps."""

Optimizer = Annotated[AnyOptimizer, Field(description="how weights change")]
ClipNorm = Annotated[
    float | None, Field(ge=1e-9, le=1e9, description="largest norm of the gradient; null: no limit")
]
Ema = Annotated[
    float, Field(ge=0, lt=1, description="decay of the moving average of weights; 0: no average")
]
Turns = Annotated[int, Field(ge=1, le=1000, description="turns in each step")]


class Precision(StrEnum):
    """What products are computed in; weights, their average and sums stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class Parent(BaseModel):
    """The run that a training continues: its weights after a step, and its optimiser state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*-[0-9a-f]{8}$")] = Field(
        description="name of the run, as `runs` lists it"
    )
    step: int = Field(ge=0, le=LAST_STEP, description="its step")


class TrainingParameters(BaseModel):
    """The `training:` of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(1, ge=0, lt=1 << 63, description="seed of weights, windows and noise")
    steps: int = Field(
        ge=1, le=LAST_STEP, description="total number of steps, fine-tuning included"
    )
    window: int = Field(6144, ge=2, le=1 << 24, description="samples in a window")
    batch: int = Field(2, ge=1, le=1024, description="windows a step")
    held_out_s: float = Field(
        2.5, ge=0.001, le=3600, description="sound held out at the end of each recording, seconds"
    )
    optimizer: Optimizer = Field(default_factory=Muon)
    schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="schedule of the learning rate"
    )
    warmup_steps: int = Field(
        50, ge=0, le=LAST_STEP, description="warm-up: steps of a phase until the full learning rate"
    )
    final_rate: float = Field(
        0.02, ge=1e-9, le=1, description="learning rate at the end, as a share"
    )
    clip_norm: ClipNorm = 1.0
    ema: Ema = 0.995
    l2: float = Field(
        0.0, ge=0, le=1e6, description="weight of the L2 penalty, half the sum of squared weights"
    )
    l2_biases: bool = Field(False, description="whether `l2` includes biases, as in ibab's code")
    finetune_steps: int = Field(
        0, ge=0, le=LAST_STEP, description="steps of fine-tuning, at the end"
    )
    finetune_rate: float = Field(
        0.5, ge=1e-9, le=1, description="learning rate of fine-tuning, as a share"
    )
    precision: Precision = Field(Precision.FLOAT32, description="number format of products")
    parent: Parent | None = Field(None, description="the run to continue from; null: new weights")
    early_stopping: Stopping | None = Field(None, description="early stopping; null: none")
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
        if step <= self.first_phase:
            return self.along(1.0, step, self.first_phase)
        return self.along(self.finetune_rate, step - self.first_phase, self.finetune_steps)

    def along(self, share: float, place: int, length: int) -> float:
        """`share` at step number `place` of a phase of `length` steps: warming up, then falling."""
        warm = min(1.0, place / self.warmup_steps) if self.warmup_steps else 1.0
        if self.schedule == "constant":
            return share * warm
        # Less one, so that the first step has the full rate.
        fallen = 0.5 + 0.5 * math.cos(math.pi * (place - 1) / length)
        return share * warm * (self.final_rate + (1 - self.final_rate) * fallen)

    def is_finetuning(self, step: int) -> bool:
        """Whether step number `step` is of the second phase."""
        return step > self.first_phase


class PlayerParameters(BaseModel):
    """How one player of a network learns: `players:` of `training:`, by the player's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: Turns = 1
    optimizer: Optimizer = Field(default_factory=Muon)
    clip_norm: ClipNorm = 1.0
    ema: Ema = 0.995


class PhaseParameters(BaseModel):
    """When a phase of a network with players begins: `phases:` of `training:`, by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_step: int | None = Field(
        None,
        ge=0,
        le=LAST_STEP,
        description="number of steps before the phase; null: the family's default",
    )
    rate: float = Field(1.0, ge=1e-9, le=1, description="share of the learning rate")


class PlayersTraining(TrainingParameters):
    """The `training:` of a network with players.

    `optimizer`, `clip_norm` and `ema`, where a model gives them, apply to every player that does
    not set them itself.
    """

    phases: dict[str, PhaseParameters] = Field(
        default_factory=dict, description="when phases begin, by name"
    )
    players: BaseModel = Field(description="how each player learns")

    @model_validator(mode="after")
    def _share_common(self) -> PlayersTraining:
        # Only what the model gives: a default here must not replace a default of a player.
        common = self.model_fields_set & PlayerParameters.model_fields.keys()
        given = {name: value for name, value in self if name in common}
        players = {
            name: player.model_copy(
                update={n: v for n, v in given.items() if n not in player.model_fields_set}
            )
            for name, player in self.players
        }
        return self.model_copy(update={"players": self.players.model_copy(update=players)})


@cache
def training_of(family: type[Family] | None) -> type[TrainingParameters]:
    """The `training:` of a family's models; with players, a section for each."""
    if family is None or not family.players:
        return TrainingParameters
    name, sections = family.__name__, {}
    for player in family.players:
        settings = dict(PlayerParameters.model_validate(player.settings))
        fields: dict[str, Any] = {
            field: (_FIELDS[field], settings[field]) for field in PlayerParameters.model_fields
        }
        title = f"{name}{player.name.title()}"
        section = create_model(title, __base__=PlayerParameters, __doc__=player.about, **fields)
        sections[player.name] = (section, Field(default_factory=section, description=player.about))
    config = ConfigDict(frozen=True, extra="forbid")
    players: Any = create_model(f"{name}Players", __config__=config, **sections)  # type: ignore[call-overload]
    info = PlayersTraining.model_fields["players"]
    return create_model(
        f"{name}Training",
        __base__=PlayersTraining,
        __doc__=PlayersTraining.__doc__,
        players=(players, Field(default_factory=players, description=info.description)),
    )


_FIELDS: dict[str, Any] = {
    "turns": Turns,
    "optimizer": Optimizer,
    "clip_norm": ClipNorm,
    "ema": Ema,
}
