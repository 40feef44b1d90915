"""`why`: print which fields of a target's manifest differ from its last build."""

from __future__ import annotations

import json as jsons
from typing import Annotated

import typer

from approx_build.cli.arguments import Json, Piece, StoreDir


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
        print(jsons.dumps(found.as_json(), indent=2))
        return
    print(f"{found.target} ({found.kind}): {found.fate}: {found.reason}")
    if found.where:
        print(f"  requested at {found.where}")
    for change in found.changes:
        print(f"  {change}")
    for source, fate in found.inputs:
        print(f"  reads {source}: {fate}")
