"""The base of all models of a score: its strictness, and the types of names."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from approx_build.files.names import normal
from approx_build.yaml_source.corrections import with_advice
from approx_build.yaml_source.messages import shown

_NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
_NO_LETTERS = r"/\x00-\x1f\x7f-\x9f\ud800-\udfff"
_RECORDING = rf"[A-Za-z0-9][A-Za-z0-9_-]*/[^.{_NO_LETTERS}][^{_NO_LETTERS}]{{0,254}}"


class Strict(BaseModel):
    """A frozen model that accepts only its own fields, and only finite numbers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )


def _name(value: str) -> str:
    if not re.fullmatch(_NAME, value):
        words = (
            "names are made of a–z, 0–9, '-' and '_', begin with a letter or digit and have at "
            f"most 64 characters (is {shown(value)})"
        )
        # Not a certain correction: other places may have the name as it is.
        right = re.sub("[^a-z0-9_-]+", "-", _in_ascii(value)).strip("-_")[:64]
        raise ValueError(f"{words}; write {right}" if right and right != value else words)
    return value


def _in_ascii(value: str) -> str:
    """A name in small letters without accents and without the ending of a file."""
    folded = re.sub(r"\.(ya?ml|wav|flac|mp3|aiff?)$", "", value.casefold())
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _recording(value: str) -> str:
    if not is_recording(value):
        words = f"needs corpus/recording, as in accordion/phrase-3, is {shown(value)}"
        path = re.fullmatch(r"(?:.*/)?corpora/(.+?)(\.[a-z0-9]{2,5})?", value)
        raise ValueError(with_advice(words, path[1]) if path and is_recording(path[1]) else words)
    return normal(value)


def is_recording(name: str) -> bool:
    """Whether a score can name a recording in this form, as corpus/recording."""
    return re.fullmatch(_RECORDING, name) is not None


Name = Annotated[
    str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})
]
"""A name of a take, part, event or model."""
Recording = Annotated[
    str,
    AfterValidator(_recording),
    WithJsonSchema({"type": "string", "pattern": f"^{_RECORDING}$"}),
]
"""A recording of a corpus, or several: `accordion/phrase-3`, `accordion/*`, `"accordion/take [2]"`.

Accepts every possible file name, except those with control characters or an initial dot.
"""
Text = Annotated[str, Field(min_length=1, max_length=10_000)]
MOST = 10_000
"""Largest number of items in a list: events, clips, breakpoints, cues, marks, names."""
SHORTEST_S = 0.001
"""A millisecond: the shortest length that a score can request."""
Seed = Annotated[int, Field(ge=0, lt=2**63)]
