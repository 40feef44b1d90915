"""`init`: start a piece."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.messages import near
from approx_build.cli.output import say


def init(
    name: Annotated[str, typer.Argument(help="The new piece's name.")],
    here: Annotated[Path, typer.Option("--in", help="The project's folder.")] = Path(),
) -> None:
    """Start a piece: a score with one movement that renders as it stands."""
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    new = Project(here.absolute(), Settings()).init(name)
    score, movement = near(new.score), near(new.movement)
    say(f"wrote {score}", f"wrote {movement}", f"next: approx-build render {score}")
