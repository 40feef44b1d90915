import numpy as np
import pyebur128
import pytest

from approx_build.audio.truepeak import (
    ITU_TABLE,
    around,
    between,
    largest_gain,
    meter_filters,
    strict_filters,
    true_peak,
)

RATE = 44100
T = np.arange(RATE)


def db(level):
    return 20 * np.log10(level)


def peak_of(data, **more):
    return true_peak(lambda start, stop: data[:, start:stop], data.shape[1], **more)


def reference_peak(data):
    state = pyebur128.R128State(len(data), RATE, pyebur128.MeasurementMode.MODE_TRUE_PEAK)
    # libebur128 waits for the sound to go on before it sees the last peaks.
    data = np.pad(data, ((0, 0), (0, 32)))
    state.add_frames(np.ascontiguousarray(data.T).reshape(-1), data.shape[1])
    return max(pyebur128.get_true_peak(state, channel) for channel in range(len(data)))


SOUNDS = {
    "noise": np.random.default_rng(0).uniform(-1, 1, (2, RATE)),
    "a sine between its samples": np.sin(2 * np.pi * T / 4 + np.pi / 4)[None],
    "a low sine": 0.3 * np.sin(2 * np.pi * 100 * T / RATE)[None],
    "a high sine": 0.8 * np.sin(2 * np.pi * 15000 * T / RATE + 1)[None],
    "a square": np.sign(np.sin(2 * np.pi * 441 * T / RATE + 0.1))[None],
}


@pytest.mark.parametrize("name", SOUNDS)
def test_the_meter_agrees_with_libebur128(name):
    assert db(peak_of(SOUNDS[name])) == pytest.approx(db(reference_peak(SOUNDS[name])), abs=1e-3)


def test_a_sine_that_avoids_its_peaks_is_seen_whole():
    samples = np.sin(2 * np.pi * T / 4 + np.pi / 4)[None, 100:-100]
    faded = samples * np.hanning(samples.shape[1])
    assert np.abs(faded).max() < 0.7072
    assert db(peak_of(faded)) == pytest.approx(0, abs=0.12)


def test_blocks_and_parts_do_not_show():
    noise = SOUNDS["noise"]
    whole = between(around(lambda a, b: noise[:, a:b], 0, RATE, RATE), meter_filters()).max()
    assert peak_of(noise, block=1000, part=64) == peak_of(noise) == whole


def test_a_peak_at_either_end_is_seen():
    click = np.zeros((1, 100))
    click[0, 0], click[0, -1] = 0.5, -0.75
    assert peak_of(click) == 0.75


def test_a_peak_is_never_below_the_largest_sample_nor_above_the_bound():
    noise = SOUNDS["noise"]
    for filters in (meter_filters(), strict_filters()):
        peaks = between(around(lambda a, b: noise[:, a:b], 0, RATE, RATE), filters)
        assert (peaks >= np.abs(noise).max(axis=0)).all()
        assert peaks.max() <= largest_gain(filters) * np.abs(noise).max()


def test_the_filters_pass_a_constant():
    for phase in strict_filters():
        assert sum(phase) == pytest.approx(1, abs=0.03)
    assert len(ITU_TABLE[0]) == len(ITU_TABLE[1]) == len(meter_filters()[0]) == 12


def test_silence_has_no_peak():
    assert peak_of(np.zeros((2, 1000))) == 0
