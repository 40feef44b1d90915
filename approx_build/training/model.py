"""Declared models: `models/<name>.yaml`, validated, every fault at its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    create_model,
    model_validator,
)

from approx_build.canonical import canonical
from approx_build.corpus.augmentation import Augmentation
from approx_build.corpus.preparation import Preparation
from approx_build.errors import ModelError, ScoreError
from approx_build.families.base import FAMILIES, Family
from approx_build.training.course import Course, check_phases
from approx_build.training.ledger.costs import Costs
from approx_build.training.parameters import LAST_STEP, TrainingParameters, training_of
from approx_build.yaml_source import Source, choices, read_source, validate
from approx_build.yaml_source.node import Loc

SCHEMA = 2
"""Raised when the training loop would make other weights of equal parameters."""
AUGMENTATION_VERSION = 2
"""Raised when windows of another time or pitch would have other samples."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


MOST_KEPT = 10_000
"""Most checkpoints of a training."""


class ModelSpec(BaseModel):
    """A model as its YAML declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name = Field(description="name of the model, that of its file")
    family: str = Field(description="kind of network")
    corpus: Name = Field(description="corpus it learns from")
    network: SerializeAsAny[Family] = Field(description="parameters of the network")
    preparation: Preparation = Field(
        default_factory=Preparation, description="how recordings are prepared before training"
    )
    augmentation: Augmentation = Field(
        default_factory=lambda: Augmentation.model_validate({}),
        description="random changes of windows each time they are used",
    )
    objective: SerializeAsAny[BaseModel] = Field(
        description="settings of the loss that belong to the family"
    )
    training: TrainingParameters
    checkpoints: tuple[Annotated[int, Field(ge=0, le=LAST_STEP)], ...] = Field(
        (0,),
        max_length=MOST_KEPT,
        description="steps with a checkpoint, besides the first and the last",
    )
    costs: Costs | None = Field(None, description="cost of training; null: not recorded")
    checkpoint_every: int | None = Field(
        None,
        ge=1,
        le=LAST_STEP,
        description="also keep a checkpoint every so many steps; null: only the listed steps",
    )
    sampling: SerializeAsAny[BaseModel] = Field(
        description="default controls of generation for takes"
    )

    def check_kept(self) -> None:
        """ValueError when more checkpoints would be kept than anybody can use."""
        every = self.checkpoint_every
        kept = len(self.checkpoints) + (self.training.steps // every if every else 0)
        if kept > MOST_KEPT:
            raise ValueError(
                f"would keep {kept:,} checkpoints; at most {MOST_KEPT:,} are possible: "
                "keep one every so many steps more"
            )

    def check_shift(self) -> None:
        """ValueError when windows would be moved away from the onsets they are to begin at."""
        onsets, window = self.preparation.onsets, self.training.window
        if onsets is None:
            return
        most = onsets.lead_s * self.network.rate / window
        if self.augmentation.shift > most:
            raise ValueError(
                f"moves windows by up to {self.augmentation.shift:g} of their length, away from "
                f"the onsets that `preparation` has them begin at; at most {most:.4f}: 0 is best"
            )

    @model_validator(mode="after")
    def _phases_fit(self) -> ModelSpec:
        check_phases(self.network, self.objective, self.training)
        return self

    @property
    def course(self) -> Course:
        """Whose turn it is at each step of the training."""
        return Course.of(self.network, self.objective, self.training)

    def trained_s(self, steps: int) -> float:
        """Seconds of sound in the windows of the first `steps` steps."""
        return self.course.windows(steps) * self.training.window / self.network.rate

    @property
    def family_version(self) -> int:
        """The version of the family's drawing."""
        return type(self.network).version

    @property
    def last_step(self) -> int:
        """The number of the last step."""
        return self.training.steps

    @property
    def kept_steps(self) -> tuple[int, ...]:
        """The steps whose weights are kept: step 0, those asked for, and the last."""
        last = self.last_step
        regular = range(0, last, self.checkpoint_every) if self.checkpoint_every else ()
        named = (step for step in self.checkpoints if step < last)
        return tuple(sorted({0, last, *named, *regular}))

    @property
    def split_terms(self) -> dict[str, Any]:
        """How `windows.split` is to cut prepared sound, as JSON values."""
        onsets = self.preparation.onsets
        return {
            "size": self.training.window,
            "held_out_s": self.training.held_out_s,
            "chunk_s": self.preparation.chunk_s,
            # Only there, so that other evaluations keep their keys.
            **({"onsets": onsets.model_dump(mode="json")} if onsets else {}),
            **({"is_whole": True} if type(self.network).learns_whole else {}),
        }

    def network_params(self) -> dict[str, Any]:
        """The parameters of the network, all of them, as JSON values."""
        return self.network.model_dump(mode="json")

    def manifest(self, corpus_digest: str) -> dict[str, Any]:
        """Everything that fixes the weights, apart from the numeric environment.

        `corpus_digest` is that of the recordings that are not excluded.
        """
        manifest = {
            "schema": SCHEMA,
            "family_version": type(self.network).training_version,
            "corpus_digest": corpus_digest,
            # Excluded recordings are not in `corpus_digest`, and their reasons change no weight.
            "preparation": self.preparation.model_dump(mode="json", exclude={"exclude"}),
            "augmentation": self.augmentation.model_dump(mode="json"),
            "network": self.network_params(),
            "objective": self.objective.model_dump(mode="json"),
            "training": self.training.model_dump(mode="json"),
            # As they are kept: the same steps, written in another way, give the same key.
            "checkpoints": list(self.kept_steps),
        }
        # Only there, so that other trainings keep their keys when this version rises.
        if self.augmentation.changes_time_or_pitch:
            manifest["augmentation_version"] = AUGMENTATION_VERSION
        # As the key of a training has it, where -0.0 is 0.0.
        return dict(json.loads(canonical(manifest)))


