"""Manifests: what an action depends on, the key made of it, and what differs between two.

The key is the SHA-256 of the manifest's canonical JSON (see `canonical`), so whatever moves a
key can be shown. An action is given the parameters of its manifest: what the key saw, it gets.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from approx_build.canonical import Json, canonical
from approx_build.errors import BuildError
from approx_build.plan.graph import Action, Kind

SCHEMA: Final = 1
"""Version of the manifest's form; raising it changes every key."""

_RAISED = (Kind.PREPARE, Kind.TRAIN, Kind.CLIP, Kind.MASTER, Kind.FIGURE, Kind.STAGES)
VERSIONS: Final[Mapping[Kind, int]] = {
    **dict.fromkeys(Kind, 1),
    **dict.fromkeys(_RAISED, 2),
    Kind.EVALUATE: 3,
}
"""Version of what each kind of action does; raised when equal manifests would give other bytes."""


class Absent(enum.Enum):
    """Stands for a field that one of two manifests lacks."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
_PLAIN: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a manifest that changed: its path, and the value before and after."""

    field: str
    old: Json | Absent
    new: Json | Absent

    def __str__(self) -> str:
        if self.old is ABSENT:
            return f"{self.field}: {canonical(self.new)} is new"
        if self.new is ABSENT:
            return f"{self.field}: {canonical(self.old)} is gone"
        return f"{self.field}: {canonical(self.old)} -> {canonical(self.new)}"


def manifest(action: Action, digests: Mapping[str, str]) -> dict[str, Json]:
    """All that the result of `action` depends on; `digests` are those of its inputs by role."""
    # A missing input would give a key that does not depend on it: wrong sound, without any error.
    if digests.keys() != action.inputs.keys():
        raise ValueError(f"{action.target}: digests of {set(digests)}, not {set(action.inputs)}")
    try:
        # Through text, so that the action gets the values that a record of it would give.
        params = json.loads(canonical(action.params))
    except ValueError as error:
        message = f"{action.target}: a parameter is not a finite number"
        raise BuildError(message, action.where) from error
    return {
        "schema": SCHEMA,
        "kind": action.kind.value,
        "version": VERSIONS[action.kind],
        "params": params,
        "stream": action.stream,
        "inputs": dict(digests),
    }


def key(manifest: Mapping[str, Json]) -> str:
    """The key of a manifest: 64 hexadecimal digits."""
    return sha256(canonical(manifest).encode()).hexdigest()


def differences(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Difference]:
    """The fields in which two manifests differ, by path; empty exactly when the keys are equal."""
    before, after = dict(fields(old)), dict(fields(new))
    pairs = ((p, before.get(p, ABSENT), after.get(p, ABSENT)) for p in sorted({**before, **after}))
    # As text: in Python 1 == 1.0 == True, but their keys differ.
    return [Difference(path, a, b) for path, a, b in pairs if _text(a) != _text(b)]


def fields(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every number, text, truth value, null and empty container in `value`, with its path."""
    match value:
        case Mapping() if value:
            for name in value:
                yield from fields(value[name], _below(path, name))
        case list() | tuple() if value:
            for index, item in enumerate(value):
                yield from fields(item, f"{path}[{index}]")
        case _:
            yield path, value


def _below(path: str, name: str) -> str:
    # Quoted where plain text would make two fields look like one: {"a.b": …} and {"a": {"b": …}}.
    if not _PLAIN.fullmatch(name):
        return f"{path}[{json.dumps(name)}]"
    return f"{path}.{name}" if path else name


def _text(value: Json | Absent) -> str:
    return "" if value is ABSENT else canonical(value)
