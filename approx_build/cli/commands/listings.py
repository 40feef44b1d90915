"""`ops`, `families`, `schema`: print what can be named in scores and models."""

from __future__ import annotations

import json as jsons
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from approx_build.cli.arguments import Json
from approx_build.cli.messages import say_json

if TYPE_CHECKING:
    from approx_build.project.registries import Described


def schema() -> None:
    """Print the JSON Schema of scores, for editors."""
    from approx_build.project.registries import schema as found

    say_json(found())


def ops(json: Json = False) -> None:
    """List the grain operations with their parameters and units."""
    from approx_build.project.registries import ops as found

    _print(found(), json)


def families(json: Json = False) -> None:
    """List the families of networks with their parameters."""
    from approx_build.project.registries import families as found

    _print(found(), json)


def _print(rows: Iterable[Described], as_json: bool) -> None:
    if as_json:
        say_json(list(rows))
        return
    for row in rows:
        print(f"{row['name']}: {row['summary']}")
        _print_fields(row["parameters"])
        if "sampling" in row:
            print("  takes are drawn by (`sampling:` of a model or a take)")
            _print_fields(row["sampling"])
            print(f"  and may hear sound by: {', '.join(row['ways'])}")
        print()


def _print_fields(fields: Sequence[Described]) -> None:
    width = max((len(field["name"]) for field in fields), default=0)
    for field in fields:
        print(f"    {field['name']:<{width}}  {_bounds(field)}")


def _bounds(field: Described) -> str:
    bounds = ", ".join(f"{sign} {value}" for sign, value in field.get("bounds", {}).items())
    if "choices" in field:
        bounds = ", ".join(map(str, field["choices"]))
    default = f"default {jsons.dumps(field['default'])}" if "default" in field else "required"
    return f"{field['description']} ({'; '.join(part for part in (bounds, default) if part)})"
