"""Arguments and options that several commands take, with their help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.errors import UsageError

if TYPE_CHECKING:
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings


class Device(StrEnum):
    """Where networks run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


Piece = Annotated[Path, typer.Argument(help="The piece's score, pieces/NAME.yaml.")]
StoreDir = Annotated[
    Path | None,
    typer.Option("--store", help="The store (default: .approx, or APPROX_STORE).", metavar="DIR"),
]
OutDir = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for renders (default: renders/).", metavar="DIR"),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, help="Number of parallel processes (default: all cores)."
    ),
]
DeviceChoice = Annotated[
    Device,
    typer.Option(
        "--device",
        help="Device that runs networks; auto means cpu, which gives the same bits everywhere.",
    ),
]
KeepGoing = Annotated[
    bool,
    typer.Option(
        "--keep-going", "-k", help="After a failure, build everything that does not depend on it."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only problems.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print each action.")]
CheckFiles = Annotated[
    bool,
    typer.Option(
        "--check-files",
        help="Read all inputs, objects and renders again, and rebuild damaged files.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Movements = Annotated[
    list[str] | None,
    typer.Option("--movement", "-m", help="Only this movement: its number or slug.", metavar="N"),
]
PartNames = Annotated[
    list[str] | None, typer.Option("--part", help="Preview only this part.", metavar="NAME")
]
From = Annotated[str | None, typer.Option("--from", help='Preview from here, as "bar 9" or 1:20.')]
To = Annotated[str | None, typer.Option("--to", help='Preview up to here, as "B + 2 bars".')]


def of_model(written: str, settings: Settings) -> tuple[Project, str]:
    """A model as typed, by its name here or by its file: its project and its name."""
    from approx_build.project.project import Project

    path = Path(written)
    if path.suffix != ".yaml":
        return Project.open(Path.cwd(), settings), written
    if not path.is_file():
        raise UsageError(f"there is no model file {written}")
    return Project.open(path, settings), path.stem


def of_corpus(written: str, settings: Settings) -> tuple[Project, str]:
    """A corpus as typed, by its name here or by its folder: its project and its name."""
    from approx_build.project.project import Project

    name = written.rstrip("/")
    path = Path(name).absolute()
    if path.parent.name == "corpora" and path.parent.parent.name == "models":
        return Project(path.parents[2], settings), path.name
    return Project.open(Path.cwd(), settings), name
