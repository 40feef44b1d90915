"""Evaluation: takes that are like the corpus are near it, copies are told, nothing else matters."""

from __future__ import annotations

import json

import numpy as np
import pytest

from approx_build.corpus.evaluation import Corpus
from approx_build.corpus.memorisation import Baseline, TrainingSound
from tests.corpus.test_memorisation import RATE, copied, melody, noise

HELD_OUT = 2 * RATE
RECORDINGS = [TrainingSound(f"reeds/{n}", melody(n)) for n in range(3)]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(RECORDINGS, RATE, HELD_OUT)


@pytest.fixture(scope="module")
def baseline(corpus: Corpus) -> Baseline:
    return Baseline.load(corpus.itself()["baseline"])


def test_music_of_the_same_kind_is_as_near_as_what_is_held_out_and_noise_is_far(
    corpus: Corpus, baseline: Baseline
) -> None:
    own = corpus.itself()["measures"]
    kin = corpus.evaluate([melody(60, 3), melody(61, 3)], baseline)["measures"]
    hiss = corpus.evaluate([0.1 * noise(1, 3 * RATE)], baseline)["measures"]
    for name in ("log_spectral_db", "colour_db", "levels_db", "convergence"):
        assert kin[name] < 1.1 * own[name]
    assert hiss["levels_db"] > 10 * own["levels_db"]
    assert hiss["convergence"] > 1.2 * own["convergence"]
    assert kin["harmonicity"] == pytest.approx(own["harmonicity"], abs=0.1)


def test_a_copy_is_memorised_and_kin_is_not(corpus: Corpus, baseline: Baseline) -> None:
    copy = copied(RECORDINGS[1].samples[4_321 : 4_321 + 3 * RATE], -0.5, "copy")
    silence = np.zeros(3 * RATE, np.float32)
    nearest = corpus.evaluate([melody(60, 3), copy, silence], baseline)["nearest"]
    assert [match and match["is_memorised"] for match in nearest] == [False, True, None]
    assert nearest[1]["recording"] == "reeds/1"


def test_what_is_held_out_is_not_searched(corpus: Corpus, baseline: Baseline) -> None:
    held = copied(RECORDINGS[1].samples[-HELD_OUT:], 1, "held")
    (nearest,) = corpus.evaluate([held], baseline)["nearest"]
    assert not nearest["is_memorised"]


def test_it_is_json_and_the_same_again(corpus: Corpus, baseline: Baseline) -> None:
    again = Corpus(RECORDINGS, RATE, HELD_OUT)
    takes = [melody(60, 3)]
    one, other = corpus.evaluate(takes, baseline), again.evaluate(takes, baseline)
    assert json.dumps(one) == json.dumps(other)
    assert corpus.itself() == again.itself()
