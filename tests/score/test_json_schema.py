from __future__ import annotations

import copy
from typing import Any

import pytest

from approx_build.ops.base import OPS
from approx_build.score.json_schema import json_schema
from approx_build.yaml_source import read_source
from tests.score.scores import Project
from tests.score.test_fuzz import MOVEMENT

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json_schema()


def is_valid(data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(data))


@pytest.fixture
def movement(project: Project) -> dict[str, Any]:
    """A movement that uses the whole grammar, as plain data."""
    data = read_source(project.write("m.yaml", MOVEMENT), "m").data
    return copy.deepcopy(data)  # type: ignore[return-value]


def test_it_is_a_schema_and_knows_every_operation() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name in OPS.names():
        assert "from" in SCHEMA["$defs"][f"event.{name}"]["required"]
        assert "op" not in SCHEMA["$defs"][f"through.{name}"]["properties"]


def test_every_reference_leads_somewhere() -> None:
    def refs(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return set().union(*map(refs, schema))
        if not isinstance(schema, dict):
            return set()
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*map(refs, schema.values()))

    assert refs(SCHEMA) == {f"#/$defs/{name}" for name in SCHEMA["$defs"]}


def test_good_scores_are_valid(movement: dict[str, Any]) -> None:
    assert is_valid(movement)
    assert is_valid({"piece": "tide", "movements": ["a.yaml"], "output": {"rate": 48000}})


def test_what_loading_refuses_is_invalid(movement: dict[str, Any]) -> None:
    assert not is_valid({"piece": "tide"})
    for change in (
        lambda m: m.update(colour="red"),
        lambda m: m.pop("length"),
        lambda m: m["takes"]["fog"].update(length_s=0),
        lambda m: m["takes"].update({"Big Fog": m["takes"]["fog"]}),
        lambda m: m["parts"]["machine"]["events"][0].update(hald={}),
        lambda m: m["parts"]["machine"]["events"][0].update(play={"from": "fog"}),
        lambda m: m["parts"]["machine"]["events"][0].pop("hold"),
        lambda m: m["parts"]["machine"]["events"][0]["hold"].pop("from"),
        lambda m: m["parts"]["machine"]["events"][1].update(through=["hald"]),
        lambda m: m["cues"][0].pop("text"),
        lambda m: m.update(meter=[{"at": 0, "meter": "4/5"}]),
    ):
        bad = copy.deepcopy(movement)
        change(bad)
        assert not is_valid(bad)


def test_lengths_choices_templates_and_sections_are_valid(movement: dict[str, Any]) -> None:
    hold = {"from": "fog", "every": "1/8", "length": "2 bars", "rate_hz": {"choose": [3, 6]}}
    events = [
        {"at": "B + 1/4", "id": "a", "hold": hold, "fade_in": "1/8"},
        {"after": "a + 1 beat", "until": "B", "scatter": {"from": "fog", "length_s": 3}},
    ]
    movement["sections"] = {"B": "bar 9"}
    movement["parts"]["like"] = {"like": "machine", "events": events}
    assert is_valid(movement)
    for wrong in (
        {"hold": {"from": "fog"}},
        {"hold": {**hold, "length": [1]}},
        {"hold": {**hold, "rate_hz": {"choose": []}}},
        {"hold": {**hold, "rate_hz": {"choose": [3], "weights": [0]}}},
    ):
        movement["parts"]["like"]["events"] = [{"at": 0, **wrong}]
        assert not is_valid(movement)
