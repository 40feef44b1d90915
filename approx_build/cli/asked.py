"""A take asked for on the command line, read as the take of a score that it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from approx_build.errors import UsageError

if TYPE_CHECKING:
    from approx_build.score.takes import Take

_SOUND = re.compile(r"([^@]+/[^@]+)(?:@(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?)?")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_WORDS = {
    "prime": "primed",
    "extend": "extended",
    "vary": "varied",
    "inpaint": "inpainted",
    "between": "between",
}
_WITH_LENGTH = ("prime", "extend")


@dataclass(frozen=True)
class TakeAsked:
    """What was asked for; `ways` has the sound, or the two, that the network hears."""

    model: str
    step: int | None
    length_s: float
    count: int
    seed: int
    controls: Mapping[str, float | None]
    sampling: tuple[str, ...]
    ways: Mapping[str, str | tuple[str, str]]
    noise_level: float | None
    missing: tuple[str, ...]

    @property
    def differences(self) -> str:
        """What tells the files from those of a plain take."""
        given = {name: value for name, value in self.controls.items() if value is not None}
        terms = [f"-{name.replace('_', '-')}-{value:g}" for name, value in given.items()]
        terms += [f"-{pair.replace('_', '-').replace('=', '-')}" for pair in self.sampling]
        terms += [f"-{_WORDS[way]}" for way in self.ways]
        if self.noise_level is not None:
            terms.append(f"-{self.noise_level:g}")
        return "".join(terms)

    def take(self, model: str, step: int) -> Take:
        """The take of a score that says the same; UsageError when there can be none."""
        from pydantic import ValidationError

        from approx_build.score.takes import Take
        from approx_build.yaml_source import problems_of, strictly

        given: dict[str, Any] = {
            "model": model,
            "step": step,
            "count": self.count,
            "length_s": self.length_s,
            "seed": self.seed,
            "sampling": dict(map(_pair, self.sampling)),
            **{name: value for name, value in self.controls.items() if value is not None},
            **{way: self._heard(way, sound) for way, sound in self.ways.items()},
        }
        self._check_belongings()
        try:
            return strictly(Take, given)
        except ValidationError as error:
            loc, message, _ = problems_of(error, Take, given)[0]
            raise UsageError(f"{option(loc)}: {message}" if loc else message) from None

    def _heard(self, way: str, sound: str | tuple[str, str]) -> dict[str, Any]:
        if isinstance(sound, tuple):
            first, second = (_sound(way, text) for text in sound)
            return {"first": first, "second": second}
        heard = _sound(way, sound)
        if way == "vary":
            heard["noise_level"] = 0.5 if self.noise_level is None else self.noise_level
        if way == "inpaint":
            heard["missing_s"] = [_range(text) for text in self.missing]
        return heard

    def _check_belongings(self) -> None:
        if self.noise_level is not None and "vary" not in self.ways:
            raise UsageError("--noise-level belongs to --vary")
        if bool(self.missing) != ("inpaint" in self.ways):
            raise UsageError("--inpaint and --missing belong together")


def option(loc: tuple[str | int, ...]) -> str:
    """The option that a place in a take comes from."""
    if loc[0] == "sampling":
        return " ".join(["--sampling", *map(str, loc[1:])])
    if "missing_s" in loc:
        return "--missing"
    name = loc[-1] if loc[-1] == "noise_level" else loc[0]
    return f"--{str(name).replace('_', '-')}"


def _sound(way: str, text: str) -> dict[str, Any]:
    """A sound written as CORPUS/NAME@START+LENGTH."""
    found = _SOUND.fullmatch(text)
    has_length = way in _WITH_LENGTH
    if not found or (found[3] and not has_length):
        form, example = ("@START+LENGTH", "@2+0.5") if has_length else ("@START", "@2")
        raise UsageError(f"--{way} {text}: write CORPUS/NAME{form}, as accordion/runs{example}")
    heard: dict[str, Any] = {"recording": found[1]}
    if found[2]:
        heard["start_s"] = float(found[2])
    if found[3]:
        heard["length_s"] = float(found[3])
    return heard


def _range(text: str) -> list[float]:
    found = _RANGE.fullmatch(text)
    if not found:
        raise UsageError(f"--missing {text}: write FROM-TO in seconds of the take, as 0.5-0.9")
    return [float(found[1]), float(found[2])]


def _pair(text: str) -> tuple[str, Any]:
    """A control and its value: a number, true, false, null, or a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--sampling {text}: write NAME=VALUE, as steps=50")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
