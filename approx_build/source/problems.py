"""Data read into models, every problem gathered at its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from approx_build.errors import Fault, ScoreError
from approx_build.source.document import Source
from approx_build.source.node import Loc, Value
from approx_build.source.wording import worded

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Problem = tuple[Loc, str, bool]
"""Where, what, and whether it is the key rather than the value that is wrong."""


def validate(model: type[M], source: Source) -> M:
    """`source` as a `model`; ScoreError with all its faults, each at its line.

    Values are taken strictly: no text for a number, no number for a truth value. Lists serve
    tuples, and ISO text serves dates.
    """
    try:
        read = strictly(model, source.data)
    except ValidationError as error:
        found = [source.fault(*problem) for problem in problems_of(error, model, source.data)]
        raise ScoreError(in_order([*source.faults, *found])) from None
    if source.faults:
        raise ScoreError(source.faults)
    return read


def strictly(model: type[M], data: Value) -> M:
    """`data` as a `model` by pydantic's strict rules for JSON."""
    return model.model_validate_json(json.dumps(data), strict=True)


def in_order(faults: list[Fault]) -> list[Fault]:
    """Faults in the order of their files' lines, each once."""
    return sorted(dict.fromkeys(faults), key=lambda f: (f.where.path, f.where.line, f.where.column))


def problems_of(
    error: ValidationError, model: type[BaseModel], data: Value, names: Sequence[str] = ()
) -> list[Problem]:
    """What `error` found in `data`; those of one place, the branches of a union, as one."""
    found: dict[tuple[Loc, bool], list[str]] = {}
    for detail in error.errors(include_url=False):
        words = worded(detail, model, names)
        loc = _in_data(detail["loc"], data)
        is_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
        if detail["type"] in ("missing", "union_tag_not_found"):
            loc = _in_data(detail["loc"][:-1], data) if detail["type"] == "missing" else loc
        if detail["type"] == "fault":
            is_key = bool(detail["ctx"]["is_key"])
        found.setdefault((loc, is_key), []).append(words)
    return [(loc, _joined(words), is_key) for (loc, is_key), words in found.items()]


def _joined(words: list[str]) -> str:
    """`needs a number, is 'x'` and `needs a list, is 'x'` as one sentence."""
    each = list(dict.fromkeys(words))
    if len(each) > 1 and all(text.startswith("needs ") and ", is " in text for text in each):
        needs = [text.removeprefix("needs ").rpartition(", is ")[0] for text in each]
        return f"needs {' or '.join(needs)}, is {each[0].rpartition(', is ')[2]}"
    return "; or ".join(each)


def _in_data(loc: Loc, data: Value) -> Loc:
    """`loc` without the steps pydantic adds for unions and keys, which are not in `data`."""
    kept: list[str | int] = []
    for index, step in enumerate(loc):
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif index < len(loc) - 1 or not isinstance(data, dict) or step == "[key]":
            continue
        kept.append(step)
    return tuple(kept)


class Problems:
    """What is wrong with one value that is read by hand inside a model's validator.

    Add problems, attempt models, then `close`, which raises all of them together; pydantic
    puts the place of the value before theirs.
    """

    def __init__(self) -> None:
        self._found: list[InitErrorDetails] = []

    def add(self, loc: Loc, message: str, is_key: bool = False) -> None:
        """Note `message` at `loc`, counted from the value being read."""
        words = {"words": message, "is_key": is_key}
        fault = PydanticCustomError("fault", "{words}", words)
        self._found.append(InitErrorDetails(type=fault, loc=loc, input=None))

    def attempt(self, loc: Loc, model: type[M], data: Value, names: Sequence[str] = ()) -> M | None:
        """`data`, which stands at `loc`, as a `model`; None when it is not one.

        `names` are the fields that may stand beside it, when those are not the model's.
        """
        try:
            return strictly(model, data)
        except ValidationError as error:
            for where, message, is_key in problems_of(error, model, data, names):
                self.add((*loc, *where), message, is_key)
        return None

    def call(self, loc: Loc, read: Callable[[object], T], data: object) -> T | None:
        """`data`, which stands at `loc`, by a function that raises ValueError; None if it does."""
        try:
            return read(data)
        except ValueError as error:
            self.add(loc, str(error))
        return None

    def close(self) -> None:
        """Raise what was found, if anything."""
        if self._found:
            raise ValidationError.from_exception_data("score", self._found)
