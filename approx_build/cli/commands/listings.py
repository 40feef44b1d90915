"""`ops`, `families`, `schema`: what there is, read from the registries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel

Described = Mapping[str, Any]


def ops(as_json: bool) -> None:
    """Print the grain operations."""
    from approx_build.ops.base import OPS

    _print([described(cls, "op") for cls in OPS], as_json)


def families(as_json: bool) -> None:
    """Print the families of networks: their parameters, and how takes are drawn from them."""
    from approx_build.families.base import FAMILIES

    rows = [
        {
            **described(cls, "family"),
            "sampling": _parameters(cls.sampling_model),
            "ways": sorted(cls.ways),
        }
        for cls in FAMILIES
    ]
    _print(rows, as_json)


def schema() -> None:
    """Print the JSON Schema of scores."""
    from approx_build.score.json_schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def described(cls: type[BaseModel], tag: str) -> Described:
    """A registered class as plain data: name, version, what it does, its parameters."""
    return {
        "name": cls.model_fields[tag].default,
        "version": getattr(cls, "version", 1),
        "summary": cleandoc(cls.__doc__ or ""),
        "parameters": [row for row in _parameters(cls) if row["name"] != tag],
    }


def _parameters(cls: type[BaseModel]) -> list[Described]:
    properties = cls.model_json_schema().get("properties", {})
    return [
        _parameter(name, field.is_required(), properties.get(name, {}))
        for name, field in cls.model_fields.items()
    ]


def _parameter(name: str, is_required: bool, shown: Mapping[str, Any]) -> Described:
    bounds = {
        sign: shown[key]
        for key, sign in (
            ("minimum", ">="),
            ("exclusiveMinimum", ">"),
            ("maximum", "<="),
            ("exclusiveMaximum", "<"),
        )
        if key in shown
    }
    row: dict[str, Any] = {"name": name, "description": shown.get("description", "")}
    if bounds:
        row["bounds"] = bounds
    for branch in (shown, *shown.get("anyOf", ())):
        if "enum" in branch:
            row["choices"] = branch["enum"]
    if not is_required:
        row["default"] = shown.get("default")
    return row


def _print(rows: Iterable[Described], as_json: bool) -> None:
    if as_json:
        print(json.dumps(list(rows), indent=2, ensure_ascii=False))
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
        print(f"    {field['name']:<{width}}  {_told(field)}")


def _told(field: Described) -> str:
    bounds = ", ".join(f"{sign} {value}" for sign, value in field.get("bounds", {}).items())
    if "choices" in field:
        bounds = ", ".join(map(str, field["choices"]))
    default = f"default {json.dumps(field['default'])}" if "default" in field else "required"
    return f"{field['description']} ({'; '.join(part for part in (bounds, default) if part)})"
