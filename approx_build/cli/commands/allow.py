"""`allow`: folders outside projects that links of projects may lead into."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from approx_build.cli.output import print_lines


def allow(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder; without it, list those allowed.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="No longer allow the folder.")] = False,
) -> None:
    """Let links of your projects lead into a folder outside them, such as one of recordings."""
    from approx_build.errors import UsageError
    from approx_build.project.allowed import allow, allowed_folders, forbid
    from approx_build.project.settings import config_file

    config = config_file()
    if folder is None:
        if remove:
            raise UsageError("--remove needs a folder")
        for one in allowed_folders(config):
            print_lines(one)
    elif remove:
        print_lines(f"no longer allowed: {forbid(config, folder)} ({config})")
    else:
        print_lines(f"allowed: {allow(config, folder)} ({config})")
