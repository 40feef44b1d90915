"""`store sizes`: every byte is counted once, by kind, and with each piece that holds it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approx_build.store.census import files
from tests.space import Space

FOAM = "pieces/tide/1-foam.yaml"


def sizes(space: Space) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(space.run("store", "sizes", "--json").out)
    return found


@pytest.fixture
def festival(built: Space) -> Space:
    """Two pieces that share most of their sound."""
    score = (built.root / "pieces/tide.yaml").read_text()
    built.write("pieces/ebb.yaml", score.replace("piece: tide", "piece: ebb"))
    built.run("render", "pieces/ebb.yaml")
    built.edit(FOAM, "gain_db: -6, through", "gain_db: -5, through")
    built.render()
    return built


def test_all_bytes_are_counted_once_by_kind(festival: Space) -> None:
    sizes(festival)  # remembers the files of the project
    found = sizes(festival)
    every = [one.size for path, one in files(festival.root / ".approx") if path.name != "use"]
    assert found["bytes"] == sum(every)
    parts = [*found["objects"].values(), *found["others"].values()]
    assert sum(one["bytes"] for one in parts) == found["bytes"]
    assert found["objects"]["take"]["count"] == 8
    assert found["others"]["records"]["count"] == len(
        list((festival.root / ".approx/records").glob("*/*"))
    )


def test_pieces_share_what_several_hold(festival: Space) -> None:
    found = sizes(festival)
    shares = {one["name"]: one for one in found["shares"]}
    assert set(shares) == {"models/tiny.yaml", "pieces/ebb.yaml", "pieces/tide.yaml"}
    tide, ebb = shares["pieces/tide.yaml"], shares["pieces/ebb.yaml"]
    # Ebb was not rendered since the edit: its lock holds what it was, its score what it will be.
    assert tide["shared"]["bytes"] == tide["bytes"]
    assert ebb["shared"]["bytes"] == tide["bytes"] < ebb["bytes"]
    # No lock pins numbers and pictures: those of before the edit are nobody's, and young.
    assert found["unneeded"]["count"] == 5
    assert found["freed"] == 0
    held = tide["bytes"] + ebb["bytes"]
    objects = sum(one["bytes"] for one in found["objects"].values())
    assert objects < held < 2 * objects


def test_people_read_a_table(festival: Space) -> None:
    lines = festival.run("store", "sizes").out.splitlines()
    assert lines[0] == "objects, by kind of action"
    assert any(line.startswith("  pieces/ebb.yaml ") and "shared" in line for line in lines)
    assert lines[-1].endswith("`store gc` would free 0 B")
    festival.edit(FOAM, "length: 1.5", "length: wrong")
    said = festival.run("store", "sizes").out
    assert "has faults: pieces/tide/1-foam.yaml:3:9: length" in said
