"""Evaluation: takes that are like the corpus are near it, copies are told, nothing else matters."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approx_build.corpus.windows import Part, split
from approx_build.evaluation.comparison import Corpus, stretch
from approx_build.evaluation.memorisation import Baseline
from tests.evaluation.test_memorisation import RATE, copied, melody, noise

HELD_OUT = 2 * RATE
PARTS = [Part(f"reeds/{n}", melody(n)[None]) for n in range(3)]
SPLIT = split(PARTS, RATE, size=RATE, held_out_s=2.0)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(SPLIT, RATE)


@pytest.fixture(scope="module")
def baseline(corpus: Corpus) -> Baseline:
    return Baseline.load(corpus.itself()["baseline"])


def test_music_of_the_same_kind_is_as_near_as_what_is_held_out_and_noise_is_far(
    corpus: Corpus, baseline: Baseline
) -> None:
    own = corpus.itself()["measures"]
    kin = corpus.evaluate([melody(60, 3)[None], melody(61, 3)[None]], baseline)["measures"]
    hiss = corpus.evaluate([0.1 * noise(1, 3 * RATE)[None]], baseline)["measures"]
    for name in ("log_spectral_db", "colour_db", "levels_db", "convergence"):
        assert kin[name] < 1.1 * own[name]
    assert hiss["levels_db"] > 10 * own["levels_db"]
    assert hiss["convergence"] > 1.2 * own["convergence"]
    assert kin["harmonicity"] == pytest.approx(own["harmonicity"], abs=0.1)


def test_a_copy_is_memorised_and_kin_is_not(corpus: Corpus, baseline: Baseline) -> None:
    copy = copied(melody(1)[4_321 : 4_321 + 3 * RATE], -0.5, "copy")
    silence = np.zeros(3 * RATE, np.float32)
    takes = [sound[None] for sound in (melody(60, 3), copy, silence)]
    nearest = corpus.evaluate(takes, baseline)["nearest"]
    assert [match and match["is_memorised"] for match in nearest] == [False, True, None]
    assert nearest[1]["recording"] == "reeds/1"


def test_what_is_held_out_is_not_searched(corpus: Corpus, baseline: Baseline) -> None:
    held = copied(melody(1)[-HELD_OUT:], 1, "held")
    (nearest,) = corpus.evaluate([held[None]], baseline)["nearest"]
    assert not nearest["is_memorised"]


def test_it_is_json_and_the_same_again(corpus: Corpus, baseline: Baseline) -> None:
    again = Corpus(SPLIT, RATE)
    takes = [melody(60, 3)[None]]
    one, other = corpus.evaluate(takes, baseline), again.evaluate(takes, baseline)
    assert json.dumps(one) == json.dumps(other)
    assert corpus.itself() == again.itself()


@given(st.floats(-10, 30), st.floats(0.01, 20), st.integers(1, 80_000))
def test_a_stretch_is_inside_and_is_as_long_as_it_can_be(
    start_s: float, length_s: float, samples: int
) -> None:
    start, stop = stretch(start_s, length_s, samples, RATE)
    assert 0 <= start <= stop <= samples
    assert stop - start == min(samples, round(length_s * RATE))
    if 0 <= start_s * RATE <= samples - (stop - start):
        assert start == round(start_s * RATE)
