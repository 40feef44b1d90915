"""Takes: clips drawn from a network, by itself or from sound.

The fields of a take are open: each way (`ways`) is one, and each control of drawing that a family
marks as a short form. So the model of a take is put together from the registries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field, JsonValue, ValidationInfo, create_model, model_validator

from approx_build.errors import UsageError
from approx_build.families.short_forms import short_forms
from approx_build.score.lengths import attempt, measure_of, plain, validated
from approx_build.ways.base import WAYS, SingleSource, Way
from approx_build.ways.sound import Sound
from approx_build.yaml_source import Problems
from approx_build.yaml_source.corrections import with_advice
from approx_build.yaml_source.fields import MOST, SHORTEST_S, Name, Seed, Strict
from approx_build.yaml_source.messages import shown

LONGEST_CLIP_S = 3600.0
MOST_S = 100 * 3600
"""No take holds more than a hundred hours."""


class PlainTake(Strict):
    """The fields that every take has, and what can be asked of the others."""

    model: Name = Field(description="declared model, the stem of its file in models/")
    step: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="training step of the checkpoint (default: the last)",
    )
    count: int = Field(1, ge=1, le=MOST, description="number of clips")
    length_s: float = Field(
        ge=SHORTEST_S, le=LONGEST_CLIP_S, description="length of each clip, seconds"
    )
    seed: Seed | None = Field(
        None, description="seed of the clips (default: from the piece's seed and the name)"
    )
    sampling: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="controls of generation of the model's family; "
        "`approx-build families` lists them (the model's own if left out)",
    )

    @property
    def conditioning(self) -> Way | None:
        """The sound that the take is made from, and how; None for a take by itself."""
        return next((value for _, value in self if isinstance(value, Way)), None)

    @property
    def way(self) -> str | None:
        """The name of that way."""
        return self.conditioning.way if self.conditioning else None

    @property
    def controls(self) -> dict[str, Any]:
        """The controls of drawing that the take names beside its `sampling`, as JSON values."""
        # Only what is written: defaults of the take must not replace those of the model.
        given = self.model_fields_set & short_forms().keys()
        return self.model_dump(mode="json", include=given)

    def sounds(self) -> Iterator[tuple[tuple[str, ...], Sound]]:
        """The sounds that condition the take, each with its place in the take."""
        if (way := self.conditioning) is not None:
            for path, sound in way.sounds():
                yield (way.way, *path), sound

    @model_validator(mode="wrap")
    @classmethod
    def _with_lengths(cls, data: Any, handler: Any, info: ValidationInfo) -> PlainTake:
        """Lengths are counted from where the movement begins; takes of a piece have no tempo."""
        if not isinstance(data, dict):
            return cast(PlainTake, handler(data))
        problems, measure = Problems(info.context), measure_of(info.context)
        read = dict(data)
        if read.get("step") == "last":
            problems.add(("step",), "is the last if it is left out; remove it")
            read.pop("step")
        for name in WAYS.names():
            # Here, because the handler does not take the lists of JSON for tuples.
            written = data.get(name)
            if isinstance(written, str):
                problems.add((name,), _as_sound(WAYS.get(name), written))
                read.pop(name)
            elif isinstance(written, dict):
                read[name], _ = attempt(WAYS.get(name), written, measure, problems, (name,))
        if isinstance(controls := data.get("sampling"), dict):
            # Controls have the same names here as beside it.
            read["sampling"] = plain(cls, controls, measure, problems, ("sampling",)).data
        return cast(PlainTake, validated(cls, read, measure, problems, handler))

    @model_validator(mode="after")
    def _fits(self) -> PlainTake:
        if self.count * self.length_s > MOST_S:
            raise ValueError(
                f"{self.count} clips of {self.length_s:g} s are more than {MOST_S // 3600} hours "
                "of sound; draw fewer or shorter clips"
            )
        for name in self.controls:
            if name in self.sampling:
                raise ValueError(f"'{name}' is given twice, in the take and in its 'sampling'")
        given = [name for name, value in self if isinstance(value, Way)]
        if len(given) > 1:
            names = ", ".join(WAYS.names())
            raise ValueError(f"a take has one of {names} (has {' and '.join(given)})")
        if (way := self.conditioning) is not None:
            # A count of 1 that was written may contradict the way; the default may not.
            written = self.count if "count" in self.model_fields_set else None
            object.__setattr__(self, "count", way.count(written))  # frozen from here on
        return self


def _as_sound(way: type[Way], written: str) -> str:
    """The message for a name in place of the fields of a way."""
    words = f"needs named fields, is {shown(written)}"
    if not issubclass(way, SingleSource):
        return words
    kind = "recording" if "/" in written else "take"
    # Other fields may be needed, too.
    needed = any(info.is_required() for info in way.model_fields.values())
    return with_advice(words, f"{{ {kind}: {written} }}", is_certain=not needed)


def _open_fields() -> Iterator[tuple[str, Any]]:
    """The fields of a take that families and ways add, by name."""
    for name, form in short_forms().items():
        description = f"{form.description} (the model's own if left out)"
        yield name, (form.annotation, Field(form.default, description=description))
    for way in WAYS:
        yield WAYS.name_of(way), (way | None, Field(None, description=way.about))


def _complete() -> type[PlainTake]:
    fields: dict[str, Any] = {}
    for name, one in _open_fields():
        if name in fields or name in PlainTake.model_fields:
            raise UsageError(f"two fields of a take are named {name!r}; rename the way or control")
        fields[name] = one
    about = "Clips drawn from a network as it was after one step of its training."
    return create_model("Take", __base__=PlainTake, __doc__=about, __module__=__name__, **fields)


if TYPE_CHECKING:
    # Type checkers cannot follow a model that is put together when the program runs.
    Take = PlainTake
else:
    Take = _complete()
