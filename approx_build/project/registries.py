"""What can be named in scores and models: grain operations and families, with their parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel

from approx_build.errors import UsageError
from approx_build.yaml_source import choices

Described = Mapping[str, Any]


def ops(names: Sequence[str] = ()) -> list[Described]:
    """The grain operations, or those of these names."""
    from approx_build.ops.base import OPS

    return _chosen([described(cls, "op") for cls in OPS], names, "operation")


def families(names: Sequence[str] = ()) -> list[Described]:
    """The families of networks: their parameters, and how takes are drawn from them."""
    from approx_build.families.base import FAMILIES

    every = [
        {
            **described(cls, "family"),
            "sampling": _parameters(cls.sampling_model),
            "ways": sorted(cls.ways),
        }
        for cls in FAMILIES
    ]
    return _chosen(every, names, "family")


def _chosen(rows: Sequence[Described], names: Sequence[str], noun: str) -> list[Described]:
    """The rows of these names, all without names; UsageError for an unknown one."""
    known = {row["name"]: row for row in rows}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no {noun} {name!r}{choices(name, known)}")
    return [known[name] for name in names or known]


def schema() -> dict[str, Any]:
    """The JSON Schema of scores."""
    from approx_build.score.json_schema import json_schema

    return json_schema()


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
    # Pydantic writes an optional field as `anyOf` with null.
    for branch in (shown, *shown.get("anyOf", ())):
        if "enum" in branch:
            row["choices"] = branch["enum"]
    if not is_required:
        row["default"] = shown.get("default")
    return row


def in_words(field: Described) -> str:
    """What a parameter does, its bounds or choices, and its default."""
    bounds = ", ".join(f"{sign} {value}" for sign, value in field.get("bounds", {}).items())
    if "choices" in field:
        bounds = ", ".join(map(str, field["choices"]))
    default = f"default {json.dumps(field['default'])}" if "default" in field else "required"
    return f"{field['description']} ({'; '.join(part for part in (bounds, default) if part)})"
