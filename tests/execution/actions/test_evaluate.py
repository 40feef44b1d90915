"""EVALUATE: the corpus beside itself, then takes beside the corpus."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.audio.clip import Clip
from approx_build.execution.actions import evaluate
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.evaluation.test_memorisation import RATE, copied, melody
from tests.execution.actions.contexts import context, path_of

PARAMS = {
    "rate": RATE,
    "split": {"size": 400, "held_out_s": 1.0, "chunk_s": None},
    "recordings": ["reeds/0", "reeds/1", "reeds/still"],
    "search": {"passage_s": 0.5, "hop_s": 0.125, "candidates": 4},
}
SILENT = Clip(np.zeros((1, 0), np.float32), RATE)


def test_takes_are_judged_by_the_baseline_of_the_corpus(store: Store) -> None:
    recordings = {f"prepared.{n:04}": Clip(melody(n, 4)[None], RATE) for n in (0, 1)}
    recordings["prepared.0002"] = SILENT
    made = evaluate.make(context(store, Kind.EVALUATE, PARAMS, recordings))
    corpus = path_of(store, made).read_bytes()
    assert json.loads(corpus)["baseline"]["threshold_s"] == 0.75
    takes = {
        "take.0000": Clip(melody(70, 1.5)[None], RATE),
        "take.0001": Clip(copied(melody(1, 4)[2000:8000], -2, "planted")[None], RATE),
    }
    work = context(store, Kind.EVALUATE, PARAMS, {**recordings, **takes, "corpus": corpus})
    found = json.loads(path_of(store, evaluate.make(work)).read_bytes())
    assert [one["is_memorised"] for one in found["nearest"]] == [False, True]
    assert found["nearest"][1]["recording"] == "reeds/1"
    assert found["measures"]["harmonicity"] > 0.8


def test_two_channels_are_measured_as_their_mean(store: Store) -> None:
    def wide(sound: NDArray[np.float32]) -> Clip:
        return Clip(np.stack([1.5 * sound, 0.5 * sound]), RATE)

    found = []
    for clip in (wide, lambda sound: Clip(sound[None], RATE)):
        inputs = {f"prepared.{n:04}": clip(melody(n, 4)) for n in (0, 1)}
        params = PARAMS | {"recordings": ["reeds/0", "reeds/1"]}
        corpus = path_of(store, evaluate.make(context(store, Kind.EVALUATE, params, inputs)))
        more = {"take.0000": clip(melody(70, 1.5)), "corpus": corpus.read_bytes()}
        made = evaluate.make(context(store, Kind.EVALUATE, params, inputs | more))
        found.append(json.loads(path_of(store, made).read_bytes())["measures"])
    assert found[0] == pytest.approx(found[1], abs=1e-3)


def test_what_is_held_out_is_what_the_training_holds_out(store: Store) -> None:
    """Of each chunk its end; a recording too short for that is trained on whole."""
    sounds = {"prepared.0000": melody(0, 4), "prepared.0001": melody(1, 1.2)}
    params = PARAMS | {
        "recordings": ["reeds/0", "reeds/1"],
        "split": {"size": RATE, "held_out_s": 0.5, "chunk_s": 2.0},
    }
    inputs = {role: Clip(sound[None], RATE) for role, sound in sounds.items()}
    corpus = path_of(store, evaluate.make(context(store, Kind.EVALUATE, params, inputs)))
    takes = {
        "take.0000": Clip(melody(0, 4)[None, 2 * RATE : 3 * RATE], RATE),
        "take.0001": Clip(melody(0, 4)[None, 3 * RATE :], RATE),
        "take.0002": Clip(melody(1, 1.2)[None, RATE // 5 :], RATE),
    }
    more = {**takes, "corpus": corpus.read_bytes()}
    made = evaluate.make(context(store, Kind.EVALUATE, params, inputs | more))
    second, held_out, short = json.loads(path_of(store, made).read_bytes())["nearest"]
    assert (second["recording"], second["recording_at_s"] - second["at_s"]) == ("reeds/0", 2.0)
    assert second["copied_s"] == 1.0
    assert held_out["copied_s"] < 1.0
    assert (short["recording"], short["copied_s"]) == ("reeds/1", 1.0)
