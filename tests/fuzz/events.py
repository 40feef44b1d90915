"""Events of every operation, their parameters to their bounds, on short ranges of recordings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

from approx_build.ops.base import OPS
from tests.fuzz.trees import Pool, Tree, mutated

LENGTH_S = 2.0
SOURCES = ("etude/reed", "etude/bell", "etude/drum", "etude/hum")
RANGES_S = (0.001, 0.002, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2)
PATTERNS: list[Tree] = ["x", "x..X", "E(3,8)", "E(1024,1024)", "X-|x"]
PATTERNS += [[0], [0, 0.5, {"beat": 0.75}]]


def event_score(pool: Pool, random: Random) -> Tree:
    """A movement of two seconds with some events; now and then mutated besides."""
    events = [event(random) for _ in range(random.randint(1, 3))]
    parts = {"a": {"gain_db": -6, "events": events}}
    tree: Tree = {"score": 1, "movement": "x", "length": LENGTH_S, "parts": parts}
    return mutated(tree, pool, random, 1) if random.random() < 0.2 else tree


def event(random: Random) -> dict[str, Tree]:
    """An event that may be right."""
    names = sorted(OPS.names())
    name = random.choice(names)
    source: dict[str, Tree] = {"recording": random.choice(SOURCES)}
    if random.random() < 0.9:
        source |= {"start_s": random.choice([0, 0.01, 0.1]), "length_s": random.choice(RANGES_S)}
    made = {name: {"from": [source], **parameters(name, random)}}
    through = [{each: parameters(each, random)} for each in random.choices(names, k=2)]
    placed: dict[str, Tree] = {"at": random.choice([0, 0.5, "0:01", "bar 1.2"])}
    if random.random() < 0.3:
        placed["gain_db"] = random.choice([-120, 40, [[0, -20], [0.001, 3]]])
        placed["fade_in_s"] = random.choice([0, 0.001, 0.01])
    return {**placed, **made, "through": through[: random.choice([0, 0, 0, 1, 2])]}


def parameters(name: str, random: Random) -> dict[str, Tree]:
    """Parameters of an operation, each within its bounds."""
    schema = OPS.get(name).model_json_schema()
    given = {field: one for field, one in schema["properties"].items() if field != "op"}
    needed = set(schema.get("required", ()))
    return {
        field: random.choice(PATTERNS) if field == "pattern" else _value(field, one, random)
        for field, one in given.items()
        if field in needed or field == "length_s" or random.random() < 0.3
    }


def _value(name: str, schema: Mapping[str, Any], random: Random) -> Tree:
    ways = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    one = random.choice(ways)
    if "enum" in one:
        return random.choice(one["enum"])
    if one.get("type") == "boolean":
        return random.random() < 0.5
    low = one.get("minimum", one.get("exclusiveMinimum", 0))
    high = one.get("maximum", one.get("exclusiveMaximum", 1))
    if one.get("type") == "integer":
        return random.choice([low, high, random.randint(low, high), schema.get("default", low)])
    if name == "length_s":
        high = min(high, 2 * LENGTH_S)  # an hour is as right, and takes minutes
    between = random.uniform(low, high)
    if low > 0:
        between = math.exp(random.uniform(math.log(low), math.log(high)))
    value = random.choice([low, min(high, 1.5), high, schema.get("default"), between, between])
    return low if value is None else value
