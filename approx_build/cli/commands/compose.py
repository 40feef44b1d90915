"""`compose`: print what the generators of a part write."""

from __future__ import annotations

from typing import Annotated

import typer

from approx_build.cli.arguments import Movements, Piece
from approx_build.cli.output import put
from approx_build.visible import escaped_json


def compose(
    piece: Piece,
    part: Annotated[str, typer.Argument(help="A part with generators.")],
    movement: Movements = None,
    log: Annotated[
        bool, typer.Option("--log", help="Print each throw or letter instead of the events.")
    ] = False,
) -> None:
    """Print the events that the generators of a part write, as YAML to edit by hand."""
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    found = Project.open(piece, Settings.of()).compose(piece, part, movement or ())
    for line in found.log() if log else found.lines():
        put(f"{escaped_json(line)}\n")
