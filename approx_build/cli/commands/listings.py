"""`ops`, `families`, `schema`: print what can be named in scores and models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from approx_build.cli.arguments import Json
from approx_build.cli.messages import print_json
from approx_build.cli.output import print_lines

if TYPE_CHECKING:
    from approx_build.project.registries import Described


def schema() -> None:
    """Print the JSON Schema of scores, for editors."""
    from approx_build.project.registries import schema as found

    print_json(found())


Names = Annotated[list[str] | None, typer.Argument(help="Only these.", metavar="[NAME]...")]


def ops(names: Names = None, json: Json = False) -> None:
    """List the grain operations with their parameters and units."""
    from approx_build.project.registries import ops as found

    _print(found(names or ()), json)


def families(names: Names = None, json: Json = False) -> None:
    """List the families of networks with their parameters."""
    from approx_build.project.registries import families as found

    _print(found(names or ()), json)


def _print(rows: Iterable[Described], as_json: bool) -> None:
    if as_json:
        print_json(list(rows))
        return
    for row in rows:
        print_lines(*f"{row['name']}: {row['summary']}".split("\n"))
        _print_fields(row["parameters"])
        if "sampling" in row:
            print_lines("  controls of generation (`sampling:` of a model or a take)")
            _print_fields(row["sampling"])
            print_lines(f"  ways of making takes from sound: {', '.join(row['ways'])}")
        print_lines("")


def _print_fields(fields: Sequence[Described]) -> None:
    from approx_build.project.registries import in_words

    width = max((len(field["name"]) for field in fields), default=0)
    for field in fields:
        print_lines(f"    {field['name']:<{width}}  {in_words(field)}")
