"""`render`: build a piece and print what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import (
    CheckFiles,
    Device,
    DeviceChoice,
    From,
    Jobs,
    KeepGoing,
    Movements,
    OutDir,
    PartNames,
    Piece,
    Quiet,
    StoreDir,
    To,
    Verbose,
)
from approx_build.cli.exit_codes import Exit
from approx_build.cli.messages import failures, near, read_again, summary
from approx_build.cli.output import print_lines, warn

if TYPE_CHECKING:
    from approx_build.project.preview import PreviewResult
    from approx_build.project.render import RenderResult


def render(
    piece: Piece,
    movement: Movements = None,
    part: PartNames = None,
    start: From = None,
    stop: To = None,
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
    """Render a piece: its movements, stems, pictures and report.

    With --from, --to or --part: write only a preview, to renders/previews/PIECE.
    """
    from approx_build.cli.progress import observer_for
    from approx_build.project.preview import PreviewOptions
    from approx_build.project.project import Project
    from approx_build.project.render import RenderOptions
    from approx_build.project.settings import Settings

    settings = Settings.of(store, out, jobs, device, keep_going, checks_files=check_files)
    project, observer = Project.open(piece, settings), observer_for(quiet, verbose)
    result: RenderResult | PreviewResult
    if asked := PreviewOptions(movement or (), start, stop, part or ()):
        result = preview = project.preview(piece, asked, observer)
        lines = [*preview.remarks, *(f"{near(one.path)}: {one.words}" for one in preview.previews)]
    else:
        result = done = project.render(piece, RenderOptions(movement or (), locked), observer)
        warn(*done.unmet)
        lines = [*done.remarks, read_again(done.read_again), summary(done)]
    if not quiet:
        print_lines(*filter(None, lines))
    warn(*failures(result))
    if not result.is_done:
        sys.exit(Exit.FAILED)
