"""Inputs: leaves hashed once, and actions given what their key saw."""

from __future__ import annotations

import math
from hashlib import sha256
from pathlib import Path

import pytest

from approx_build.errors import StoreError
from approx_build.execution.inputs import Inputs
from approx_build.files.readlog import ReadLog
from approx_build.plan.graph import Action, Graph, Kind
from approx_build.store.records import Record
from approx_build.store.store import Store

LA = sha256(b"la").hexdigest()


def test_work_has_digests_files_and_the_params_of_its_key(store: Store, tmp_path: Path) -> None:
    (tmp_path / "phrase.flac").write_text("la")
    graph = Graph()
    leaf = graph.add_leaf("phrase.flac")
    action = Action(
        "stem", Kind.STEM, {"pan": -0.0, "x": (1, 2)}, {"sound": leaf, "event": "event"}
    )
    inputs = Inputs(graph, tmp_path, ReadLog())
    event = Record("k", {}, {"main": "ab" * 32})
    assert not inputs.are_known(action, {})
    assert inputs.are_known(action, {"event": event})
    work = inputs.work(action, {"event": event}, size=2.0)
    assert work.digests == {"sound": LA, "event": "ab" * 32}
    assert work.path("sound", store) == tmp_path / "phrase.flac"
    assert work.path("event", store) == store.objects.path("ab" * 32)
    assert work.action.params == {"pan": 0.0, "x": [1, 2]}
    assert math.copysign(1.0, work.action.params["pan"]) == 1.0  # type: ignore[arg-type]
    assert work.size == 2.0


def test_a_leaf_is_what_it_was_when_it_was_first_asked_for(tmp_path: Path) -> None:
    (tmp_path / "phrase.flac").write_text("la")
    graph = Graph()
    leaf = graph.add_leaf("phrase.flac")
    inputs = Inputs(graph, tmp_path, ReadLog())
    assert inputs.leaf(leaf).digest == LA
    (tmp_path / "phrase.flac").write_text("lo")
    assert inputs.leaf(leaf).digest == LA


def test_a_leaf_is_what_planning_has_read(tmp_path: Path) -> None:
    (tmp_path / "phrase.flac").write_text("la")
    graph, log = Graph(), ReadLog()
    leaf = graph.add_leaf("phrase.flac")
    log.reading(tmp_path / "phrase.flac")
    (tmp_path / "phrase.flac").write_text("lo")
    found = Inputs(graph, tmp_path, log).leaf(leaf)
    assert found.digest == LA
    assert not found.reading.is_unchanged(found.path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    graph = Graph()
    leaf = graph.add_leaf("gone.flac")
    with pytest.raises(StoreError, match=r"gone\.flac cannot be read: no such file"):
        Inputs(graph, tmp_path, ReadLog()).leaf(leaf)
