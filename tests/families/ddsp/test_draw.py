"""Takes of the form `ae`, of sources, and at other rates."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.families.ddsp.curves import pitch_and_loudness
from approx_build.ways.transfer import TransferConditioning
from tests.families.ddsp.networks import loud_weights, network, played, take


def source(rate: int, hz: float = 300.0, harmonics: int = 3) -> Clip:
    times = np.arange(rate) / rate
    sound = sum(np.sin(2 * np.pi * k * hz * times) / k for k in range(1, harmonics + 1))
    return Clip((0.2 * np.asarray(sound)).astype(np.float32)[None], rate)


def test_a_take_sings_the_pitch_of_its_source_transposed() -> None:
    net = network(reverb_taps=0)
    conditioning = TransferConditioning(source(net.rate), ((0.0, 7.0),))
    sound = played(net, loud_weights(net, -20), take(8000, conditioning))
    track, _ = pitch_and_loudness(net, sound, 125)
    expected = 300 * 2 ** (7 / 12)
    assert np.abs(1200 * np.log2(track.hz[15:-15] / expected)).max() < 5


def test_the_autoencoder_uses_the_timbre_of_its_source_and_zeros_without_one() -> None:
    net = network(form="ae", timbre_channels=4)
    weights = loud_weights(net)
    deaf = {**weights, "encoder.timbre.weight": np.zeros_like(weights["encoder.timbre.weight"])}
    with_source = take(8000, TransferConditioning(source(net.rate)))
    assert (played(net, weights, with_source) != played(net, deaf, with_source)).any()
    alone = take(8000, pitch_hz=300)
    np.testing.assert_array_equal(played(net, weights, alone), played(net, deaf, alone))


@pytest.mark.parametrize(("rate", "frame_rate"), [(11_025, 105), (44_100, 252), (48_000, 250)])
def test_other_rates_play_the_same_pitch(rate: int, frame_rate: int) -> None:
    net = network(sample_rate=rate, frame_rate=frame_rate, reverb_taps=100)
    sound = played(net, loud_weights(net, -20), take(rate, pitch_hz=440, loudness_db=-10))
    track, _ = pitch_and_loudness(net, sound, frame_rate)
    assert np.abs(1200 * np.log2(track.hz[20:-20] / 440)).max() < 3


def test_the_same_stream_has_the_same_noise_whatever_the_curves() -> None:
    net = network(reverb_taps=0, harmonics=1)
    weights = loud_weights(net, 3)
    weights["controls.weight"][:] = 0
    weights["controls.bias"][:2] = -60
    one, other = (played(net, weights, take(4000, pitch_hz=hz)) for hz in (200, 500))
    np.testing.assert_allclose(one, other, atol=1e-5)
