"""Ways on the command line: the options of `take` that ask for them, as fields of a take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from approx_build.canonical import Json
from approx_build.errors import UsageError, argument
from approx_build.ways.base import WAYS, Way
from approx_build.ways.option import Option, form, sound

Given = Mapping[str, object]
"""Values of the given options of ways, by name."""


def sound_form(way: type[Way]) -> str:
    """How the sounds of a way are written, for help."""
    return form(_has_length(way)) + (" …" if len(way.roles) > 1 else "")


def fields(ways: Mapping[str, Sequence[str]], given: Given) -> dict[str, Json]:
    """The fields of a take that ways ask for, each by its sounds; UsageError if one is wrong.

    `given` has the values of options that belong to a way, by name.
    """
    _check_dependent_options(ways, given)
    return {name: _field(WAYS.get(name), texts, given) for name, texts in ways.items()}


def label(ways: Mapping[str, Sequence[str]], given: Given) -> str:
    """The suffix of the file names of a take that is conditioned on sound."""
    numbers = [
        f"-{option.value(given[option.name]):g}"
        for _, option in _options()
        if option.read is None and option.name in given
    ]
    return "".join([*(f"-{WAYS.get(name).label}" for name in ways), *dict.fromkeys(numbers)])


def option_of(loc: Sequence[str | int]) -> str | None:
    """The name of the option that a place in a take comes from; None when no way has it."""
    if not loc or (name := str(loc[0])) not in WAYS:
        return None
    way = WAYS.get(name)
    names = (option.name for option in way.options if option.field in loc[1:])
    return next(names, way.way)


def _options() -> Iterator[tuple[type[Way], Option]]:
    return ((way, option) for way in WAYS for option in way.options)


def _has_length(way: type[Way]) -> bool:
    return "length_s" in way.model_fields


def _field(way: type[Way], texts: Sequence[str], given: Given) -> dict[str, Json]:
    sounds = [sound(way.way, text, _has_length(way)) for text in texts]
    field: dict[str, Json] = dict(zip(way.roles, sounds, strict=True))
    if len(sounds) == 1:
        field = sounds[0]
    for option in way.options:
        if option.name in given:
            field[option.field] = option.value(given[option.name])
        # The default is written into the field: in a score, the field has none and must be given.
        elif option.default is not None:
            field[option.field] = option.default
    return field


def _check_dependent_options(ways: Mapping[str, Sequence[str]], given: Given) -> None:
    """UsageError for an option without its way, or a way without an option that it needs."""
    owned = {option.name for way, option in _options() if way.way in ways}
    for way, option in _options():
        is_stray = option.name in given and option.name not in owned
        is_lacking = option.default is None and way.way in ways and option.name not in given
        if is_stray and option.default is not None:
            raise UsageError(
                f"{argument(option.name)} is an option of {argument(way.way)}; give both"
            )
        if is_stray or is_lacking:
            raise UsageError(f"{argument(way.way)} needs {argument(option.name)}; give both")
