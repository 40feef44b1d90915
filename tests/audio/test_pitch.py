"""Pitch of tones, glides and recordings, beside the truth and librosa's pYIN."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest

from approx_build.audio.pitch import PitchFinder, PitchTrack, in_midi, normalised_difference
from tests.dispatch import assert_same_bits

RATE, HOP = 16_000, 64
FINDER = PitchFinder(RATE, HOP, 55, 1200)
CORPORA = Path(__file__).parents[2] / "models" / "corpora"
EDGE = 20
"""Frames at both ends that see the silence beside the sound."""


def cents(found: np.ndarray, expected: np.ndarray | float) -> np.ndarray:
    return np.abs(1200 * np.log2(np.maximum(found, 1e-3) / expected))


def harmonics(hz: np.ndarray | float, numbers: range, length: int = RATE) -> np.ndarray:
    """A sum of sines at multiples of a pitch, each softer than the one before."""
    turns = np.cumsum(np.broadcast_to(hz, length)) / RATE
    sound = sum(np.sin(2 * np.pi * k * turns) / k for k in numbers)
    return (0.2 * np.asarray(sound)).astype(np.float32)


def track(sound: np.ndarray) -> PitchTrack:
    return FINDER.track(sound, len(sound) // HOP + 1)


@pytest.mark.parametrize("hz", [60.0, 110.0, 220.5, 440.0, 751.667, 1100.0])
@pytest.mark.parametrize("numbers", [range(1, 2), range(1, 6)], ids=["sine", "saw"])
def test_tones_are_found_within_cents(hz: float, numbers: range) -> None:
    found = track(harmonics(hz, numbers))
    assert found.is_clear[EDGE:-EDGE].all()
    assert cents(found.hz[EDGE:-EDGE], hz).max() < 2


def test_a_missing_fundamental_is_found() -> None:
    found = track(harmonics(200.0, range(2, 7)))
    assert cents(found.hz[EDGE:-EDGE], 200.0).max() < 2


@pytest.mark.parametrize(("first", "last"), [(220.0, 440.0), (600.0, 150.0)])
def test_glides_are_followed_within_cents_and_closer_than_librosa_does(
    first: float, last: float
) -> None:
    hz = first * (last / first) ** (np.arange(2 * RATE) / (2 * RATE))
    sound = harmonics(hz, range(1, 4), 2 * RATE)
    found = track(sound).hz[EDGE:-EDGE]
    truth = hz[::HOP][EDGE : len(found) + EDGE]
    theirs, _, _ = librosa.pyin(
        sound, fmin=55, fmax=1200, sr=RATE, hop_length=HOP, frame_length=1024
    )
    ours = cents(found[: len(truth)], truth[: len(found)])
    assert np.quantile(ours, 0.98) < 5
    assert ours.max() < 15
    assert np.median(ours) < np.nanmedian(cents(theirs[EDGE : EDGE + len(truth)], truth))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "share"),
    [("squeezebox/line-middle", 0.97), ("squeezebox/line-low", 0.97), ("accordion/runs", 0.97)],
)
def test_recordings_of_one_voice_have_the_pitches_that_librosa_finds(
    name: str, share: float
) -> None:
    sound, _ = librosa.load(CORPORA / f"{name}.flac", sr=RATE, duration=4)
    found = track(sound.astype(np.float32)).hz
    theirs, _, _ = librosa.pyin(
        sound, fmin=55, fmax=1200, sr=RATE, hop_length=HOP, frame_length=1024
    )
    count = min(len(theirs), len(found))
    both = ~np.isnan(theirs[:count]) & (found[:count] > 0)
    assert both.mean() > 0.8
    assert (cents(found[:count][both], theirs[:count][both]) < 50).mean() > share


def test_noise_and_silence_have_no_clear_pitch_and_the_last_one_is_held() -> None:
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, RATE // 2).astype(np.float32)
    silence = np.zeros(RATE // 2, np.float32)
    assert track(noise).is_clear.mean() < 0.05
    assert not track(silence).is_clear.any()
    assert (track(silence).held(300.0) == 300.0).all()
    both = track(np.concatenate([silence, harmonics(330.0, range(1, 4)), silence]))
    held = both.held(1.0)
    assert cents(held[[0, 60]], 330.0).max() < 60
    assert held[-1] == both.hz[both.is_clear][-1]


def test_a_chord_is_less_clear_than_its_notes() -> None:
    chord = sum(harmonics(hz, range(1, 6)) for hz in (220.0, 261.63, 349.23, 415.3))
    assert track(np.asarray(chord)).is_clear.mean() < 0.6
    assert track(harmonics(220.0, range(1, 6))).is_clear.mean() > 0.95


def test_longer_sounds_are_worked_on_in_parts_that_do_not_show() -> None:
    sound = harmonics(300.0, range(1, 4), 40_000)
    found = track(sound)
    assert len(found.hz) > 512, "of four parts at least"
    assert cents(found.hz[EDGE:-EDGE], 300.0).max() < 1


def test_the_difference_is_yins() -> None:
    frames = np.random.default_rng(2).standard_normal((3, 90))
    width, longest = 60, 30
    found = normalised_difference(frames, width, longest)
    for frame, row in zip(frames, found, strict=True):
        plain = [((frame[:width] - frame[lag : lag + width]) ** 2).sum() for lag in range(31)]
        expected = [1.0, *(plain[lag] * lag / sum(plain[1 : lag + 1]) for lag in range(1, 31))]
        np.testing.assert_allclose(row[1:], expected[1:], rtol=1e-9)


def test_notes_of_midi_are_in_equal_temperament_and_0_without_pitch() -> None:
    np.testing.assert_allclose(in_midi(np.array([440.0, 880.0, 0.0])), [69, 81, 0])


def test_the_bits_are_the_same_on_a_capped_processor() -> None:
    assert_same_bits(
        "import hashlib, numpy as np\n"
        "from approx_build.audio.pitch import PitchFinder\n"
        "x = np.random.Generator(np.random.Philox(1)).random(9000).astype('f4') - 0.5\n"
        "x[::40] += 1\n"
        "found = PitchFinder(16000, 64, 55, 1200).track(x.astype('f4'), 140)\n"
        "print(hashlib.sha256(found.hz.tobytes() + found.aperiodicity.tobytes()).hexdigest())\n"
    )
