"""EVALUATE: the corpus beside itself, then takes beside the corpus."""

from __future__ import annotations

import json

from approx_build.audio.clip import Clip
from approx_build.build.kinds import evaluate
from approx_build.plan.graph import Kind
from approx_build.store.store import Store
from tests.build.kinds.desks import desk, path_of
from tests.corpus.test_memorisation import RATE, copied, melody

PARAMS = {
    "rate": RATE,
    "held_out": RATE,
    "recordings": ["reeds/0", "reeds/1"],
    "search": {"passage_s": 0.5, "hop_s": 0.125, "candidates": 4},
}


def test_takes_are_judged_by_the_baseline_of_the_corpus(store: Store) -> None:
    recordings = {f"recording.{n:04}": Clip(melody(n, 4)[None], RATE) for n in (0, 1)}
    made = evaluate.make(desk(store, Kind.EVALUATE, PARAMS, recordings))
    corpus = path_of(store, made).read_bytes()
    assert json.loads(corpus)["baseline"]["threshold_s"] == 0.75
    takes = {
        "take.0000": Clip(melody(70, 1.5)[None], RATE),
        "take.0001": Clip(copied(melody(1, 4)[2000:8000], -2, "planted")[None], RATE),
    }
    work = desk(store, Kind.EVALUATE, PARAMS, {**recordings, **takes, "corpus": corpus})
    found = json.loads(path_of(store, evaluate.make(work)).read_bytes())
    assert [one["is_memorised"] for one in found["nearest"]] == [False, True]
    assert found["nearest"][1]["recording"] == "reeds/1"
    assert found["measures"]["harmonicity"] > 0.8
