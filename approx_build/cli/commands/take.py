"""`take`: draw takes outside any score and print where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, StoreDir, of_model
from approx_build.cli.messages import near

_SOUND = "CORPUS/NAME[@START]"
_LONG = f"{_SOUND}[+LENGTH]"
_OWN = "(default: the model's own)"

Step = Annotated[int | None, typer.Option(help="The checkpoint's step (default: last).")]
Length = Annotated[float, typer.Option("--length-s", min=0.01, max=600)]
Count = Annotated[int, typer.Option(min=1, max=1000, help="How many clips.")]
TakeSeed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="The seed of the take.")]
Temperature = Annotated[float | None, typer.Option(min=0.0, max=10.0, help=_OWN)]
TopK = Annotated[int | None, typer.Option("--top-k", min=1, max=65_536, help=_OWN)]
TowardsSilence = Annotated[
    float | None, typer.Option("--towards-silence", min=0.0, max=1000.0, help=_OWN)
]
Controls = Annotated[
    list[str] | None,
    typer.Option("--sampling", help="Another control of drawing.", metavar="NAME=VALUE"),
]
Prime = Annotated[str | None, typer.Option(help="A recording to continue.", metavar=_LONG)]
Extend = Annotated[
    str | None, typer.Option(help="A recording to begin with, and continue.", metavar=_LONG)
]
Vary = Annotated[str | None, typer.Option(help="A recording to vary.", metavar=_SOUND)]
NoiseLevel = Annotated[
    float | None,
    typer.Option(
        "--noise-level", min=0.0, max=1.0, help="How much of it is made anew (default: 0.5)."
    ),
]
Inpaint = Annotated[
    str | None, typer.Option(help="A recording to make ranges of anew.", metavar=_SOUND)
]
Missing = Annotated[
    list[str] | None,
    typer.Option("--missing", help="Such a range, seconds of the take.", metavar="FROM-TO"),
]
Between = Annotated[
    tuple[str, str] | None,
    typer.Option(help="Two recordings to draw clips between.", metavar=f"{_SOUND} …"),
]
Folder = Annotated[
    Path | None, typer.Option("--out", help="Folder for WAVs and pictures.", metavar="DIR")
]


def take(
    model: Annotated[str, typer.Argument(help="A model's name.")],
    step: Step = None,
    length_s: Length = 4.0,
    count: Count = 1,
    seed: TakeSeed = 0,
    temperature: Temperature = None,
    top_k: TopK = None,
    towards_silence: TowardsSilence = None,
    sampling: Controls = None,
    prime: Prime = None,
    extend: Extend = None,
    vary: Vary = None,
    noise_level: NoiseLevel = None,
    inpaint: Inpaint = None,
    missing: Missing = None,
    between: Between = None,
    out: Folder = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
) -> None:
    """Audition a model: draw takes outside any score."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.audition import TakeOptions
    from approx_build.project.settings import Settings

    ways = {"prime": prime, "extend": extend, "vary": vary, "inpaint": inpaint, "between": between}
    options = TakeOptions(
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
    project, name = of_model(model, Settings.of(store, out, jobs, device))
    for drawn in project.take(name, options, observer_for()):
        print(f"{near(drawn.sound)}\n{near(drawn.picture)}")
