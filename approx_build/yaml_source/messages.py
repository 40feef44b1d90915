"""Plain messages for pydantic's errors."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from approx_build.yaml_source.corrections import (
    has_unit,
    number_advice,
    truth_advice,
    with_advice,
)
from approx_build.yaml_source.node import Loc
from approx_build.yaml_source.spelling import choices, suggestion, with_choices

_TEMPLATES = {
    "missing": "missing field '{name}'",
    "greater_than": "must be greater than {gt} (is {value})",
    "greater_than_equal": "must be at least {ge} (is {value})",
    "less_than": "must be less than {lt} (is {value})",
    "less_than_equal": "must be at most {le} (is {value})",
    "multiple_of": "must be a multiple of {multiple_of} (is {value})",
    "finite_number": "must be a finite number (is {value})",
    "string_too_short": "must have at least {min_length} characters (is {value})",
    "string_too_long": "must have at most {max_length} characters (is {value})",
    "string_pattern_mismatch": "must look like {pattern} (is {value})",
    "too_short": "needs at least {min_length} of these (has {actual_length})",
    "too_long": "takes at most {max_length} of these (has {actual_length})",
    "none_required": "must be left empty (is {value})",
}
_NEEDS = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "named fields",
    "mapping": "named fields",
    "model": "named fields",
    "model_attributes": "named fields",
    "dataclass": "named fields",
    "date": "a date such as 2023-05-19",
    "date_from_datetime": "a date such as 2023-05-19",
    "datetime": "a date and time such as 2023-05-19T20:00:00Z",
    "path": "a path",
}


def shown(value: object) -> str:
    """`value` as in a score, shortened if it is long."""
    if isinstance(value, Mapping | list | tuple):
        kind = "a list" if not isinstance(value, Mapping) else "named fields"
        return f"{kind} of {len(value)}" if kind == "a list" else kind
    if isinstance(value, str):
        value = re.sub(r"\s+", " ", value)
        return f"'{value}'" if len(value) <= 40 else f"'{value[:39]}…'"
    text = json.dumps(value, default=str)
    return "empty" if text == "null" else text


def message_of(error: ErrorDetails, model: type[BaseModel], names: Sequence[str] = ()) -> str:
    """The message of an `error` of `model`. `names` are the fields, if they are not the model's."""
    kind, context, loc = error["type"], error.get("ctx", {}), error["loc"]
    if kind == "fault":
        said: str = context["words"]
        return said
    # The text of our own exception, without pydantic's words before it.
    if kind in ("value_error", "assertion_error"):
        return words_of(context["error"])
    if kind == "extra_forbidden":
        known = names if names and len(loc) == 1 else field_names(model, loc[:-1])
        return with_choices("unknown field", str(loc[-1]), known)
    if kind in ("literal_error", "enum"):
        return _literal(error["input"], str(context["expected"]))
    if kind == "union_tag_invalid":
        return _tag(str(context["tag"]), str(context["expected_tags"]))
    if kind == "union_tag_not_found":
        return f"missing field {context['discriminator']}"
    if kind == "string_too_short" and context["min_length"] == 1:
        return "must not be empty"
    if kind in _TEMPLATES:
        words = {name: _number(value) for name, value in context.items()}
        words |= {"value": shown(error["input"]), "name": loc[-1] if loc else ""}
        return _TEMPLATES[kind].format(**words)
    needed = _needed(kind)
    if needed:
        return needs(needed, error["input"], _field(loc))
    return error["msg"][:1].lower() + error["msg"][1:]


def words_of(error: Exception) -> str:
    """The message of an exception of our own, with its advice."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, str) else str(error)


def needs(needed: str, value: object, field: str = "") -> str:
    """That `needed` must be in place of `value`, with what was probably meant."""
    words = f"needs {needed}, is {shown(value)}"
    if needed == "true or false":
        return truth_advice(words, value)
    if "number" in needed:
        return number_advice(words, field, value)
    first = value[0] if isinstance(value, list) and value else None
    if needed == "named fields" and isinstance(first, dict):
        name = first.get("name") or first.get("id") or next(iter(first), "NAME")
        return f"{words}; write '{name}:' in place of '- ', and its fields below"
    if needed == "named fields" and isinstance(first, str) and re.fullmatch(r"[\w-]+", first):
        return f"{words}; write '{first}: …' for each"
    if needed == "a list" and isinstance(value, str):
        return with_advice(
            words, f"[{value}]", is_certain=not re.search(r"[,:#\[\]{}'\"&*!]", value)
        )
    if needed == "a list" and isinstance(value, dict):
        return f"{words}; put '- ' before the first of them, or [ ] around them"
    return words


def _field(loc: Loc) -> str:
    """The name of the field at a position, also of one of its items."""
    names = [step for step in loc if isinstance(step, str)]
    # Pydantic adds steps for the branches of a union, such as `float`.
    return next((name for name in names[::-1] if has_unit(name)), "")


def _number(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _needed(kind: str) -> str:
    for ending in ("_type", "_parsing", "_from_float", "_parsing_size", "_inexact"):
        if kind.endswith(ending) and kind.removesuffix(ending) in _NEEDS:
            return _NEEDS[kind.removesuffix(ending)]
    return ""


def _literal(value: object, expected: str) -> str:
    known = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    if len(known) == 1:
        return f"must be {known[0]} (is {shown(value)})"
    hint = suggestion(value, known) if isinstance(value, str) else ""
    return f"must be one of {', '.join(known)} (is {shown(value)}){hint}"


def _tag(tag: str, expected: str) -> str:
    known = [word.strip("' ") for word in expected.split(",")]
    return f"unknown '{tag}'{choices(tag, known)}"


def field_names(model: type[BaseModel], loc: Loc) -> list[str]:
    """The names that a field may have at `loc` of `model`, following annotations."""
    reached: list[Any] = [model]
    for step in loc:
        reached = [*_follow(reached, step)]
    found = [member for annotation in reached for _, member in _members(annotation)]
    names = [
        info.alias or key
        for member in found
        if _is_model(member)
        for key, info in member.model_fields.items()
    ]
    return list(dict.fromkeys(names))


def _members(annotation: Any, tag: str = "") -> Iterator[tuple[str, Any]]:
    """The types that an annotation may represent, each with its tag, if any."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        tags = [item.tag for item in metadata if isinstance(item, Tag)]
        yield from _members(inner, tags[0] if tags else tag)
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member, tag)
    else:
        yield tag, annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _follow(reached: Sequence[Any], step: str | int) -> Iterator[Any]:
    """The annotations one step further; a step that is the tag of a union selects its branch."""
    members = [member for annotation in reached for member in _members(annotation)]
    tagged = [
        member
        for tag, member in members
        if step == tag or (len(members) > 1 and step in _literals(member))
    ]
    if tagged:
        yield from tagged
        return
    for _, member in members:
        arguments = get_args(member)
        if get_origin(member) in (dict, Mapping) and isinstance(step, str):
            yield arguments[1]
        elif arguments and isinstance(step, int):
            yield arguments[0]
        elif _is_model(member):
            fields = member.model_fields.items()
            yield from (info.annotation for key, info in fields if step == (info.alias or key))


def _literals(member: Any) -> set[object]:
    """The defaults of a model's tag fields."""
    fields = member.model_fields.values() if _is_model(member) else ()
    return {field.default for field in fields if get_origin(field.annotation) is Literal}
