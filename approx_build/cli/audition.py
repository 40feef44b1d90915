"""The options of `take`, which draws takes outside any score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, StoreDir
from approx_build.cli.options import Options

_SOUND = "CORPUS/NAME[@START]"


def take(
    model: Annotated[str, typer.Argument(help="A model's name.")],
    step: Annotated[int | None, typer.Option(help="The checkpoint's step [default: last].")] = None,
    length_s: Annotated[float, typer.Option("--length-s", min=0.01, max=600)] = 4.0,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many clips.")] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of the take.")] = 0,
    temperature: Annotated[
        float | None, typer.Option(min=0.0, max=10.0, help="[default: the model's own]")
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option("--top-k", min=1, max=65_536, help="[default: the model's own]"),
    ] = None,
    towards_silence: Annotated[
        float | None,
        typer.Option("--towards-silence", min=0.0, max=1000.0, help="[default: the model's own]"),
    ] = None,
    sampling: Annotated[
        list[str] | None,
        typer.Option("--sampling", help="Another control of drawing.", metavar="NAME=VALUE"),
    ] = None,
    prime: Annotated[
        str | None, typer.Option(help="A recording to continue.", metavar=f"{_SOUND}[+LENGTH]")
    ] = None,
    extend: Annotated[
        str | None,
        typer.Option(help="A recording to begin with, and continue.", metavar=f"{_SOUND}[+LENGTH]"),
    ] = None,
    vary: Annotated[
        str | None, typer.Option(help="A recording to make variations of.", metavar=_SOUND)
    ] = None,
    noise_level: Annotated[
        float | None,
        typer.Option("--noise-level", min=0.0, max=1.0, help="How much of it is made anew."),
    ] = None,
    inpaint: Annotated[
        str | None, typer.Option(help="A recording to make ranges of anew.", metavar=_SOUND)
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option("--missing", help="Such a range, seconds of the take.", metavar="FROM-TO"),
    ] = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two recordings to draw clips between.", metavar=f"{_SOUND} …"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for WAVs and pictures.", metavar="DIR")
    ] = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
) -> None:
    """Audition a model: draw takes outside any score."""
    from approx_build.cli.asked import TakeAsked
    from approx_build.cli.take import take as command

    ways = {"prime": prime, "extend": extend, "vary": vary, "inpaint": inpaint, "between": between}
    asked = TakeAsked(
        model=model,
        step=step,
        length_s=length_s,
        count=count,
        seed=seed,
        controls={
            "temperature": temperature,
            "top_k": top_k,
            "towards_silence": towards_silence,
        },
        sampling=tuple(sampling or ()),
        ways={name: sound for name, sound in ways.items() if sound is not None},
        noise_level=noise_level,
        missing=tuple(missing or ()),
    )
    command(asked, Options.of(store, out, jobs, device))
