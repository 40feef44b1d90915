import numpy as np
import pyebur128
import pytest

from approx_build.audio import wav
from approx_build.audio.ceiling import REACH, loudest
from approx_build.audio.dither import FULL_SCALE
from approx_build.audio.limiter import Limiter, write_master
from approx_build.audio.truepeak import around, between, strict_filters
from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream
from tests.dispatch import assert_same_bits

RATE = 44100
LENGTH = 50_000
T = np.arange(LENGTH)
RNG = np.random.default_rng(5)
STREAM = Stream.named("master")

SOUNDS = {
    "noise": RNG.uniform(-1, 1, (2, LENGTH)),
    "clipped noise": np.clip(RNG.normal(0, 2, (2, LENGTH)), -1, 1),
    "a sine between its samples": np.sin(2 * np.pi * T / 4 + np.pi / 4)[None],
    "a square": np.sign(np.sin(2 * np.pi * 441 * T / RATE + 0.1))[None],
    "a low sine": 3.7 * np.sin(2 * np.pi * 50 * T / RATE)[None],
    "rare peaks": RNG.normal(0, 0.1, (2, LENGTH)) * np.where(RNG.uniform(size=LENGTH) < 2e-4, 9, 1),
    "a peak at each end": np.where((T < 3) | (T > LENGTH - 3), 1.5, 0.01)[None],
}


def integers(sound):
    return np.rint(sound * FULL_SCALE).astype(np.int64)


def limited(data, gain_db=0.0, ceiling_dbtp=-1.0, stream=STREAM):
    limiter = Limiter(lambda a, b: data[:, a:b], data.shape[1], RATE, gain_db, ceiling_dbtp, stream)
    return np.concatenate(list(limiter.blocks()), axis=1), limiter.done


def peaks(data):
    """What the Recommendation's filters, libebur128 and the strictest meter read, dB."""
    length = data.shape[1]
    sound = data / FULL_SCALE
    table = between(around(lambda a, b: sound[:, a:b], 0, length, length), strict_filters()).max()
    state = pyebur128.R128State(len(data), RATE, pyebur128.MeasurementMode.MODE_TRUE_PEAK)
    state.add_frames(np.ascontiguousarray(sound.T).reshape(-1), length)
    reference = max(pyebur128.get_true_peak(state, channel) for channel in range(len(data)))
    near = around(lambda a, b: sound[:, a:b], -4, length + 4, length, REACH, REACH)
    return [20 * np.log10(peak) for peak in (table, reference, loudest(near).max())]


@pytest.mark.parametrize("gain_db", [0.0, 7.5])
@pytest.mark.parametrize("ceiling", [-1.0, 0.0, -6.0])
@pytest.mark.parametrize("name", SOUNDS)
def test_the_ceiling_binds_after_rounding_and_dither(name, ceiling, gain_db):
    out, _ = limited(integers(SOUNDS[name]), gain_db, ceiling)
    table, reference, strictest = peaks(out)
    assert table <= ceiling
    assert reference <= ceiling
    # The limiter works in segments; here the sound is one.
    assert strictest <= ceiling + 0.05
    # And nothing is given away: the louder of the readings touches the ceiling.
    assert max(table, strictest) > ceiling - 0.05


def test_what_stays_below_the_ceiling_is_unchanged_to_the_bit():
    data = integers(0.3 * SOUNDS["noise"])
    out, done = limited(data)
    assert np.array_equal(out, data)
    assert (done.reduction_db, done.limited_s, done.passes) == (0, 0, 1)


def test_far_from_a_peak_the_integers_are_unchanged():
    data = integers(0.1 * SOUNDS["noise"])
    data[0, 25_000] = 2 * FULL_SCALE
    out, done = limited(data)
    assert np.array_equal(out[:, :24_000], data[:, :24_000])
    assert np.array_equal(out[:, 34_000:], data[:, 34_000:])
    assert done.reduction_db == pytest.approx(7.02, abs=0.1)
    assert 0.05 < done.limited_s < 0.2


def test_silence_stays_silence_under_gain():
    data = integers(SOUNDS["noise"])
    data[:, 20_000:40_000] = 0
    out, _ = limited(data, gain_db=-3.0)
    assert not out[:, 20_000:40_000].any()


def test_gain_alone_is_gain():
    data = integers(0.1 * SOUNDS["noise"])
    out, done = limited(data, gain_db=6.0)
    assert np.abs(out - data * 10 ** (6 / 20)).max() < 1.5
    assert done.reduction_db == 0


def test_limiting_makes_no_clicks():
    data = integers(SOUNDS["a low sine"])
    out, _ = limited(data, stream=None)
    spectrum = np.abs(np.fft.rfft(out[0, 5000:45000] * np.blackman(40000)))
    hz = np.fft.rfftfreq(40000, 1 / RATE)
    assert 20 * np.log10(spectrum[hz > 5000].max() / spectrum.max()) < -90


def test_the_sides_are_lowered_together():
    data = integers(np.stack([SOUNDS["noise"][0], 0.01 * SOUNDS["noise"][0]]))
    out, _ = limited(data, stream=None)
    loud = np.abs(out[1]) > 1000
    assert np.allclose(out[0, loud] / out[1, loud], 100, rtol=2e-3)


def test_a_ceiling_above_full_scale_is_refused():
    with pytest.raises(ValueError, match="at most 0 dBTP"):
        limited(integers(SOUNDS["noise"]), ceiling_dbtp=0.5)


def test_a_master_is_written_from_a_mix_beyond_24_bits_and_is_byte_stable(tmp_path):
    data = integers(SOUNDS["a low sine"])
    with wav.IntWriter(tmp_path / "mix.wav", RATE, 1, bits=32) as writer:
        writer.write(data)
    done = [write_master(tmp_path / f"{n}.wav", tmp_path / "mix.wav", 0, -1, STREAM) for n in "ab"]
    assert done[0] == done[1]
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert np.array_equal(wav.read_pcm24_ints(tmp_path / "a.wav"), limited(data)[0])


def test_an_unchanged_master_equals_its_mix(tmp_path):
    data = integers(0.3 * SOUNDS["noise"])
    wav.write_pcm24(tmp_path / "mix.wav", data, RATE)
    write_master(tmp_path / "out.wav", tmp_path / "mix.wav", 0, -1, STREAM)
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "mix.wav").read_bytes()


def test_a_float_file_is_no_mix(tmp_path):
    with wav.FloatWriter(tmp_path / "mix.wav", RATE, 1) as writer:
        writer.write(np.zeros((1, 10)))
    with pytest.raises(AudioError, match="not integers"):
        write_master(tmp_path / "out.wav", tmp_path / "mix.wav")


def test_the_bits_do_not_change_with_the_instruction_set():
    assert_same_bits(
        """
import hashlib
import numpy as np
from approx_build.audio.limiter import Limiter
from approx_build.numerics.stream import Stream
data = np.array((Stream.named("x").uniforms(80000) - 0.5) * 2**25, np.int64).reshape(2, 40000)
limiter = Limiter(lambda a, b: data[:, a:b], 40000, 44100, 3.3, -1.0, Stream.named("d"))
for block in limiter.blocks():
    print(hashlib.sha256(block.tobytes()).hexdigest())
print(limiter.done)
"""
    )
