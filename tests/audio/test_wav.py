import subprocess
import sys

import numpy as np
import pytest
import soundfile

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.errors import AudioError
from tests.audio.encoded import fmt, riff

RNG = np.random.default_rng(1)


def noise(channels=2, length=1001):
    return Clip(RNG.uniform(-1, 1, (channels, length)).astype(np.float32), 44100)


def ints(channels=2, length=1001):
    return RNG.integers(-(2**23), 2**23, (channels, length), dtype=np.int32)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_a_float_file_reads_back_equal_by_us_and_by_libsndfile(tmp_path, channels):
    clip = noise(channels)
    wav.write_float(tmp_path / "a.wav", clip)
    data, rate = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)
    again = wav.read(tmp_path / "a.wav")
    assert rate == again.rate == 44100
    assert np.array_equal(data.T, clip.data)
    assert np.array_equal(again.data, clip.data)
    assert wav.info(tmp_path / "a.wav") == (44100, channels, 1001, "FLOAT")


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_24_bit_file_reads_back_equal_by_us_and_by_libsndfile(tmp_path, channels):
    data = ints(channels)
    data[:, :2] = [-(2**23), 2**23 - 1]
    wav.write_pcm24(tmp_path / "a.wav", data, 48000)
    theirs, rate = soundfile.read(tmp_path / "a.wav", dtype="int32", always_2d=True)
    assert rate == 48000
    assert np.array_equal(theirs.T >> 8, data)
    assert np.array_equal(wav.read_pcm24_ints(tmp_path / "a.wav"), data)
    assert np.array_equal(wav.read_pcm24_ints(tmp_path / "a.wav", 5, 9), data[:, 5:9])
    assert np.array_equal(wav.read(tmp_path / "a.wav").data, data / np.float32(2**23))


def test_two_writes_are_byte_equal_and_blocks_do_not_show(tmp_path):
    clip = noise()
    wav.write_float(tmp_path / "a.wav", clip)
    with wav.FloatWriter(tmp_path / "b.wav", 44100, 2) as writer:
        for start in range(0, clip.length, 100):
            writer.write(clip.data[:, start : start + 100])
    with open(tmp_path / "c.wav", "wb") as file:
        wav.write_float(file, clip)
        assert not file.closed
    first = (tmp_path / "a.wav").read_bytes()
    assert first == (tmp_path / "b.wav").read_bytes() == (tmp_path / "c.wav").read_bytes()
    assert b"PEAK" not in first


def test_32_bit_integers_hold_sums_beyond_24_bits(tmp_path):
    data = ints() * 30
    with wav.IntWriter(tmp_path / "a.wav", 44100, 2, bits=32) as writer:
        writer.write(data)
    assert np.array_equal(wav.read_ints(tmp_path / "a.wav"), data)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        *((".wav", kind) for kind in ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "PCM_U8")),
        *((".aiff", kind) for kind in ("PCM_16", "PCM_24", "FLOAT", "PCM_S8")),
        *((".flac", kind) for kind in ("PCM_16", "PCM_24")),
        *((".w64", "PCM_24"), (".rf64", "FLOAT"), (".ogg", "VORBIS")),
    ],
)
def test_what_libsndfile_writes_is_read_as_libsndfile_reads_it(tmp_path, suffix, kind):
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, noise().data.T, 44100, subtype=kind)
    theirs = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    assert np.array_equal(wav.read(path).data, theirs)
    assert np.array_equal(wav.read(path, 100, 300).data, theirs[:, 100:300])
    assert wav.info(path) == (44100, 2, 1001, kind)


def test_wav_with_extensible_header_is_read(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(4).data.T, 44100, format="WAVEX", subtype="PCM_24")
    theirs = soundfile.read(tmp_path / "a.wav", dtype="int32")[0].T >> 8
    assert np.array_equal(wav.read_pcm24_ints(tmp_path / "a.wav"), theirs)


def test_our_files_are_read_without_importing_soundfile(tmp_path):
    wav.write_float(tmp_path / "a.wav", noise())
    code = (
        "import sys; from approx_build.audio import wav; wav.read(sys.argv[1]);"
        "assert 'soundfile' not in sys.modules and 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "a.wav"], check=True)


def test_the_samples_digest_knows_the_sound_and_not_the_container(tmp_path):
    data = ints()
    wav.write_pcm24(tmp_path / "a.wav", data, 44100)
    for name in ("a.flac", "a.rf64", "a.aiff"):
        soundfile.write(tmp_path / name, data.T << 8, 44100, subtype="PCM_24")
    names = ("a.wav", "a.flac", "a.rf64", "a.aiff")
    assert len({wav.samples_digest(tmp_path / name) for name in names}) == 1
    wav.write_pcm24(tmp_path / "b.wav", data, 48000)
    wav.write_pcm24(tmp_path / "c.wav", data ^ 1, 44100)
    assert len({wav.samples_digest(tmp_path / f"{name}.wav") for name in "abc"}) == 3


def test_the_samples_digest_is_pinned(tmp_path):
    wav.write_float(
        tmp_path / "a.wav", Clip(np.arange(8, dtype=np.float32).reshape(2, 4) / 8, 8000)
    )
    digest = wav.samples_digest(tmp_path / "a.wav")
    assert digest == "75eb5013abd1d4e9f28e16b6949a221634bdedb242ce3c6e9d3b46b7b0429754"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"this is a letter, not a sound" * 9, "not a sound file"),
        (b"RIFF\0\0\0\0WAVE", "no data chunk"),
    ],
)
def test_files_that_are_no_sound_are_refused(tmp_path, content, words):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioError, match=words):
        wav.read(tmp_path / "a.wav")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(AudioError, match=r"none\.wav: cannot be read \(No such file"):
        wav.read(tmp_path / "none.wav")


