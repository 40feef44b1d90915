"""`store`: a command for each line of the application's table of store commands."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from approx_build.cli.amounts import age_s, size_of
from approx_build.cli.arguments import Jobs, Json, OutDir, Quiet, StoreDir
from approx_build.cli.exit_codes import Exit
from approx_build.cli.group import Commands
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines
from approx_build.project.store.command import COMMANDS, Kind, Option, StoreCommand, command

READ: dict[Kind, Callable[[Any], Any]]
READ = {Kind.FLAG: bool, Kind.AGE: age_s, Kind.SIZE: size_of, Kind.FOLDER: Path}
SETTINGS = {"out": OutDir, "jobs": Jobs}


class StoreGroup(Commands):
    """The commands of the table, read when the command line is put together."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        self.commands.update({name: _built(name, command(name)) for name in COMMANDS})


store = typer.Typer(
    cls=StoreGroup,
    help="Check and repair the store, print its sizes, and remove what no project needs.",
    no_args_is_help=True,
    callback=lambda: None,  # Typer builds no group that has neither commands nor this
)


def _built(name: str, found: StoreCommand) -> Any:
    """The command as typer has it: its own options, and those that all store commands have."""
    readers = {one.name: READ[one.metadata["option"].kind] for one in fields(found.options)}

    def run(**words: Any) -> None:
        chosen = {key: read(words[key]) for key, read in readers.items() if words[key]}
        shared = [words.get(key) for key in ("store", "out", "jobs")]
        _run(name, found.options(**chosen), shared, words["json"], words["quiet"])

    parameters = [*map(_parameter, fields(found.options)), *_shared(found)]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, help=inspect.getdoc(found.run))(run)
    return get_command(app)


def _run(name: str, options: Any, shared: list[Any], is_json: bool, is_quiet: bool) -> None:
    from approx_build.cli.meter import meter
    from approx_build.project.paths import relative_to
    from approx_build.project.project import Project
    from approx_build.project.settings import Settings

    project = Project.open(Path.cwd(), Settings.of(*shared))
    found = project.store.run(name, options, meter(is_quiet or is_json))
    if is_json:
        print_json(found.as_json())
    else:
        for line in found.problems() if is_quiet else found.lines():
            print_lines(relative_to(project.root, line))
    if not found.is_intact:
        sys.exit(Exit.FAILED)


def _parameter(one: Field[Any]) -> inspect.Parameter:
    offered: Option = one.metadata["option"]
    is_flag = offered.kind is Kind.FLAG
    option = typer.Option(f"--{offered.name}", help=offered.help, metavar=offered.kind.value)
    default = False if is_flag else offered.default
    kind: Any = bool if is_flag else str | None
    return _keyword(one.name, Annotated[kind, option], default)


def _shared(found: StoreCommand) -> Iterator[inspect.Parameter]:
    yield _keyword("store", StoreDir, None)
    yield from (_keyword(key, SETTINGS[key], None) for key in SETTINGS if key in found.settings)
    yield _keyword("json", Json, False)
    yield _keyword("quiet", Quiet, False)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
