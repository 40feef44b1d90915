import json
from pathlib import Path

import numpy as np
import pyebur128
import pytest
import soundfile as sf

from approx_build.audio import wav
from approx_build.audio.clip import Clip
from approx_build.audio.loudness import loudness_curve, measure, peak_dbfs, quietest_dbfs

RATE = 44100


def written(tmp_path, data):
    wav.write_float(tmp_path / "a.wav", Clip(np.asarray(data, np.float32), RATE))
    return tmp_path / "a.wav"


def sine(db, length_s=20, hz=997, channels=2):
    t = np.arange(round(length_s * RATE)) / RATE
    return np.tile(10 ** (db / 20) * np.sin(2 * np.pi * hz * t), (channels, 1))


def test_a_stereo_sine_at_minus_23_dbfs_has_minus_23_lufs(tmp_path):
    facts = measure(written(tmp_path, sine(-23)))
    assert facts.integrated_lufs == pytest.approx(-23, abs=0.05)
    assert facts.momentary_max_lufs == pytest.approx(-23, abs=0.05)
    assert facts.range_lu == pytest.approx(0, abs=0.05)
    assert facts.sample_peak_dbfs == pytest.approx(-23, abs=0.01)
    assert facts.true_peak_dbtp == pytest.approx(-23, abs=0.02)
    assert facts.rms_dbfs == pytest.approx(-26.01, abs=0.01)
    assert (facts.dc, facts.clipped, facts.silences_s) == (0, 0, ())
    assert facts.length_s == 20


def test_figures_agree_with_libebur128_fed_at_once(tmp_path):
    rng = np.random.default_rng(0)
    data = rng.normal(0, 0.1, (2, 30 * RATE + 777)) * np.linspace(0.05, 1, 30 * RATE + 777)
    data = np.asarray(np.clip(data, -1, 1), np.float32)
    facts = measure(written(tmp_path, data))
    modes = pyebur128.MeasurementMode
    state = pyebur128.R128State(2, RATE, modes.MODE_I | modes.MODE_LRA | modes.MODE_TRUE_PEAK)
    state.add_frames(np.ascontiguousarray(data.T).reshape(-1), data.shape[1])
    assert facts.integrated_lufs == pytest.approx(pyebur128.get_loudness_global(state), abs=0.01)
    assert facts.range_lu == pytest.approx(pyebur128.get_loudness_range(state), abs=0.01)
    peak = max(pyebur128.get_true_peak(state, channel) for channel in (0, 1))
    assert facts.true_peak_dbtp == pytest.approx(20 * np.log10(peak), abs=0.05)


def test_silences_offset_and_clipping_are_reported(tmp_path):
    data = sine(-6, 20) + 0.01
    data[:, : RATE // 2] = 0
    data[:, 5 * RATE : 12 * RATE] = 0
    data[:, 15 * RATE : 15 * RATE + 100] = 0
    data[:, 19 * RATE :] = 0
    data[1, 4 * RATE : 4 * RATE + 3] = [1, -1, 1]
    facts = measure(written(tmp_path, data))
    assert facts.silences_s == ((0, 0.5), (5, 12), (19, 20))
    assert facts.clipped == 3
    assert facts.dc == pytest.approx(0.01 * 11.5 / 20, abs=1e-3)
    assert facts.true_peak_dbtp > facts.sample_peak_dbfs == 0


def test_a_24_bit_file_at_full_scale_counts_as_clipped(tmp_path):
    wav.write_pcm24(tmp_path / "a.wav", np.array([[2**23 - 1, -(2**23), 5] * 99]), RATE)
    assert measure(tmp_path / "a.wav").clipped == 198


def test_the_facts_of_silence_are_plain_json(tmp_path):
    facts = measure(written(tmp_path, np.zeros((2, 10 * RATE))))
    assert json.loads(json.dumps(facts.as_json())) == {
        "length_s": 10.0,
        "integrated_lufs": None,
        "range_lu": facts.range_lu,
        "momentary_max_lufs": None,
        "true_peak_dbtp": None,
        "sample_peak_dbfs": None,
        "rms_dbfs": None,
        "dc": 0.0,
        "clipped": 0,
        "silences_s": [[0.0, 10.0]],
    }


def test_a_moment_of_sound_has_facts_too(tmp_path):
    facts = measure(written(tmp_path, [[0.5, -0.25]]))
    assert (facts.integrated_lufs, facts.range_lu, facts.momentary_max_lufs) == (None, None, None)
    assert facts.sample_peak_dbfs == -6.02


def test_the_peak_of_a_range(tmp_path):
    path = written(tmp_path, [[0.5, -1.0, 0, 0, 0.25]])
    assert peak_dbfs(path) == 0
    assert peak_dbfs(path, 2) == -12.04
    assert peak_dbfs(path, 2, 4) is None


def test_the_quietest_second_is_found_wherever_it_is(tmp_path: Path) -> None:
    rate, hole = 1000, 3725
    sound = np.full(200_137, 0.25)
    sound[hole : hole + rate] = 0.001
    sound[-40:] = 0.0
    path = tmp_path / "hole.wav"
    sf.write(path, np.stack([sound, sound], axis=1), rate, subtype="FLOAT")
    found = quietest_dbfs(path, 0, len(sound), rate)
    every = [sound[at : at + rate] for at in range(0, len(sound) - rate, rate // 10)]
    expected = min(np.sqrt(np.square(one).mean()) for one in every)
    assert found == pytest.approx(20 * np.log10(expected), abs=0.01)
    assert quietest_dbfs(path, 10_000, len(sound) - 40, rate) == pytest.approx(-12.04, abs=0.01)
    # The end of the range counts, though it is no tenth of a second.
    assert quietest_dbfs(path, 10_000, len(sound), rate) == pytest.approx(-12.22, abs=0.01)
    assert quietest_dbfs(path, len(sound) - 40, len(sound), rate) is None


def test_the_curve_follows_the_loudness_and_names_silence(tmp_path):
    loud, soft = sine(-20, 2), sine(-40, 2)
    curve = loudness_curve(written(tmp_path, np.hstack([loud, soft, np.zeros((2, 2 * RATE))])))
    assert len(curve) == 60
    assert curve[3:17] == [-20.0] * 14
    assert curve[23:37] == [-40.0] * 14
    assert curve[44:] == [None] * 16


def test_the_curve_of_a_long_sound_keeps_its_loudest_moments(tmp_path):
    quiet, burst = sine(-50, 10), sine(-20, 0.5)
    curve = loudness_curve(written(tmp_path, np.hstack([quiet, burst, quiet])), 20)
    assert len(curve) <= 20
    assert max(curve) == pytest.approx(-20, abs=0.1)
    assert sorted(curve)[: len(curve) - 2] == [-50.0] * (len(curve) - 2)
    assert loudness_curve(written(tmp_path, sine(-20, 0.1))) == [None] * 4
