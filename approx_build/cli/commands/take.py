"""`take`: draw takes outside any score and print where they are.

Options for the controls of families and for ways of making takes come from the registries, which
are read when `take` is called or asked for help.
"""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, StoreDir, of_model
from approx_build.cli.messages import near
from approx_build.cli.output import print_lines

if TYPE_CHECKING:
    from approx_build.project.take_options import TakeOption

_AFTER = "seed"
"""The parameter that the options from the registries come after."""

Step = Annotated[int | None, typer.Option(help="The checkpoint's step (default: last).")]
Length = Annotated[float | None, typer.Option(min=0.01, max=600, help="(default: at most 4)")]
Count = Annotated[int, typer.Option(min=1, max=1000, help="Number of clips.")]
TakeSeed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of the take.")]
Controls = Annotated[
    list[str] | None,
    typer.Option("--sampling", help="Another control of generation.", metavar="NAME=VALUE"),
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
    length_s: Length = None,
    count: Count = 1,
    seed: TakeSeed = 0,
    sampling: Controls = None,
    out: Folder = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
) -> None:
    """Generate takes from a model, outside any score."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.audition import TakeOptions
    from approx_build.project.settings import Settings

    options = TakeOptions(
        step=step,
        length_s=length_s,
        count=count,
        seed=seed,
        controls=ctx.meta.get("controls", {}),
        sampling=tuple(sampling or ()),
        ways=ctx.meta.get("ways", {}),
        options=ctx.meta.get("options", {}),
    )
    project, name = of_model(model, Settings.of(store, out, jobs, device))
    for drawn in project.take(name, options, observer_for()):
        print_lines(near(drawn.sound), near(drawn.picture))


@cache
def _open_params() -> list[Any]:
    """The parameters from the registries. Their values are kept in the context's `meta`."""
    from approx_build.project.take_options import take_options

    found = list(take_options())
    words = [
        inspect.Parameter(
            one.name.replace("-", "_"),
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[one.kind | None, _option(one)],
        )
        for one in found
    ]

    def options() -> None:
        """Only its signature is read."""

    options.__annotations__ = {word.name: word.annotation for word in words}
    options.__signature__ = inspect.Signature(words)  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False)
    app.command()(options)
    params: list[Any] = get_command(app).params
    for param, one in zip(params, found, strict=True):
        param.expose_value, param.callback = False, _keeping(one.role.value, one.name)
    return params


def _option(one: TakeOption) -> Any:
    flag = f"--{one.name.replace('_', '-')}"
    return typer.Option(flag, help=one.words, metavar=one.metavar, min=one.low, max=one.high)


def _keeping(kind: str, name: str) -> Any:
    def keep(ctx: Any, param: Any, value: Any) -> Any:
        if value is not None and value not in ((), []):
            ctx.meta.setdefault(kind, {})[name] = value
        return value

    return keep
