"""The desk: inputs by role, results into the store."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from approx_build.audio import wav
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.execution.actions.contexts import context, path_of, ramp


def test_inputs_come_in_the_order_of_their_roles(store: Store) -> None:
    inputs = {"clip.00010": b"ten", "clip.00002": b"two", "other": b"no"}
    found = context(store, Kind.EVENT, {}, inputs).inputs("clip")
    assert [path.read_bytes() for path in found] == [b"two", b"ten"]


def test_files_are_named_as_people_know_them(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bell.wav"
    path.write_bytes(b"sound")
    at = context(store, Kind.CLIP, {}, {"source": path, "made": b"x"})
    assert at.input("source") == path
    assert (at.name("source"), at.name("made")) == ("bell.wav", "made/made")


def test_values_are_kept_as_canonical_json(store: Store) -> None:
    at = context(store, Kind.MEASURE, {})
    one = at.keep_json({"b": 1, "a": "é"}, seen=3)
    assert path_of(store, one).read_bytes() == '{"a":"é","b":1}'.encode()
    assert one.facts == {"seen": 3}
    assert at.keep_json({"a": "é", "b": 1}).outputs == one.outputs
    again = context(store, Kind.MEASURE, {}, {"value": path_of(store, one).read_bytes()})
    assert again.json_input("value") == {"a": "é", "b": 1}


def test_clips_are_kept_with_what_they_are(store: Store) -> None:
    made = context(store, Kind.EVENT, {}).keep_clip(ramp(100, channels=2), peak=0.5)
    assert made.facts == {"peak": 0.5, "rate": 8000, "channels": 2, "samples": 100}
    assert np.array_equal(wav.read(path_of(store, made)).data, ramp(100, channels=2).data)
    assert json.dumps(dict(made.facts))


def test_params_options_and_stream_are_the_actions(store: Store, tmp_path: Path) -> None:
    at = context(store, Kind.STEM, {"rate": 8000}, options={"name": "part p"}, root=tmp_path)
    assert (at.params["rate"], at.options["name"], at.root) == (8000, "part p", tmp_path)
    assert at.stream == "00112233445566778899aabbccddeeff"
