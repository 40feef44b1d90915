"""The étude from nothing makes the bytes that are pinned; a difference is found where it begins."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from approx_build.plan.graph import Action, Graph, Kind
from approx_build.project.verify import environment
from tests.etude import pins
from tests.etude.study import ROOT, Made, is_compared, pieces, study
from tests.etude.usage import NOT_OF_A_PIECE

SECONDS, MOST_ACTIONS = (10, 30), 1000
"""What keeps it cheap: some 5 s of CPU from an empty store."""


def run(*words: str, capped: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    env = {**environment(capped), "PYTHONPATH": os.fspath(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("jobs", "capped"),
    [(1, False), (3, False), (2, True)],
    ids=["one job", "three jobs", "the plainest instructions"],
)
def test_every_action_makes_what_is_pinned(jobs: int, capped: bool) -> None:
    done = run("tests.etude.pins", "--jobs", str(jobs), capped=capped)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("piece", pieces(), ids=lambda piece: piece.stem)
def test_a_user_verifies_it_against_its_lock(piece: Path, tmp_path: Path) -> None:
    words = ("verify", str(piece), "--capped", "--store", str(tmp_path / "store"))
    done = run("approx_build", *words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_stays_short() -> None:
    graphs, length_s = [], 0.0
    for piece in pieces():
        session = study(piece)
        graphs.append(session.lowered.graph)
        length_s += float(sum(one.length for one in session.score.movements))
        length_s += (len(session.score.movements) - 1) * session.score.piece.gap_s
    assert SECONDS[0] <= length_s <= SECONDS[1]
    assert sum(map(len, graphs)) <= MOST_ACTIONS


def test_every_action_is_pinned_and_nothing_else() -> None:
    pinned = pins.read()
    assert list(pinned) == [pins.PROBED, *(piece.stem for piece in pieces())]
    for piece in pieces():
        graph = study(piece).lowered.graph
        compared = {a.target for a in graph if is_compared(a)}
        assert set(pinned[piece.stem]) == compared, "run: just bits"


def test_every_kind_of_action_is_compared() -> None:
    graphs = [study(piece).lowered.graph for piece in pieces()]
    kinds = set(Kind) - NOT_OF_A_PIECE
    assert {action.kind for graph in graphs for action in graph} == kinds
    compared = {a.kind for graph in graphs for a in graph if is_compared(a)}
    assert compared == kinds


STEP = {"params": {"op": "hold"}, "version": 2}


@pytest.fixture
def graph() -> Graph:
    """A clip, an event of it, and a stem of that."""
    graph = Graph()
    clip = graph.add(Action("clip", Kind.CLIP, {}, {"source": graph.add_leaf("a.wav")}))
    event = graph.add(Action("event", Kind.EVENT, {"chain": [STEP]}, {"source.0": clip}))
    graph.add(Action("stem", Kind.STEM, {}, {"event.0": event}))
    return graph


PINNED = {"clip": Made("k1", "d1"), "event": Made("k2", "d2"), "stem": Made("k3", "d3")}


def test_nothing_differs_from_itself(graph: Graph) -> None:
    assert pins.differences(graph, PINNED, PINNED) == ([], 0)


def test_a_version_that_was_not_raised_is_found_where_it_begins(graph: Graph) -> None:
    found = {**PINNED, "event": Made("k2", "x"), "stem": Made("x", "x")}
    (one,), follows = pins.differences(graph, PINNED, found)
    assert follows == 1
    assert one.is_stale
    assert str(one) == (
        "event (event, hold 2): the same key, and other bytes: raise the version of what changed"
    )


def test_a_version_that_was_raised_is_no_stale_key(graph: Graph) -> None:
    found = {**PINNED, "event": Made("x", "x"), "stem": Made("x", "x")}
    (one,), _ = pins.differences(graph, PINNED, found)
    assert not one.is_stale
    assert str(one) == "event (event, hold 2): another key, and other bytes"


def test_two_differences_in_a_row_are_one_and_what_follows(graph: Graph) -> None:
    found = {t: replace(one, digest="x") for t, one in PINNED.items()}
    own, follows = pins.differences(graph, PINNED, found)
    assert ([one.action.target for one in own], follows) == (["clip"], 2)


def test_an_action_that_is_not_pinned_is_a_difference(graph: Graph) -> None:
    few = {t: one for t, one in PINNED.items() if t != "stem"}
    (one,), _ = pins.differences(graph, few, PINNED)
    assert str(one) == "stem (stem): is not pinned"


def test_pins_survive_their_file(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    pins.write({"a": PINNED, "b": {}}, path)
    assert pins.read(path) == {"a": PINNED, "b": {}}
    assert pins.read(tmp_path / "none.json") == {}
