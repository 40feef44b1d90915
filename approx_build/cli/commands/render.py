"""`render`: build a piece and print what came of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from approx_build.cli.arguments import (
    CheckFiles,
    Device,
    DeviceChoice,
    Jobs,
    KeepGoing,
    Movements,
    OutDir,
    PartNames,
    Piece,
    Quiet,
    StoreDir,
    Verbose,
)
from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import failures, read_again, summary
from approx_build.cli.output import print_lines, warn


def render(
    piece: Piece,
    movement: Movements = None,
    part: PartNames = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail instead of changing the lock.")
    ] = False,
    store: StoreDir = None,
    out: OutDir = None,
    jobs: Jobs = None,
    device: DeviceChoice = Device.AUTO,
    keep_going: KeepGoing = False,
    check_files: CheckFiles = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Render a piece: its movements, stems, pictures and report."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.project import Project
    from approx_build.project.render import RenderOptions
    from approx_build.project.settings import Settings

    settings = Settings.of(store, out, jobs, device, keep_going, checks_files=check_files)
    options = RenderOptions(movement or (), part or (), locked)
    project = Project.open(piece, settings)
    result = project.render(piece, options, observer_for(quiet, verbose))
    warn(*result.unmet)
    if not quiet:
        lines = [*result.remarks, read_again(result.read_again), summary(result)]
        print_lines(*filter(None, lines))
    warn(*failures(result))
    if not result.is_done:
        sys.exit(Exit.FAILED)
