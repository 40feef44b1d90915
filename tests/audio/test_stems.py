import numpy as np
import pytest

from approx_build.audio import wav
from approx_build.audio.stems import (
    joined_blocks,
    sum_blocks,
    write_float_sum,
    write_joined,
    write_stem,
    write_sum,
)
from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream

RNG = np.random.default_rng(3)


@pytest.fixture
def stems(tmp_path):
    paths = []
    for number in range(5):
        data = RNG.integers(-(2**23), 2**23, (2, 3001))
        paths.append(tmp_path / f"{number}.wav")
        wav.write_pcm24(paths[-1], data, 44100)
    return paths


def test_a_sum_is_exact_even_beyond_full_scale(stems, tmp_path):
    write_sum(tmp_path / "mix.wav", stems, block=100)
    expected = sum(wav.read_pcm24_ints(path).astype(np.int64) for path in stems)
    assert np.abs(expected).max() > 2**23
    assert np.array_equal(wav.read_ints(tmp_path / "mix.wav"), expected)
    assert wav.info(tmp_path / "mix.wav").subtype == "PCM_32"


def test_a_sum_in_floats_has_the_level_of_the_stems_and_is_not_clipped(stems, tmp_path):
    peak = write_float_sum(tmp_path / "sum.wav", stems[:2], 44100, 2, 3001)
    expected = sum(wav.read_pcm24_ints(path).astype(np.int64) for path in stems[:2])
    found = wav.read(tmp_path / "sum.wav")
    assert np.array_equal(found.data.astype(np.float64) * 2**23, expected)
    assert peak == np.abs(expected).max() / 2**23 > 1
    assert wav.info(tmp_path / "sum.wav").subtype == "FLOAT"


def test_the_sum_of_no_stems_in_floats_is_silence(tmp_path):
    assert write_float_sum(tmp_path / "none.wav", [], 8000, 2, 12) == 0
    assert np.array_equal(wav.read(tmp_path / "none.wav").data, np.zeros((2, 12)))


def test_stems_sum_in_any_order(stems):
    first, last = list(sum_blocks(stems)), list(sum_blocks(stems[::-1]))
    assert all(np.array_equal(a, b) for a, b in zip(first, last, strict=True))


@pytest.mark.parametrize(("length", "rate"), [(3000, 44100), (3001, 48000)])
def test_stems_that_differ_are_refused(stems, tmp_path, length, rate):
    wav.write_pcm24(tmp_path / "odd.wav", np.zeros((2, length), int), rate)
    with pytest.raises(AudioError, match=r"odd\.wav .* does not match"):
        next(sum_blocks([*stems, tmp_path / "odd.wav"]))


def test_no_stems_are_refused():
    with pytest.raises(AudioError, match="nothing to put together"):
        next(sum_blocks([]))


def test_a_written_stem_is_the_sound_within_dither_and_equal_every_time(tmp_path):
    data = RNG.uniform(-1, 1, (2, 1000)) * 0.9
    for name, size in (("a", 1000), ("b", 77)):
        blocks = (data[:, start : start + size] for start in range(0, 1000, size))
        write_stem(tmp_path / f"{name}.wav", blocks, 44100, 2, Stream.named("s"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert np.abs(wav.read_pcm24_ints(tmp_path / "a.wav") / 2**23 - data).max() < 1.5 / 2**23


def test_a_stem_that_clips_is_refused_by_name(tmp_path):
    with pytest.raises(AudioError, match="part foam peaks at"):
        write_stem(tmp_path / "a.wav", [np.full((1, 9), 2.0)], 44100, 1, None, "part foam")


def test_joined_files_stand_one_after_another_with_exact_silence_between(stems, tmp_path):
    write_joined(tmp_path / "piece.wav", stems[:3], 300_000)
    whole = wav.read_pcm24_ints(tmp_path / "piece.wav")
    assert whole.shape == (2, 3 * 3001 + 2 * 300_000)
    assert not whole[:, 3001 : 3001 + 300_000].any()
    assert np.array_equal(whole[:, -3001:], wav.read_pcm24_ints(stems[2]))
    assert sum(block.shape[1] for block in joined_blocks(stems[:1], 5)) == 3001
