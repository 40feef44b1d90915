"""Sound from frames in blocks: what a take is made of."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.errors import ModelError
from approx_build.families.ddsp.synthesis import frames_a_block, frames_needed
from tests.families.ddsp.networks import loud_weights, network, played, take


def peak_hz(sound: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    at = int(spectrum.argmax())
    left, middle, right = np.log(spectrum[at - 1 : at + 2])
    return (at + 0.5 * (left - right) / (left - 2 * middle + right)) * rate / len(sound)


@pytest.mark.parametrize("hz", [568.333, 440.0, 751.667])
def test_the_pitch_that_is_written_sounds(hz: float) -> None:
    net = network(harmonics=1)
    sound = played(net, loud_weights(net, -20), take(16_000, pitch_hz=hz, loudness_db=-10))
    assert abs(1200 * np.log2(peak_hz(sound[2000:], net.rate) / hz)) < 0.5


def test_nothing_sounds_between_the_harmonics_nor_folds_back() -> None:
    net = network(harmonics=60, reverb_taps=0)
    sound = played(net, loud_weights(net, -40), take(16_000, pitch_hz=1000.0, loudness_db=-10))
    spectrum = np.abs(np.fft.rfft(sound[4000:12_000] * np.hanning(8000)))
    db = 20 * np.log10(spectrum / spectrum.max() + 1e-12)
    hz = np.arange(len(db))
    away = np.abs(hz - 1000 * np.round(hz / 1000)) > 20
    assert db[away].max() < -90
    assert db[1000] > -60


def test_noise_alone_is_noise_of_the_stream() -> None:
    net = network(reverb_taps=0)
    weights = loud_weights(net, 5.0)
    weights["controls.bias"][: 1 + net.harmonics] = -60
    weights["controls.weight"][:] = 0
    sound = played(net, weights, take(8000, pitch_hz=220))
    level = 2 * (1 / (1 + np.exp(-0.0))) ** np.log(10)
    assert abs(sound.std() / (level / np.sqrt(3)) - 1) < 0.05


def test_a_dry_take_leaves_out_the_reverberation() -> None:
    net = network()
    weights = loud_weights(net)
    wet, dry = (played(net, weights, take(9000, pitch_hz=220, dry=dry)) for dry in (False, True))
    assert (wet != dry).any()
    without = network(reverb_taps=0)
    less = {name: array for name, array in weights.items() if name != "reverb.impulse"}
    np.testing.assert_array_equal(played(without, less, take(9000, pitch_hz=220)), dry)


@pytest.mark.parametrize("bands", [2, 17, 129])
def test_a_long_take_begins_as_a_short_one_does_whatever_the_filter(bands: int) -> None:
    net = network(noise_bands=bands)
    weights = loud_weights(net)
    block = frames_a_block(net) * net.hop
    long = played(net, weights, take(3 * block + 17))
    for length in (1, block, block + 1, 2 * block + 300):
        np.testing.assert_array_equal(played(net, weights, take(length)), long[:length])


def test_blocks_hold_a_power_of_two_of_frames() -> None:
    assert frames_a_block(network()) == 128
    assert frames_needed(network(), 1) == 129
    assert frames_needed(network(), 8193) == 257


def test_weights_that_overflow_are_refused() -> None:
    net = network()
    weights = {name: array * np.float32(1e30) for name, array in loud_weights(net).items()}
    with pytest.raises(ModelError, match="not finite: its weights are too large"):
        played(net, weights, take(100))
