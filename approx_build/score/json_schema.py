"""The grammar as one JSON Schema, for editors that complete and check scores as one types.

Draft 2020-12 (json-schema.org). It knows the operations that are installed, with their
parameters. What only the whole score can tell, such as names of takes, it leaves open.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from approx_build.ops.base import OPS
from approx_build.score.curve import Curve
from approx_build.score.event import MOST_THROUGH, Placement
from approx_build.score.schema import Movement, Piece
from approx_build.score.source_ref import SourceRef
from approx_build.yaml_source.fields import MOST

Schema = dict[str, Any]


class _Defaults(GenerateJsonSchema):
    """Writes default curves as in a score."""

    def encode_default(self, dft: Any) -> Any:
        return dft.written() if isinstance(dft, Curve) else super().encode_default(dft)


def json_schema() -> Schema:
    """The schema of piece files and movement files; a file with `piece` is a piece."""
    models = (Piece, Movement, Placement, SourceRef, *OPS)
    inputs = [(model, "validation") for model in models]
    _, whole = models_json_schema(inputs, schema_generator=_Defaults)  # type: ignore[arg-type]
    defs = {name: _tidy(schema) for name, schema in whole["$defs"].items()}
    for op in OPS:
        parameters = defs.pop(op.__name__)
        name = op.model_fields["op"].default
        parameters["properties"].pop("op")
        defs[f"through.{name}"] = parameters
        defs[f"event.{name}"] = _call(parameters)
    defs.pop("GrainOp", None)
    defs["Operation"] = _operation()
    defs["Event"] = _event(defs.pop("Placement"))
    for field, one in (
        ("tempo", {"type": "number", "minimum": 1, "maximum": 1000}),
        ("meter", {"type": "string", "maxLength": 16}),
    ):
        properties = defs["Movement"]["properties"]
        properties[field] = _or_list(properties[field], one)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "approx-build score",
        "type": "object",
        # With `if`, an editor reports the faults of the kind that is meant; with `oneOf`, those of
        # both.
        "if": {"required": ["piece"]},
        "then": _ref("Piece"),
        "else": _ref("Movement"),
        "$defs": dict(sorted(defs.items())),
    }


def _event(placement: Schema) -> Schema:
    """An event: its placement, one operation, and those its result goes through."""
    names = OPS.names()
    calls = {name: _ref(f"event.{name}") for name in names}
    through = {
        "type": "array",
        "description": "operations applied to its result, one after the other",
        "items": _ref("Operation"),
        "maxItems": MOST_THROUGH,
    }
    return {
        "type": "object",
        "description": "one operation placed in time",
        "properties": {**placement["properties"], "through": through, **calls},
        "required": ["at"],
        "oneOf": [{"required": [name]} for name in names],
        "additionalProperties": False,
    }


def _call(parameters: Schema) -> Schema:
    """The parameters of an event's operation, with its sources."""
    sources = {
        "description": "sources of the operation: takes, recordings, parts or files",
        "anyOf": [
            _ref("SourceRef"),
            {"type": "array", "items": _ref("SourceRef"), "minItems": 1, "maxItems": MOST},
        ],
    }
    clip = {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST,
        "description": "one clip of the takes, from 1",
    }
    return {
        **parameters,
        "properties": {"from": sources, "clip": clip, **parameters["properties"]},
        "required": ["from", *parameters.get("required", [])],
    }


def _operation() -> Schema:
    """An operation of a chain: its name, or its name with its parameters."""
    written = [
        {
            "type": "object",
            "properties": {name: {"anyOf": [_ref(f"through.{name}"), {"type": "null"}]}},
            "required": [name],
            "additionalProperties": False,
        }
        for name in OPS.names()
    ]
    return {"anyOf": [{"enum": OPS.names()}, *written]}


def _or_list(marks: Schema, one: Schema) -> Schema:
    """One value in place of a list of marks."""
    items = {"type": "array", "items": marks["items"], "maxItems": MOST}
    return {"description": marks["description"], "anyOf": [one, items]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _tidy(schema: Any) -> Any:
    """A schema without the titles pydantic makes of names, its named things all of one kind."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {
        key: _tidy(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
    # A name that does not match the pattern would be accepted otherwise.
    return {**tidy, "additionalProperties": False} if "patternProperties" in tidy else tidy
