"""`init`: start a piece."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.messages import near
from approx_build.cli.output import print_lines


def init(
    name: Annotated[str, typer.Argument(help="Name of the new piece.")],
    here: Annotated[Path, typer.Option("--in", help="Folder of the project.")] = Path(),
) -> None:
    """Create a piece: a score with one movement, ready to render."""
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    new = Project(here.absolute(), Settings()).init(name)
    score, movement = near(new.score), near(new.movement)
    print_lines(f"wrote {score}", f"wrote {movement}", f"next: approx-build render {score}")
