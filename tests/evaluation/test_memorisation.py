"""Memorisation: planted copies are caught and located, other sound of the instrument is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approx_build.audio.alignment import in_steps
from approx_build.corpus.prepared import prepare_corpus
from approx_build.corpus.windows import split
from approx_build.evaluation.memorisation import (
    Baseline,
    Match,
    Mono,
    SearchTerms,
    TrainingPassages,
    TrainingSound,
    _deviations,
)
from approx_build.families.base import FAMILIES
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import Stream, stream_key
from approx_build.training.checkpoint import file_name, read_checkpoint
from approx_build.training.model import load_model

RATE = 4000
LOCATED_S = 0.010
MODELS = Path(__file__).parents[2] / "models"


def noise(seed: object, length: int) -> Mono:
    drawn = Stream(stream_key("noise", str(seed))).uniforms(length) - 0.5
    return (drawn * 12**0.5).astype(np.float32)


def melody(seed: int, length_s: float = 12.0) -> Mono:
    """Reed-like tones of 0.4 s, each of its own pitch and phase."""
    rng, notes = Stream(stream_key("melody", seed)), []
    t = np.arange(round(0.4 * RATE)) / RATE
    for _ in range(round(length_s / 0.4)):
        hz, phase = 110 * 2 ** (rng.index(60) / 24 + rng.uniform(0, 0.03)), rng.uniform(0, 6.28)
        partials = [np.sin(2 * np.pi * n * hz * t + n * phase) / n for n in range(1, 6)]
        notes.append(0.1 * sum(partials) * np.minimum(1, 20 * np.minimum(t, 0.4 - t)))
    return np.concatenate(notes).astype(np.float32)


def copied(sound: Mono, gain: float, seed: object) -> Mono:
    """`sound` at another gain, with noise 20 dB below it."""
    level = float(np.sqrt(np.mean(sound**2)))
    return (gain * (sound + 0.1 * level * noise(seed, sound.size))).astype(np.float32)


@pytest.fixture(scope="module")
def passages() -> TrainingPassages:
    sounds = [TrainingSound(f"reeds/{n}", melody(n)) for n in range(4)]
    return TrainingPassages(sounds, RATE)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 3),
    st.integers(0, 9 * RATE),
    st.floats(0.05, 3) | st.floats(-3, -0.05),
)
def test_a_planted_copy_is_caught_and_located(
    passages: TrainingPassages, index: int, start: int, gain: float
) -> None:
    sound = passages.sounds[index]
    take = copied(sound.samples[start : start + 3 * RATE], gain, start)
    found = passages.nearest(take)
    assert found is not None
    assert found.recording == sound.name
    assert found.recording_at_s - found.at_s == pytest.approx(start / RATE, abs=LOCATED_S)
    assert found.copied_s == pytest.approx(3, abs=0.01)
    assert found.similarity == pytest.approx(0.995, abs=0.003)


def test_a_copy_in_the_middle_of_a_take_is_found_there(passages: TrainingPassages) -> None:
    inside = copied(passages.sounds[2].samples[5_000:13_000], -0.5, "inside")
    take = np.concatenate((melody(90, 1.2), inside, melody(91, 1.2)))
    found = passages.nearest(take)
    assert found is not None
    assert (found.recording, found.copied_s) == ("reeds/2", pytest.approx(1.75, abs=0.26))
    there = found.recording_at_s - found.at_s
    assert there == pytest.approx(5_000 / RATE - 1.2, abs=LOCATED_S)


def test_other_music_of_the_same_instrument_is_not_caught(passages: TrainingPassages) -> None:
    for seed in range(50, 54):
        found = passages.nearest(melody(seed, 3))
        assert found is not None
        assert found.copied_s == 0


def test_silence_and_sound_shorter_than_a_passage_are_like_nothing(
    passages: TrainingPassages,
) -> None:
    assert passages.nearest(np.zeros(3 * RATE, np.float32)) is None
    assert passages.nearest(melody(0)[: RATE // 2]) is None
    assert (
        TrainingPassages([TrainingSound("short", melody(0)[:100])], RATE).matches(melody(1)) == []
    )


def test_the_threshold_is_above_nearly_all_of_the_baseline() -> None:
    terms = SearchTerms()
    found = [Match(0, "a", 0, 0.9, copied_s / 10) for copied_s in range(21)]
    baseline = Baseline.of(found, terms)
    assert baseline.copied_s == (1.0, 1.8, 1.9, 2.0)
    assert baseline.threshold_s == 1.9
    assert [baseline.is_memorised(Match(0, "a", 0, 1, s)) for s in (1.9, 1.95)] == [False, True]
    assert not baseline.is_memorised(None)
    assert Baseline.of([], terms) == Baseline((), (), 1.5)
    assert Baseline.of(found[:3], terms).threshold_s == 1.5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["accordionator", "percussionist"])
def test_the_shipped_networks_have_memorised_nothing_and_copies_are_caught(
    name: str, tmp_path: Path
) -> None:
    model = load_model(MODELS / f"{name}.yaml")
    rate = model.network.rate
    corpus = MODELS / "corpora" / model.corpus
    material = prepare_corpus(corpus, tmp_path, rate, 1, model.preparation)
    found = split(material.parts(), rate, **model.split_terms)
    train = [TrainingSound(one.name, np.array(one.sound[0])) for one in found.train.parts]
    search = TrainingPassages(train, rate)
    held = {one.name: search.nearest(one.sound[0]) for one in found.held_out.parts}
    ends = [held.get(sound.name) for sound in train]
    baseline = Baseline.of([match for match in held.values() if match], search.terms)
    for place, sound in enumerate(train):
        start = (place * 7919 + 1234) % (sound.samples.size - 3 * rate)
        take = copied(sound.samples[start : start + 3 * rate], -0.4, name)
        nearest, own = search.nearest(take), ends[place]
        assert nearest is not None
        # A study that repeats its bars says the same again where nobody copied it.
        if own is None or own.copied_s < 2:
            assert baseline.is_memorised(nearest), sound.name
    network = FAMILIES.get(model.family).model_validate(model.network_params())
    path = MODELS / "checkpoints" / name / file_name(model.last_step)
    weights = read_checkpoint(path, network.tensor_shapes())
    asked = [TakeRequest(3 * rate, stream_key("take", 18, n), model.sampling) for n in range(1, 5)]
    for clip in network.draw(weights, asked, "cpu", lambda done, total: None):
        assert not baseline.is_memorised(search.nearest(clip.data[0]))


def shifted(array: np.ndarray, by: int) -> np.ndarray:
    """The same numbers, from another place in memory on: `by` bytes after a boundary of 64."""
    room = np.empty(array.nbytes + 128, np.uint8)
    at = -room.ctypes.data % 64 + by
    moved = room[at : at + array.nbytes].view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


@pytest.mark.parametrize("by", [8, 16, 40])
def test_the_search_does_not_depend_on_where_arrays_begin_in_memory(by: int) -> None:
    passages = TrainingPassages([TrainingSound("a", melody(1))], RATE)
    block = passages._log_mels[0] - passages._mean
    wanted = np.stack([block[at : at + passages._frames] for at in range(0, 90, 9)])
    wanted = in_steps(wanted / 64, 2.0**-20)
    # In integers nothing is rounded.
    exact = sum(
        np.rint(wanted[:, frame] * 2**20).astype(np.int64).astype(object)
        @ np.rint(block[frame : len(block) - passages._frames + 1 + frame] * 2**10)
        .astype(np.int64)
        .astype(object)
        .T
        for frame in range(passages._frames)
    )
    lengths = _deviations(block, passages._frames)
    found = passages._nearness(shifted(block, by), shifted(wanted, by))
    assert (found == np.array(exact / 2**30, np.float64) / lengths).all()


@pytest.mark.parametrize("length_s", [0.01, 0.06, 0.15])
def test_a_take_shorter_than_two_of_the_shortest_passages_can_be_searched(length_s: float) -> None:
    terms = SearchTerms.of_takes(length_s)
    found = TrainingPassages([TrainingSound("reeds/0", melody(0))], RATE, terms)
    take = found.sounds[0].samples[2_000 : 2_000 + round(length_s * RATE)]
    # Less than a passage is like many other sounds, which shows nothing.
    assert (found.nearest(take) is None) == (length_s < 0.1)
