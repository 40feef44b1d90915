"""Compositions: entries of `compose` in a part, written as `{ at: …, dice: { … } }`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SerializeAsAny, ValidationInfo, model_validator

from approx_build.metric.time import Moment
from approx_build.ops.base import GrainOp
from approx_build.score.calls import Reading, read_chain
from approx_build.score.event import measure_of_event
from approx_build.score.generators.base import GENERATORS, Generator
from approx_build.yaml_source import Problems
from approx_build.yaml_source.fields import Name, Seed, Strict
from approx_build.yaml_source.messages import shown
from approx_build.yaml_source.node import Value
from approx_build.yaml_source.spelling import misspelt, with_choices

LONGEST_ID = 32
"""Characters of the name of a generator, so that those of its events are names, too."""


def _short(name: str) -> str:
    if len(name) > LONGEST_ID:
        raise ValueError(f"must have at most {LONGEST_ID} characters (is {shown(name)})")
    return name


class Setting(Strict):
    """Where a generator begins, and what all its events share: all but the generator."""

    at: Moment = Field(description="start: seconds, m:ss.mmm or bar N.B")
    id: Annotated[Name, AfterValidator(_short)] | None = Field(
        None,
        description="begins the ids of its events and names its random numbers (default: the "
        "generator's name)",
    )
    mute: bool = Field(False, description="leave its events out")
    seed: Seed | None = Field(None, description="new random numbers for this generator only")


class Composition(Setting):
    """One generator and where it begins; it writes events of its part while the score is read."""

    generator: SerializeAsAny[Generator] = Field(
        description="the generator, from the field that has its name"
    )
    through: tuple[SerializeAsAny[GrainOp], ...] = Field(
        (), description="operations applied to each of its events"
    )

    @property
    def identity(self) -> str:
        """What the ids of its events begin with."""
        return self.id or self.generator.generator

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: Any, info: ValidationInfo) -> Composition:
        # Pydantic also calls this when a model that contains generators is made from models.
        if isinstance(data, Composition):
            return data
        problems = Problems(info.context)
        if not isinstance(data, dict):
            problems.add((), f"needs named fields, is {shown(data)}")
            problems.close()
        reading = Reading(problems, measure_of_event(data, info.context, problems))
        own = {key: data[key] for key in data if key in Setting.model_fields}
        setting = problems.attempt((), Setting, own)
        name = _named(data, problems)
        generator = _generator(name, data[name], reading) if name else None
        through = read_chain(data.get("through", []), reading)
        problems.close()
        assert setting is not None
        assert generator is not None
        # All fields were validated above.
        return cls.model_construct(
            setting.model_fields_set | {"generator", "through"},
            **{key: getattr(setting, key) for key in Setting.model_fields},
            generator=generator,
            through=through,
        )


def _generator(name: str, data: Value, reading: Reading) -> Generator | None:
    return reading.attempt("generator", GENERATORS.get(name), (name,), data)


def _named(data: Mapping[str, Value], problems: Problems) -> str | None:
    """The one generator of the fields of an entry; other unknown fields are problems."""
    known = [*Setting.model_fields, "through"]
    named = [key for key in data if key in GENERATORS]
    for second in named[1:]:
        problems.add((second,), f"an entry has one generator, and '{named[0]}' is another", True)
    is_misspelt = False
    for key in data:
        if key not in known and key not in GENERATORS:
            names = [*known, *GENERATORS.names()]
            problems.add((key,), with_choices("unknown field", key, names), is_key=True)
            # Then the field is the generator that is missed.
            is_misspelt = is_misspelt or misspelt(key, names) in GENERATORS
    if not named and not is_misspelt:
        problems.add((), f"needs a generator, one of: {', '.join(GENERATORS.names())}")
    return named[0] if named else None
