"""`evaluate`: compare a model's checkpoints with its corpus and print the table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Device, DeviceChoice, Jobs, Json, Quiet, StoreDir, of_model
from approx_build.cli.messages import near, print_json
from approx_build.cli.output import print_lines


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name.")],
    takes: Annotated[
        int, typer.Option(min=1, max=32, help="Number of takes from each checkpoint.")
    ] = 4,
    length_s: Annotated[float, typer.Option("--length-s", min=0.2, max=60)] = 3.0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the page and WAVs.", metavar="DIR")
    ] = None,
    store: StoreDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    unfinished: Annotated[
        bool,
        typer.Option("--so-far", help="Evaluate the checkpoints so far of an unfinished training."),
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Compare takes from each checkpoint with the corpus, on one page."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.evaluate import EvaluateOptions
    from approx_build.project.settings import Settings
    from approx_build.report.assessment import sentences
    from approx_build.report.evaluation_table import evaluation_table

    project, name = of_model(model, Settings.of(store, out, jobs, device))
    options = EvaluateOptions(takes, length_s, unfinished)
    found = project.evaluate(name, options, observer_for(quiet or json))
    if json:
        print_json(found.as_json())
        return
    if found.report.is_training:
        print_lines(f"{name} is still training")
    print_lines(*evaluation_table(found.report), "", *sentences(found.report), near(found.page))
