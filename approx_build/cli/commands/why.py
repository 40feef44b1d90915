"""`why`: print which fields of a target's manifest differ from its last build."""

from __future__ import annotations

from typing import Annotated

import typer

from approx_build.cli.arguments import Json, Piece, StoreDir
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines


def why(
    piece: Piece,
    target: Annotated[str, typer.Argument(help="A target, or the end of its name.")],
    store: StoreDir = None,
    json: Json = False,
) -> None:
    """Say which fields of a target's manifest differ from its last build."""
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    found = Project.open(piece, Settings.of(store)).why(piece, target)
    if json:
        print_json(found.as_json())
        return
    print_lines(f"{found.target} ({found.kind}): {found.fate}: {found.reason}")
    if found.where:
        print_lines(f"  requested at {found.where}")
    for change in found.changes:
        print_lines(f"  {change}")
    for source, fate in found.inputs:
        print_lines(f"  reads {source}: {fate}")
