"""Options of `take` that belong to a way, and sounds as they are written on a command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from approx_build.canonical import Json
from approx_build.errors import UsageError, argument

_SOUND = re.compile(r"([^@]+/[^@]+)(?:@(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?)?")


@dataclass(frozen=True)
class Option:
    """An option of `take` that fills a field of a way.

    Without `read` it is a number within the bounds of the field. With `read` it may be given
    several times, and fills a list.
    """

    name: str
    field: str
    help: str
    default: float | None = None
    """What fills the field if the option is left out; None where it must be given."""
    example: str = "0.5"
    """What may be given for it."""
    metavar: str | None = None
    read: Callable[[str], Json] | None = None
    """One item from its text; ValueError with what would be right."""

    def value(self, given: object) -> Json:
        """The value of the field; UsageError when an item cannot be read."""
        if self.read is None:
            return float(str(given))
        items: list[Json] = []
        for text in given if isinstance(given, list | tuple) else (given,):
            try:
                items.append(self.read(str(text)))
            except ValueError as error:
                raise UsageError(f"{argument(self.name, text)}: {error}") from None
        return items


def form(has_length: bool) -> str:
    """How a sound is written, for help."""
    return f"CORPUS/NAME[@START]{'[+LENGTH]' if has_length else ''}"


def sound(option: str, text: str, has_length: bool) -> dict[str, Json]:
    """The sound written as CORPUS/NAME@START, or as CORPUS/NAME@START+LENGTH; else UsageError."""
    found = _SOUND.fullmatch(text)
    # The length of such a sound follows from the take, so a given one would be ignored.
    if not found or (found[3] and not has_length):
        shape, example = ("@START+LENGTH", "@2+0.5") if has_length else ("@START", "@2")
        given = argument(option, text)
        raise UsageError(f"{given}: write CORPUS/NAME{shape}, such as accordion/runs{example}")
    source: dict[str, Json] = {"recording": found[1]}
    if found[2]:
        source["start_s"] = float(found[2])
    if found[3]:
        source["length_s"] = float(found[3])
    return source
