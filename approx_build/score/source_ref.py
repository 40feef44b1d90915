"""Sources: the sound an operation works on."""

from __future__ import annotations

import enum
import re
from functools import cached_property
from typing import Any

from pydantic import Field, model_validator
from pydantic_core import core_schema

from approx_build.files.patterns import is_pattern
from approx_build.yaml_source.corrections import with_advice
from approx_build.yaml_source.fields import MOST, SHORTEST_S, Name, Recording, Strict, is_recording
from approx_build.yaml_source.messages import shown

_FILE = re.compile(
    r"(?!models/corpora/)[\w./ -]+\.(wav|flac|aiff?|mp3|ogg|w64|caf)|\.\.?/[\w./ -]+"
)
"""What can only be the path of a sound file."""


class SourceKind(enum.Enum):
    """Where a sound comes from."""

    TAKE = "take"  # clips drawn from a network
    RECORDING = "recording"  # a recording of a corpus, or several by a pattern
    PART = "part"  # another part of the movement, before its pan
    FILE = "file"  # a sound file of the project


class SourceRef(Strict):
    """A sound, or a range of it. A bare name is a take, `corpus/recording` a recording."""

    take: Name | None = Field(None, description="a take, by name")
    recording: Recording | None = Field(
        None, description="a recording, as corpus/recording; `*` and `?` match several"
    )
    part: Name | None = Field(None, description="another part of this movement, before its pan")
    file: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="a sound file, its path relative to this score",
    )
    clip: int | None = Field(
        None, ge=1, le=MOST, description="one clip of the take, from 1 (default: all)"
    )
    start_s: float = Field(0.0, ge=0, le=86_400, description="start in the sound, seconds")
    length_s: float | None = Field(
        None,
        ge=SHORTEST_S,
        le=86_400,
        description="length, seconds (default: to the end)",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        if isinstance(data, str):
            if _FILE.fullmatch(data) and not is_recording(data):
                words = f"a sound file is named by the field 'file' (is {shown(data)})"
                raise ValueError(with_advice(words, f"{{ file: {data} }}"))
            # The name of a take cannot contain "/", so the text means one thing only.
            return {"recording" if "/" in data else "take": data}
        if not isinstance(data, dict):
            raise ValueError(f"needs a name or fields such as {{ take: fog }}, is {shown(data)}")
        return data

    @model_validator(mode="after")
    def _one_kind(self) -> SourceRef:
        kinds = [kind.value for kind in SourceKind if getattr(self, kind.value) is not None]
        if len(kinds) != 1:
            given = " and ".join(f"'{kind}'" for kind in kinds) or "none"
            raise ValueError(f"needs one of take, recording, part, file (is {given})")
        if self.clip is not None and self.take is None:
            raise ValueError(f"'clip' chooses one clip of a take; a {kinds[0]} has none")
        return self

    @cached_property
    def kind(self) -> SourceKind:
        """What kind of sound it is."""
        return next(kind for kind in SourceKind if getattr(self, kind.value) is not None)

    @property
    def name(self) -> str:
        """The take, recording, part or file, as written."""
        return str(getattr(self, self.kind.value))

    @property
    def is_pattern(self) -> bool:
        """Whether it can match several recordings."""
        return is_pattern(self.recording or "")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: Any) -> Any:
        """A name, or the fields."""
        fields = handler(schema)
        return {"anyOf": [{"type": "string", "minLength": 1}, fields]}