def load_model(
    path: Path, shown: str | None = None, corpora: Collection[str] | None = None
) -> ModelSpec:
    """The model that a YAML file declares; ScoreError with every fault and its place.

    `shown` is the file's name in errors; `corpora` are those there are, when it must name one.
    """
    source = _checked_corpus(read_source(path, shown or str(path)), corpora)
    name = source.data.get("family") if isinstance(source.data, dict) else None
    family = FAMILIES.get(name) if isinstance(name, str) and name in FAMILIES else None
    if isinstance(name, str) and family is None:
        hint = choices(name, FAMILIES.names())
        fault = source.fault(("family",), f"unknown family '{name}'{hint}")
        # Not raised here: an unknown family must not hide the faults of other sections.
        source = replace(source, faults=(*source.faults, fault))
    model = validate(declared(family), source)
    checks: tuple[tuple[Loc, Callable[[], None]], ...] = (
        (
            ("training", "window"),
            partial(model.network.check_training_window, model.training.window),
        ),
        (("checkpoint_every",), model.check_kept),
        (("augmentation", "shift"), model.check_shift),
    )
    for loc, check in checks:
        try:
            check()
        except ValueError as error:
            raise ScoreError([source.fault(loc, str(error))]) from None
    return model


def model_of(manifest: Mapping[str, Any], **beside: Any) -> ModelSpec:
    """The model whose training a manifest describes.

    `beside` has what the manifest leaves out because it moves no weight: `model` and `corpus`,
    which are names, and perhaps `costs`. ModelError when this version reads it as another.
    """
    sections = ("network", "preparation", "augmentation", "objective", "training", "checkpoints")
    values = {name: manifest[name] for name in sections}
    family = str(manifest["network"]["family"])
    spec = declared(FAMILIES.get(family)).model_validate({**values, "family": family, **beside})
    if spec.manifest(manifest["corpus_digest"]) != manifest:
        raise ModelError(
            f"model {spec.model!r}: this version of approx-build derives another training "
            "from the same key; run the command again"
        )
    return spec


def _checked_corpus(source: Source, corpora: Collection[str] | None) -> Source:
    name = source.data.get("corpus") if isinstance(source.data, dict) else None
    if corpora is None or not isinstance(name, str) or name in corpora:
        return source
    fault = source.fault(("corpus",), f"unknown corpus '{name}'{choices(name, corpora)}")
    return replace(source, faults=(*source.faults, fault))


@cache
def declared(family: type[Family] | None) -> type[ModelSpec]:
    """ModelSpec for networks of one family; with None, one that takes anything for a network."""
    network: Any = family or Any
    sampling: Any = family.sampling_model if family else dict
    objective: Any = family.objective_model if family else dict

    def description_of(name: str) -> str | None:
        return ModelSpec.model_fields[name].description

    return create_model(
        "ModelSpec",
        __base__=ModelSpec,
        network=(network, Field(description=description_of("network"))),
        objective=(
            objective,
            Field(default_factory=objective, description=description_of("objective")),
        ),
        sampling=(
            sampling,
            Field(default_factory=sampling, description=description_of("sampling")),
        ),
        training=(training_of(family), Field(description=description_of("training"))),
    )
