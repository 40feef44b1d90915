"""What `take` may be asked besides its own options: the controls of families, and ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class OptionRole(Enum):
    """What an option asks for, and the field of `TakeOptions` that takes it."""

    CONTROL = "controls"
    WAY = "ways"
    OF_A_WAY = "options"


@dataclass(frozen=True)
class TakeOption:
    """An option of `take`. `kind` is the type of its values, a list where it may be repeated."""

    role: OptionRole
    name: str
    kind: Any
    words: str
    metavar: str | None = None
    low: float | None = None
    high: float | None = None


def take_options() -> Iterator[TakeOption]:
    """The options that the installed families and ways offer."""
    from approx_build.families.short_forms import short_forms
    from approx_build.ways.base import WAYS
    from approx_build.ways.command_line import sound_form

    for name, form in short_forms().items():
        words = f"{form.description} (default: the model's own)"
        yield _of_field(OptionRole.CONTROL, name, form.fields[0], words)
    for way in WAYS:
        kind = tuple[(str,) * len(way.roles)] if len(way.roles) > 1 else str  # type: ignore[misc]
        yield TakeOption(OptionRole.WAY, way.way, kind, way.help, sound_form(way))
        for extra in way.options:
            if extra.read is not None:
                yield TakeOption(
                    OptionRole.OF_A_WAY, extra.name, list[str], extra.help, extra.metavar
                )
            else:
                known = "" if extra.default is None else f" (default: {extra.default:g})"
                field = way.model_fields[extra.field]
                yield _of_field(OptionRole.OF_A_WAY, extra.name, field, f"{extra.help}{known}.")


def _of_field(role: OptionRole, name: str, field: FieldInfo, words: str) -> TakeOption:
    """The option that takes the values of a field."""
    from annotated_types import Ge, Le

    named = {field.annotation, *get_args(field.annotation)}
    # `float | None` and the like: the type among them that the command line can read.
    kind = next((one for one in (float, int, bool) if one in named), str)
    low: Any = next((sign.ge for sign in field.metadata if isinstance(sign, Ge)), None)
    high: Any = next((sign.le for sign in field.metadata if isinstance(sign, Le)), None)
    return TakeOption(role, name, kind, words, low=low, high=high)
