"""The grammar as one JSON Schema, for editors that complete and check scores as one types.

Draft 2020-12 (json-schema.org). It knows the operations that are installed, with their
parameters. What only the whole score can tell, such as names of takes, it leaves open.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from approx_build.ops.base import OPS
from approx_build.score.calls import MOST_THROUGH
from approx_build.score.choices import MOST_OPTIONS
from approx_build.score.composition import Setting
from approx_build.score.curve import Curve
from approx_build.score.event import Placement
from approx_build.score.generators.base import GENERATORS
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
    models = (Piece, Movement, Placement, SourceRef, Setting, *OPS, *GENERATORS)
    inputs = [(model, "validation") for model in models]
    _, whole = models_json_schema(inputs, schema_generator=_Defaults)  # type: ignore[arg-type]
    defs = {name: _with_lengths(_tidy(schema)) for name, schema in whole["$defs"].items()}
    _add_times(defs)
    # The piece has no tempo.
    defs["Piece"]["properties"].pop("gap")
    for op in OPS:
        parameters = defs.pop(op.__name__)
        name = op.model_fields["op"].default
        parameters["properties"].pop("op")
        defs[f"through.{name}"] = parameters
        defs[f"event.{name}"] = _call(parameters)
    for generator in GENERATORS:
        defs[f"compose.{generator.generator}"] = defs.pop(generator.__name__)
    for base in ("GrainOp", "Generator"):
        defs.pop(base, None)
    defs["Operation"] = _operation()
    defs["Event"] = _event(defs.pop("Placement"))
    defs["Composition"] = _composition(defs.pop("Setting"))
    defs["Choice"] = _choice()
    _open_to_choice(
        defs["Event"]["properties"], ("at", "gain_db", "pan", "fade_in_s", "fade_out_s")
    )
    for name in OPS.names():
        for kind in ("event", "through"):
            properties = defs[f"{kind}.{name}"]["properties"]
            _open_to_choice(properties, tuple(properties))
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
    calls = {name: _ref(f"event.{name}") for name in OPS.names()}
    about = "operations applied to its result, one after the other"
    start = {"anyOf": [{"required": ["at"]}, {"required": ["after"]}]}
    return _placed("one operation placed in time", placement, about, calls, start)


def _composition(setting: Schema) -> Schema:
    """An entry of `compose`: its setting, one generator, and what its events go through."""
    calls = {name: _ref(f"compose.{name}") for name in GENERATORS.names()}
    about = "operations applied to each of its events, after their own"
    start = {"required": ["at"]}
    return _placed("one generator placed in time", setting, about, calls, start)


def _placed(
    what: str, placement: Schema, through: str, calls: dict[str, Schema], start: Schema
) -> Schema:
    """A place in time with one of several fields named after what happens there.

    `start` requires the fields that say when.
    """
    chain = {
        "type": "array",
        "description": through,
        "items": _ref("Operation"),
        "maxItems": MOST_THROUGH,
    }
    return {
        "type": "object",
        "description": what,
        "properties": {**placement["properties"], "through": chain, **calls},
        **start,
        "oneOf": [{"required": [name]} for name in calls],
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
    # An operation may have a `start_s` of its own, which is then meant.
    start = {
        "type": "number",
        "minimum": 0,
        "maximum": 86_400,
        "description": "start in each source, seconds",
    }
    beside = {"from": sources, "clip": clip, "start_s": start}
    return {
        **parameters,
        "properties": {**beside, **parameters["properties"]},
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


def _choice() -> Schema:
    """One of several values, drawn by the seed."""
    weight = {"type": "number", "minimum": 0.001, "maximum": 1e6}
    options = {"type": "array", "minItems": 1, "maxItems": MOST_OPTIONS}
    return {
        "type": "object",
        "description": "one of several values, drawn by chance",
        "properties": {
            "choose": {**options, "description": "the values"},
            "weights": {**options, "items": weight, "description": "how likely each value is"},
        },
        "required": ["choose"],
        "additionalProperties": False,
    }


def _open_to_choice(properties: dict[str, Schema], names: Sequence[str]) -> None:
    """Let fields be given as a choice."""
    for name in names:
        field = properties[name]
        kept: Schema = {k: field[k] for k in ("description", "default") if k in field}
        rest = {key: value for key, value in field.items() if key not in kept}
        properties[name] = {**kept, "anyOf": [rest, _ref("Choice")]}


def _add_times(schema: Any) -> None:
    """Let the times of all breakpoints be any length."""
    for one in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(one, dict) and len(one.get("prefixItems", ())) == 2:
            one["prefixItems"][0] = {"type": ["number", "string"]}
        elif isinstance(one, dict | list):
            _add_times(one)


def _with_lengths(schema: Schema) -> Schema:
    """A model whose fields in seconds have a twin without `_s` that takes any length."""
    # A source may also be a bare name; the fields come last.
    if "properties" not in schema and "anyOf" in schema:
        return {**schema, "anyOf": [_with_lengths(branch) for branch in schema["anyOf"]]}
    own = schema.get("properties", {})
    twins = {
        name.removesuffix("_s"): _length(field) for name, field in own.items() if is_twin(name, own)
    }
    needed = schema.get("required", [])
    either = [
        {"anyOf": [{"required": [name]}, {"required": [name.removesuffix("_s")]}]}
        for name in needed
        if is_twin(name, own)
    ]
    if not twins:
        return schema
    kept = [name for name in needed if not is_twin(name, own)]
    both = {key: value for key, value in schema.items() if key != "required"}
    both |= {"properties": {**own, **twins}} | ({"required": kept} if kept else {})
    return both | ({"allOf": either} if either else {})


def is_twin(name: str, fields: Container[str]) -> bool:
    """Whether a field in seconds can be given as a length, by its name without `_s`."""
    return name.endswith("_s") and name.removesuffix("_s") not in fields


def _length(field: Schema) -> Schema:
    """A length in place of seconds; lists of them in place of lists of seconds."""
    if field.get("type") == "array":
        kept = {key: value for key, value in field.items() if key != "items"}
        return {**kept, "items": _length(field["items"])}
    words = field.get("description", "").replace(", seconds", "").replace("seconds", "lengths")
    return {"type": ["number", "string"], "minimum": 0} | ({"description": words} if words else {})


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
