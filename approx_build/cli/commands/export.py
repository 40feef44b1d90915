"""`export`: make a folder for a purpose from a rendered piece."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.arguments import Json, Movements, Piece, Quiet, StoreDir
from approx_build.cli.messages import near, print_json
from approx_build.cli.output import print_lines
from approx_build.units import counted, size


def export(
    piece: Piece,
    to: Annotated[Path, typer.Option("--to", help="The folder to write.", metavar="FOLDER")],
    purpose: Annotated[
        str,
        typer.Option("--for", help="concert, rehearsal, daw or submission.", metavar="PURPOSE"),
    ],
    movement: Movements = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="wav (default) or flac.", metavar="FORMAT")
    ] = None,
    rate: Annotated[
        int | None, typer.Option("--rate", help="Sample rate, Hz (default: the piece's).")
    ] = None,
    bits: Annotated[
        int | None, typer.Option("--bits", help="16, 24 (default), or 32 for floats.")
    ] = None,
    loudness: Annotated[
        float | None, typer.Option("--loudness", help="Loudness of all movements, LUFS.")
    ] = None,
    speed: Annotated[
        list[float] | None, typer.Option("--speed", help="Add a slower version, as 0.75.")
    ] = None,
    rules: Annotated[
        str | None, typer.Option("--rules", help="Rule set: a name or a file.", metavar="RULES")
    ] = None,
    store: StoreDir = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a rendered piece as a folder for a concert, rehearsals, a DAW or a festival."""
    from approx_build.cli.progress import observer_for
    from approx_build.project.export import ExportOptions
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    speeds = tuple(speed or ())
    options = ExportOptions(movement or (), file_format, rate, bits, loudness, speeds, rules)
    project = Project.open(piece, Settings.of(store))
    result = project.export(piece, to, purpose, options, observer_for(quiet or json))
    if json:
        print_json(result.as_json())
    elif not quiet:
        total = f"{counted(len(result.files), 'file')}, {size(sum(f.size for f in result.files))}"
        files = (f"  {file.path}" for file in result.files)
        print_lines(*files, *result.remarks, f"{near(to)}: {total}")
