from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from approx_build.audio import wav
from approx_build.audio.resample import converted
from approx_build.corpus.duplicates import (
    ALIKE,
    HOP,
    RATE,
    Duplicate,
    Identity,
    Similarity,
    best_match,
    duplicates,
    fingerprint,
    fingerprint_of,
    identity,
)
from approx_build.errors import AudioError

SHIPPED = Path(__file__).parents[2] / "models" / "corpora"
ETUDE = SHIPPED / "accordion" / "phrase-1.flac"
TOLERANCE_S = HOP / RATE


@pytest.fixture(scope="module")
def fingerprints() -> dict[str, NDArray[np.float32]]:
    played = (path for path in SHIPPED.glob("*/*.flac") if path.parent.name != "etude")
    paths = sorted(played)
    return {f"{path.parent.name}/{path.stem}": fingerprint(path) for path in paths}


@pytest.fixture(scope="module")
def etude() -> tuple[NDArray[np.float32], int]:
    clip = wav.read(ETUDE)
    return clip.data[0], clip.rate


def identified(path: Path) -> Identity:
    return identity(path, path.name)


def match_of(path: Path, start_s: float = 0.0) -> None:
    """Hold that the file is recognised as the étude from `start_s` on."""
    match = best_match(fingerprint(ETUDE), fingerprint(path))
    assert match is not None
    assert match.correlation >= ALIKE
    assert match.start_s == pytest.approx(start_s, abs=TOLERANCE_S)


def has_same_gestures(first: str, second: str) -> bool:
    """Whether two études are of one name: `stage` plays bars of `percussion`, some alike."""
    return Path(first).name == Path(second).name


def test_no_two_etudes_of_the_shipped_corpora_are_alike(
    fingerprints: dict[str, NDArray[np.float32]],
) -> None:
    assert len(fingerprints) == 74
    found = {
        pair: best_match(fingerprints[pair[0]], fingerprints[pair[1]])
        for pair in combinations(sorted(fingerprints), 2)
    }
    correlations = {pair: match.correlation for pair, match in found.items() if match}
    assert len(correlations) == 2701
    assert max(c for pair, c in correlations.items() if not has_same_gestures(*pair)) < 0.4


def test_an_excerpt_is_found_in_its_own_etude_and_in_no_other(
    fingerprints: dict[str, NDArray[np.float32]],
) -> None:
    for name, whole in fingerprints.items():
        excerpt = whole[300:600]
        fits = {other: best_match(each, excerpt) for other, each in fingerprints.items()}
        alike = [n for n, match in fits.items() if match and match.correlation >= ALIKE]
        assert name in alike
        assert all(has_same_gestures(name, other) for other in alike)


@pytest.mark.parametrize("ending", ["mp3", "ogg", "wav"])
def test_a_softer_copy_in_another_coding_is_the_same_performance(
    tmp_path: Path, etude: tuple[NDArray[np.float32], int], ending: str
) -> None:
    samples, rate = etude
    sf.write(tmp_path / f"copy.{ending}", samples * 10 ** (-3 / 20), rate)
    match_of(tmp_path / f"copy.{ending}")


@pytest.mark.parametrize("rate", [11_025, 48_000])
def test_a_copy_at_another_rate_is_the_same_performance(
    tmp_path: Path, etude: tuple[NDArray[np.float32], int], rate: int
) -> None:
    samples, own = etude
    sf.write(tmp_path / "copy.wav", converted(samples, own, rate), rate, subtype="PCM_16")
    match_of(tmp_path / "copy.wav")


def test_an_excerpt_is_found_where_it_begins_and_so_is_a_later_start(
    tmp_path: Path, etude: tuple[NDArray[np.float32], int]
) -> None:
    samples, rate = etude
    sf.write(tmp_path / "excerpt.wav", samples[7 * rate : 12 * rate] / 2, rate)
    match_of(tmp_path / "excerpt.wav", 7.0)
    sf.write(tmp_path / "late.wav", np.append(np.zeros(rate * 5 // 4), samples), rate)
    match_of(tmp_path / "late.wav", -1.25)


def test_less_than_four_seconds_are_not_compared(etude: tuple[NDArray[np.float32], int]) -> None:
    samples, rate = etude
    slow = np.asarray(converted(samples, rate, RATE), np.float32)
    assert best_match(fingerprint_of(slow), fingerprint_of(slow[: 3 * RATE])) is None
    assert best_match(fingerprint_of(slow[:10]), fingerprint_of(slow[:10])) is None


def test_steady_tones_say_too_little_to_be_alike() -> None:
    times = np.arange(8 * RATE) / RATE
    low, high = (
        fingerprint_of(np.sin(2 * np.pi * hz * times).astype(np.float32)) for hz in (200, 500)
    )
    for pair in ((low, high), (low, low)):
        match = best_match(*pair)
        assert match is not None
        assert abs(match.correlation) < ALIKE


def test_a_long_file_is_read_in_blocks_without_a_seam(
    tmp_path: Path, etude: tuple[NDArray[np.float32], int]
) -> None:
    samples, rate = etude
    sf.write(tmp_path / "long.wav", np.tile(samples, 3), rate)
    whole = np.asarray(converted(np.tile(samples, 3), rate, RATE), np.float32)
    found, exact = fingerprint(tmp_path / "long.wav"), fingerprint_of(whole)
    assert len(found) == pytest.approx(len(exact), abs=1)
    match = best_match(found, exact)
    assert match is not None
    assert match.correlation > 0.999


def test_files_sounds_and_performances_are_reported_apart(
    tmp_path: Path, etude: tuple[NDArray[np.float32], int]
) -> None:
    samples, rate = etude
    for name in ("a.wav", "b.wav", "c.flac", "d.wav"):
        sf.write(tmp_path / name, samples[: 9 * rate] * (0.5 if name == "d.wav" else 1), rate)
    sf.write(tmp_path / "e.wav", samples[20 * rate : 29 * rate], rate)
    found = {path.name: identified(path) for path in sorted(tmp_path.iterdir())}
    found["b.wav"] = identity(tmp_path / "b.wav", "a.wav")
    pairs = {(one.first, one.second): one.similarity for one in duplicates(found)}
    assert pairs == {
        ("a.wav", "b.wav"): Similarity.FILE,
        ("a.wav", "c.flac"): Similarity.SOUND,
        ("b.wav", "c.flac"): Similarity.SOUND,
        ("a.wav", "d.wav"): Similarity.PERFORMANCE,
        ("b.wav", "d.wav"): Similarity.PERFORMANCE,
        ("c.flac", "d.wav"): Similarity.PERFORMANCE,
    }
    among = list(duplicates(found, {"b.wav"}))
    assert among[0] == Duplicate("a.wav", "b.wav", Similarity.FILE)
    assert [{one.first, one.second} for one in among[1:]] == [
        {"b.wav", "c.flac"},
        {"b.wav", "d.wav"},
    ]


def test_a_broken_file_has_no_identity(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match=r"a\.wav"):
        identified(tmp_path / "a.wav")
