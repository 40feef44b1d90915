"""`take`: draw takes outside any score and print where they are.

Options for the controls of families and for ways of making takes come from the registries, which
are read when `take` is called or asked for help.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from typer.core import TyperCommand
from typer.main import get_command

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, StoreDir, of_model
from approx_build.cli.messages import near

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_AFTER = "seed"
"""The parameter that the options from the registries come after."""
_CONTROL, _WAY, _OPTION = "control", "way", "option"
"""What an option from the registries is."""

Step = Annotated[int | None, typer.Option(help="The checkpoint's step (default: last).")]
Length = Annotated[float, typer.Option("--length-s", min=0.01, max=600)]
Count = Annotated[int, typer.Option(min=1, max=1000, help="How many clips.")]
TakeSeed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of the take.")]
Controls = Annotated[
    list[str] | None,
    typer.Option("--sampling", help="Another control of drawing.", metavar="NAME=VALUE"),
]
Folder = Annotated[
    Path | None, typer.Option("--out", help="Folder for WAVs and pictures.", metavar="DIR")
]


class TakeCommand(TyperCommand):
    """`take` with the options that families and ways add."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Every parameter, those from the registries after the seed."""
        params = super().get_params(ctx)
        place = next(n for n, one in enumerate(params, 1) if one.name == _AFTER)
        return [*params[:place], *_open_params(), *params[place:]]


def take(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="A model's name.")],
    step: Step = None,
    length_s: Length = 4.0,
    count: Count = 1,
    seed: TakeSeed = 0,
    sampling: Controls = None,
    out: Folder = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
) -> None:
    """Audition a model: draw takes outside any score."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.audition import TakeOptions
    from approx_build.project.settings import Settings

    ways: Mapping[str, Any] = ctx.meta.get(_WAY, {})
    options = TakeOptions(
        step=step,
        length_s=length_s,
        count=count,
        seed=seed,
        controls=ctx.meta.get(_CONTROL, {}),
        sampling=tuple(sampling or ()),
        ways={name: (one,) if isinstance(one, str) else tuple(one) for name, one in ways.items()},
        options=ctx.meta.get(_OPTION, {}),
    )
    project, name = of_model(model, Settings.of(store, out, jobs, device))
    for drawn in project.take(name, options, observer_for()):
        print(f"{near(drawn.sound)}\n{near(drawn.picture)}")


@cache
def _open_params() -> list[Any]:
    """The parameters from the registries. Their values are kept in the context's `meta`."""
    found = {name: (kind, annotation) for kind, name, annotation in _open_options()}
    app, words = typer.Typer(add_completion=False), {}
    for name, (_, annotation) in found.items():
        words[name.replace("-", "_")] = annotation

    def options() -> None:
        """Only its signature is read."""

    options.__annotations__ = words
    options.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=one)
            for word, one in words.items()
        ]
    )
    app.command()(options)
    params: list[Any] = get_command(app).params
    for param, (name, (kind, _)) in zip(params, found.items(), strict=True):
        param.expose_value, param.callback = False, _keeping(kind, name)
    return params


def _keeping(kind: str, name: str) -> Any:
    def keep(ctx: Any, param: Any, value: Any) -> Any:
        if value is not None and value not in ((), []):
            ctx.meta.setdefault(kind, {})[name] = value
        return value

    return keep


def _open_options() -> Iterator[tuple[str, str, Any]]:
    """What each option is, the name that it is kept under, and its annotation for typer."""
    from approx_build.families.short_forms import short_forms
    from approx_build.ways.base import WAYS
    from approx_build.ways.command_line import sound_form

    for name, form in short_forms().items():
        words = f"{form.description} (default: the model's own)"
        yield _CONTROL, name, _of_field(name, form.fields[0], words)
    for way in WAYS:
        one = typer.Option(f"--{way.way}", help=way.help, metavar=sound_form(way))
        kind = tuple[(str,) * len(way.roles)] if len(way.roles) > 1 else str  # type: ignore[misc]
        yield _WAY, way.way, Annotated[kind | None, one]
        for extra in way.options:
            if extra.read is not None:
                one = typer.Option(f"--{extra.name}", help=extra.help, metavar=extra.metavar)
                yield _OPTION, extra.name, Annotated[list[str] | None, one]
            else:
                known = "" if extra.default is None else f" (default: {extra.default:g})"
                field = way.model_fields[extra.field]
                yield _OPTION, extra.name, _of_field(extra.name, field, f"{extra.help}{known}.")


def _of_field(name: str, field: FieldInfo, words: str) -> Any:
    """The annotation of an option that takes the values of a field."""
    from annotated_types import Ge, Le

    named = {field.annotation, *get_args(field.annotation)}
    kind = next((one for one in (float, int, bool) if one in named), str)
    low: Any = next((sign.ge for sign in field.metadata if isinstance(sign, Ge)), None)
    high: Any = next((sign.le for sign in field.metadata if isinstance(sign, Le)), None)
    option = typer.Option(f"--{name.replace('_', '-')}", help=words, min=low, max=high)
    return Annotated[kind | None, option]