@pytest.mark.parametrize(
    ("suffix", "kind"), [("wav", "FLOAT"), ("wav", "PCM_16"), ("wav", "PCM_U8")]
)
def test_a_truncated_wav_is_refused(tmp_path, suffix, kind):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, noise().data.T, 44100, subtype=kind)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(AudioError, match="truncated"):
        wav.read(path)


@pytest.mark.parametrize("suffix", ["flac", "aiff"])
def test_other_truncated_files_are_refused(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, noise(2, 100_000).data.T, 44100, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:-100_000])
    with pytest.raises(AudioError, match=r"truncated|corrupt"):
        wav.read(path)


def test_a_corrupt_flac_is_refused_or_differs_nowhere(tmp_path):
    path = tmp_path / "a.flac"
    soundfile.write(path, noise(2, 100_000).data.T, 44100, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[5000:6000] = bytes(1000)
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"truncated|corrupt"):
        wav.read(path)


def test_a_file_without_samples_is_refused(tmp_path):
    wav.write_float(tmp_path / "a.wav", noise(2, 0))
    with pytest.raises(AudioError, match="no samples"):
        wav.read(tmp_path / "a.wav")


def test_more_channels_than_can_be_used_are_refused(tmp_path):
    wav.write_float(tmp_path / "a.wav", noise(8))
    with pytest.raises(AudioError, match="8 channels; at most 2"):
        wav.read(tmp_path / "a.wav", max_channels=2)


def test_samples_that_are_no_numbers_are_refused(tmp_path):
    data = noise().data.copy()
    data[1, 77] = np.nan
    soundfile.write(tmp_path / "a.wav", data.T, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match="sample 77 is not a number"):
        wav.read(tmp_path / "a.wav", 50)
    with pytest.raises(AudioError, match="not a number"):
        wav.write_float(tmp_path / "b.wav", Clip(data, 44100))
    soundfile.write(tmp_path / "c.wav", np.full(9, 1e300), 44100, subtype="DOUBLE")
    with pytest.raises(AudioError, match="sample 0 is not a number"):
        wav.read(tmp_path / "c.wav")


def test_a_range_outside_the_file_is_refused(tmp_path):
    wav.write_float(tmp_path / "a.wav", noise())
    with pytest.raises(AudioError, match=r"900 to 1002 .* \(1001 samples\)"):
        wav.read(tmp_path / "a.wav", 900, 1002)


def test_integers_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(AudioError, match="24 bits"):
        wav.write_pcm24(tmp_path / "a.wav", np.full((1, 3), 2**23), 44100)


def test_floats_are_not_read_as_integers(tmp_path):
    wav.write_float(tmp_path / "a.wav", noise())
    with pytest.raises(AudioError, match="FLOAT, not integers"):
        wav.read_ints(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="24-bit"):
        wav.read_pcm24_ints(tmp_path / "a.wav")


def test_an_error_while_writing_leaves_a_file_that_holds_nothing(tmp_path):
    blocks = [np.zeros((1, 10)), np.full((1, 10), np.inf)]
    with pytest.raises(AudioError), wav.FloatWriter(tmp_path / "a.wav", 44100, 1) as writer:
        list(map(writer.write, blocks))
    with pytest.raises(AudioError, match="no samples"):
        wav.info(tmp_path / "a.wav")


@pytest.mark.parametrize(("bits", "width"), [(12, 2), (20, 3), (24, 4), (24, 3), (5, 1)])
def test_samples_that_leave_bits_of_their_bytes_unused_are_read(tmp_path, bits, width):
    # They fill their bytes from the top; bytes are unsigned.
    codes = np.array([0, 1, -1, (1 << (bits - 1)) - 1, -(1 << (bits - 1))])
    stored = (codes << (8 * width - bits)) + (128 if width == 1 else 0)
    data = stored.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    (tmp_path / "a.wav").write_bytes(riff(fmt(bits, width), (b"data", data)))
    found = wav.read(tmp_path / "a.wav")
    assert np.array_equal(found.data[0], (codes / 2.0 ** (bits - 1)).astype(np.float32))


@pytest.mark.slow
def test_a_file_past_4_gib_is_read_back(tmp_path):
    with wav.IntWriter(tmp_path / "a.wav", 192000, 2) as writer:
        block = np.zeros((2, 1 << 24), np.int32)
        for number in range(43):
            block[:, 0] = number
            writer.write(block)
    assert (tmp_path / "a.wav").stat().st_size > 1 << 32
    assert soundfile.info(tmp_path / "a.wav").frames == 43 << 24
    assert (
        wav.read_pcm24_ints(tmp_path / "a.wav", 42 << 24, (42 << 24) + 2).tolist() == [[42, 0]] * 2
    )
