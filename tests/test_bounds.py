"""Every number and list of every grammar has bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from approx_build.corpus.consent import Consent
from approx_build.families.base import FAMILIES
from approx_build.ops.base import OPS
from approx_build.score.json_schema import json_schema
from approx_build.training.ledger.entry import LedgerEntry
from approx_build.training.model import declared

Schema = Mapping[str, Any]


def unbounded(schema: Schema, at: str) -> Iterator[str]:
    """Numbers and lists that have not both bounds, by their places in a schema."""
    kind = schema.get("type")
    if kind in ("number", "integer") and not schema.keys() & {"enum", "const"}:
        ends = ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"})
        if not all(schema.keys() & end for end in ends):
            yield at
        if schema.get("exclusiveMinimum") == 0 and kind == "number":
            yield f"{at} may be as small as 1e-308"
    if kind == "array" and "maxItems" not in schema:
        yield f"{at}[]"
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(word, ()):
            yield from unbounded(each, at)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from unbounded(schema[word], f"{at}[]")
    for name, each in schema.get("properties", {}).items():
        yield from unbounded(each, f"{at}.{name}")


def test_every_number_and_list_of_a_score_has_bounds() -> None:
    found = [at for name, one in json_schema()["$defs"].items() for at in unbounded(one, name)]
    assert not found


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_number_of_a_model_has_bounds(family: type[BaseModel]) -> None:
    assert not all_of(declared(family))  # type: ignore[arg-type]


def test_every_number_of_a_consent_has_bounds() -> None:
    assert not all_of(Consent)


def test_every_number_of_the_ledger_has_bounds() -> None:
    # Losses are what they are, lists as long as the training was, settings those of a model.
    free = ("loss", "training", "held_out", "[]", "Settings.")
    assert not [at for at in all_of(LedgerEntry) if not any(word in at for word in free)]


def all_of(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    whole = {"": schema, **schema.get("$defs", {})}
    return [at for name, one in whole.items() for at in unbounded(one, name)]


@pytest.mark.parametrize(
    ("op", "parameters"),
    [
        ("pulse", {"pattern": [0], "every_beats": 1.0e-300, "length_s": 1}),
        ("pulse", {"pattern": [0] * 1024, "every_beats": 0.02, "bpm": 1000, "length_s": 3600}),
        ("scatter", {"density_hz": 2000, "length_s": 3600}),
        ("pulse", {"rate_hz": 1e-308, "length_s": 1}),
        ("pulse", {"steps_per_beat": 1e-308, "length_s": 1}),
    ],
)
def test_grains_are_counted_before_they_are_made(op: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"greater than|grains; at most 1,000,000 are"):
        OPS.get(op).model_validate({"op": op, **parameters})
