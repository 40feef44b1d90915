"""What of the grammar, the operations and the families a piece uses, and what there is to use.

Both are sets of sentences, made of the models and registries themselves, so that a new field,
option, operation or family is asked for by being there. A field of few choices (a flag, a list of
words, or null) asks for each of them; any other asks for a value that is not its default.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from approx_build.corpus.preparation import Preparation
from approx_build.families.base import FAMILIES, Family
from approx_build.metric.pace import Pace
from approx_build.metric.time import Time, Unit
from approx_build.ops.base import OPS, GrainOp
from approx_build.plan.graph import Graph, Kind
from approx_build.plan.takes import sampling_of
from approx_build.project.piece import Piece as OpenPiece
from approx_build.score.curve import Curve
from approx_build.score.schema import Movement, Piece
from approx_build.score.source_ref import SourceKind, SourceRef
from approx_build.score.takes import Take
from approx_build.training.model import ModelSpec

REGISTRIES: Mapping[type, Any] = {GrainOp: OPS, Family: FAMILIES}
"""Open sets by the class that stands for them in a field."""
LEFT_OUT = {("Part", "compose")}
"""Generators write events, which are of every kind here; tests/score/generators tests them."""
NOT_OF_A_PIECE = {Kind.EXCERPT}
"""Only a preview has them; tests/e2e/test_preview.py compares their bits with the mix."""
FEW = 3
"""Whole numbers between bounds this close are choices, each to be used."""


def there_is() -> set[str]:
    """Everything that could be used."""
    found = {f"action: {kind.value}" for kind in Kind if kind not in NOT_OF_A_PIECE}
    found |= {f"time: {unit.value}" for unit in Unit}
    for kind in SourceKind:
        found |= {f"source: {kind.value}, whole", f"source: {kind.value}, in part"}
    todo: list[type[BaseModel]] = [Piece, Movement, Preparation]
    for family in FAMILIES:
        todo += [family, family.sampling_model]
        found |= {_way(family, way, kind) for way in family.ways for kind in ("recording", "take")}
        found.add(f"{family.__name__}: by itself")
        if _outlasts_itself(family):
            found.add(f"{family.__name__}: longer than it hears")
    seen = set[type[BaseModel]]()
    while todo:
        if (model := todo.pop()) not in seen:
            seen.add(model)
            for name, field in _fields(model):
                found |= {f"{model.__name__}.{name}: {one}" for one in _choices(field)}
                todo += _models(field.annotation)
    return found


def used(session: OpenPiece) -> set[str]:
    """Everything that a piece uses, its graph as it is in the session."""
    score, catalog = session.score, session.catalog
    found = {*_of_models(score.piece), *_of_graph(session.lowered.graph)}
    takes = list(score.piece.takes.values())
    for movement in score.movements:
        found |= {*_of_models(movement.model)}
        takes += movement.model.takes.values()
        for part in movement.model.parts.values():
            for event in part.events:
                found |= {_source(ref) for ref in event.sources}
    for take in takes:
        found |= {*_of_take(take, catalog.model(take.model))}
    return found


def _of_graph(graph: Graph) -> Iterator[str]:
    for action in graph:
        yield f"action: {action.kind.value}"


def _source(ref: SourceRef) -> str:
    is_part = bool(ref.start_s) or ref.length_s is not None
    return f"source: {ref.kind.value}, {'in part' if is_part else 'whole'}"


def _of_take(take: Take, spec: ModelSpec) -> Iterator[str]:
    """What a take uses of its family, and its model of what there is to declare."""
    family = type(spec.network)
    yield from _of_models(spec.network)
    yield from _of_models(spec.preparation)
    yield from _of_models(sampling_of(spec, take))
    if take.length_s * spec.network.rate > spec.network.receptive_field:
        yield f"{family.__name__}: longer than it hears"
    if take.way is None:
        yield f"{family.__name__}: by itself"
    for _, sound in take.sounds():
        assert take.way is not None
        yield _way(family, take.way, "recording" if sound.recording else "take")


def _outlasts_itself(family: type[Family]) -> bool:
    """Whether takes can be longer than what a sample depends on."""
    network = family.model_validate(family.example["network"])
    longest = network.longest_take
    return longest is None or longest > network.receptive_field


def _way(family: type[Family], way: str, kind: str) -> str:
    return f"{family.__name__}: {way} of a {kind}"


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """The fields of a model that are asked for."""
    fields = model.model_fields.items()
    return [(name, one) for name, one in fields if (model.__name__, name) not in LEFT_OUT]


def _of_models(value: object) -> Iterator[str]:
    """What the models in a value use of their fields."""
    match value:
        case BaseModel():
            for name, field in _fields(type(value)):
                own = getattr(value, name)
                yield from (f"{type(value).__name__}.{name}: {one}" for one in _used(field, own))
                yield from _of_models(own)
        case Mapping():
            for item in value.values():
                yield from _of_models(item)
        case tuple() | list():
            for item in value:
                yield from _of_models(item)
        case Curve():
            yield from (item for time, _ in value.points for item in _of_models(time))
        case Time():
            yield f"time: {value.unit.value}"


def _used(field: FieldInfo, value: object) -> Iterator[str]:
    """The choices of a field that a value makes."""
    choices = _choices(field)
    for item in _items(value):
        if (name := type(item).__name__) in choices:
            yield name
    name = _name(value)
    is_closed = _is_closed(value) or str(value) in _few(field)
    if name in choices and (is_closed or field.is_required() or value != field.get_default()):
        yield name
    if str(value) in choices:
        yield str(value)


def _items(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, tuple) else ()


def _choices(field: FieldInfo) -> set[str]:
    """What can be chosen for a field, each to be used."""
    if few := _few(field):
        return few
    return {one for kind in _alternatives(field.annotation) for one in _of_kind(kind)}


def _few(field: FieldInfo) -> set[str]:
    """The whole numbers that a field takes, where they are few."""
    low = next((one.ge for one in field.metadata if isinstance(one, Ge)), None)
    high = next((one.le for one in field.metadata if isinstance(one, Le)), None)
    if field.annotation is not int or low is None or high is None:
        return set()
    numbers = range(int(low), int(high) + 1)
    return {str(number) for number in numbers} if len(numbers) <= FEW else set()


def _of_kind(kind: Any) -> Iterator[str]:
    """The choices within one alternative of a field."""
    if typing.get_origin(kind) is Literal:
        yield from (str(value) for value in typing.get_args(kind))
    elif kind is type(None):
        yield "null"
    elif kind is bool:
        yield from ("True", "False")
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from (str(member) for member in kind)
    elif kind is Pace:
        return  # what a written step becomes in the graph; no score can ask for one
    elif kind is Curve:
        yield from ("still", "moving")
    elif _members(kind):
        yield from (one.__name__ for one in _members(kind))
    else:
        yield _open_name(typing.get_origin(kind) or kind)
        yield from (one.__name__ for item in typing.get_args(kind) for one in _listed(item))


def _listed(item: Any) -> list[type[BaseModel]]:
    """The models that may stand in a list."""
    return [one for kind in _alternatives(item) for one in _members(kind)]


def _members(kind: Any) -> list[type[BaseModel]]:
    """The models that one alternative stands for: itself, or all of its registry."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return list(REGISTRIES[kind]) if kind in REGISTRIES else [kind]


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Every model that stands in an annotation, however deep."""
    found = _members(annotation)
    for inner in typing.get_args(annotation):
        found += _models(inner)
    return found


def _alternatives(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, what is only said about it left out."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _alternatives(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [kind for one in typing.get_args(annotation) for kind in _alternatives(one)]
    return [annotation]


def _name(value: object) -> str:
    """The choice that a value is."""
    if value is None:
        return "null"
    if isinstance(value, Curve):
        return "moving" if value.is_moving else "still"
    if isinstance(value, BaseModel):
        return type(value).__name__
    return str(value) if _is_closed(value) else _open_name(type(value))


def _is_closed(value: object) -> bool:
    return value is None or isinstance(value, bool | enum.Enum | BaseModel)


def _open_name(kind: Any) -> str:
    return "another number" if kind in (int, float) else f"another {kind.__name__}"
