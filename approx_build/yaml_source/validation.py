"""Validation: data read into models, with every problem gathered at its position."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from approx_build.errors import MOST_FOUND, Fault, ScoreError
from approx_build.yaml_source.document import Source
from approx_build.yaml_source.messages import message_of, words_of
from approx_build.yaml_source.node import Loc, Value

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Problem = tuple[Loc, str, bool]
"""Position, message, and whether the key is wrong rather than the value."""
_MEANT = "did you mean '"


def validate(model: type[M], source: Source) -> M:
    """`source` as a `model`; ScoreError with all its faults, each at its line.

    Values are strict: no text for a number, no number for a truth value. Lists are accepted for
    tuples, and ISO text for dates.
    """
    try:
        read = strictly(model, source.data)
    except ValidationError as error:
        found = [source.fault(*problem) for problem in problems_of(error, model, source.data)]
        raise ScoreError(in_order(without_echoes(source.faults, found))) from None
    if source.faults:
        raise ScoreError(source.faults)
    return read


class Patience:
    """The number of problems that a reader looks for in one file; it does not read beyond them."""

    def __init__(self) -> None:
        self._left = MOST_FOUND

    @property
    def is_over(self) -> bool:
        """Whether so many problems were found that the rest does not matter."""
        return self._left <= 0

    def spend(self, count: int) -> None:
        """Note that this many problems were found."""
        self._left -= count


def strictly(model: type[M], data: Value, patience: Patience | None = None) -> M:
    """`data` as a `model` by pydantic's strict rules for JSON; validators get the patience."""
    # Through JSON: only there does strict mode accept a list for a tuple and text for a date.
    return model.model_validate_json(json.dumps(data), strict=True, context=patience)


def without_echoes(structural: Sequence[Fault], found: Sequence[Fault]) -> list[Fault]:
    """All faults, except those found at the place of a structural fault, which explains them."""
    places = {fault.where for fault in structural}
    return [*structural, *(fault for fault in found if fault.where not in places)]


def in_order(faults: list[Fault]) -> list[Fault]:
    """Faults in the order of files and lines, without repetitions."""
    return sorted(dict.fromkeys(faults), key=lambda f: (f.where.path, f.where.line, f.where.column))


def problems_of(
    error: ValidationError, model: type[BaseModel], data: Value, names: Sequence[str] = ()
) -> list[Problem]:
    """The problems in `error` about `data`; those of one position, the branches of a union, as one.

    A misspelt field is reported once, not as missing, too. After MOST_FOUND no more are read.
    """
    single: list[Problem] = []
    branches: dict[tuple[Loc, bool], dict[Loc, list[str]]] = {}
    for detail in error.errors(include_url=False)[:MOST_FOUND]:
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # pydantic does not count items that have faults of their own
        words, written = message_of(detail, model, names), detail["loc"]
        is_key = detail["type"] == "extra_forbidden" or written[-1:] == ("[key]",)
        if detail["type"] == "fault":
            is_key = bool(detail["ctx"]["is_key"])
        loc = _in_data(written, data)
        is_whole = loc == written
        # The missing field has no position, so the fault points at the mapping around it.
        if detail["type"] == "missing":
            loc, written = loc[:-1], written[:-1]
        if is_whole:
            single.append((loc, words, is_key))
        else:
            branch = branches.setdefault((loc, is_key), {})
            branch.setdefault(written, []).append(words)
    for (loc, is_key), found in branches.items():
        single += [(loc, words, is_key) for words in _joined(list(found.values()))]
    return _without_echoes(single)


def _without_echoes(problems: list[Problem]) -> list[Problem]:
    """Problems without `missing field 'x'` if a neighbouring one asks `did you mean 'x'?`."""
    meant = {
        # A suggestion ends in `'?`.
        (loc[:-1], f"missing field '{words.rpartition(_MEANT)[2][:-2]}'")
        for loc, words, is_key in problems
        if is_key and _MEANT in words
    }
    return [problem for problem in problems if problem[:2] not in meant]


def _joined(branches: list[list[str]]) -> list[str]:
    """The message of one branch of a union, or those of several as one sentence.

    `needs a number, is 'x'` and `needs a list, is 'x'` become `needs a number or a list, …`.
    """
    if len(branches) == 1:
        return branches[0]
    each = list(dict.fromkeys(words for branch in branches for words in branch))
    if len(each) > 1 and all(text.startswith("needs ") and ", is " in text for text in each):
        needs = [text.removeprefix("needs ").rpartition(", is ")[0] for text in each]
        return [f"needs {' or '.join(needs)}, is {each[0].rpartition(', is ')[2]}"]
    return ["; or ".join(each)]


def _in_data(loc: Loc, data: Value) -> Loc:
    """`loc` without the steps that pydantic adds for unions and keys, which are not in `data`."""
    return _longest_way(loc, data)[2]


def _longest_way(loc: Loc, data: Value) -> tuple[int, bool, Loc]:
    """Number of steps of the way in `data`, whether it has the last step of `loc`, and the way.

    A tag may have the name of a field, so of all ways to leave out steps the longest is used; of
    equal ones, the one that keeps the last step.
    """
    if not loc:
        return 0, False, ()
    step, rest = loc[0], loc[1:]
    ways = [_longest_way(rest, data)]
    if isinstance(data, dict) and step in data:
        ways.append(_after(step, rest, data[str(step)]))
    elif isinstance(data, list) and isinstance(step, int) and step < len(data):
        ways.append(_after(step, rest, data[step]))
    elif not rest and isinstance(data, dict) and step != "[key]":
        ways.append((0, True, (step,)))
    return max(ways, key=lambda way: way[:2])


def _after(step: str | int, rest: Loc, data: Value) -> tuple[int, bool, Loc]:
    count, has_last, way = _longest_way(rest, data)
    return count + 1, has_last or not rest, (step, *way)


class Problems:
    """Problems of one value that a model's validator reads itself.

    Add problems, attempt models, then call `close`, which raises all of them together; pydantic
    puts the position of the value before theirs.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self._found: list[InitErrorDetails] = []
        self._patience = patience or Patience()
        if self._patience.is_over:
            self.add((), "not read, because so much before it is wrong")
            self.close()

    def add(self, loc: Loc, message: str, is_key: bool = False) -> None:
        """Note `message` at `loc`, relative to the value being read."""
        words = {"words": message, "is_key": is_key}
        fault = PydanticCustomError("fault", "{words}", words)
        self._found.append(InitErrorDetails(type=fault, loc=loc, input=None))

    def attempt(self, loc: Loc, model: type[M], data: Value, names: Sequence[str] = ()) -> M | None:
        """`data` at `loc` as a `model`; None if it is not one.

        `names` are the fields that are allowed beside it, if they are not the model's.
        """
        try:
            return strictly(model, data)
        except ValidationError as error:
            for where, message, is_key in problems_of(error, model, data, names):
                self.add((*loc, *where), message, is_key)
        return None

    def call(self, loc: Loc, read: Callable[[object], T], data: object) -> T | None:
        """The result of a function for `data` at `loc`; None if it raises ValueError."""
        try:
            return read(data)
        except ValueError as error:
            self.add(loc, words_of(error))
        return None

    def close(self) -> None:
        """Raise all problems, if there are any."""
        if self._found:
            self._patience.spend(len(self._found))
            raise ValidationError.from_exception_data("score", self._found)
