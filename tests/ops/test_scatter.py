import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.scatter import Scatter
from tests.ops.cases import RATE, STREAM

NOISE = Clip(Stream.named("noise").uniforms(2 * RATE)[np.newaxis] - 0.5, RATE)
ONES = Clip(np.ones((1, RATE)), RATE)


def scattered(clip=NOISE, stream=STREAM, **parameters):
    return Scatter(**{"length_s": 10.0, **parameters}).apply([clip], stream).data


def test_sparse_grains_are_as_many_as_asked():
    counts = []
    for seed in range(20):
        sound = scattered(
            ONES, Stream.named(seed), grain_s=0.001, density_hz=20, window="none", length_s=20
        )
        counts.append(sound.sum() / 8)
    assert abs(np.mean(counts) - 400) < 3 * 20 / 20**0.5


@pytest.mark.parametrize("density_hz", [50, 400])
def test_power_does_not_depend_on_the_density(density_hz):
    sound = scattered(density_hz=density_hz, window="none")[0, RATE:-RATE]
    expected = float((NOISE.data**2).mean())
    assert 0.75 < (sound**2).mean() / expected < 1.33


def test_a_longer_cloud_begins_like_the_shorter():
    short, long = scattered(length_s=4), scattered(length_s=8)
    assert np.array_equal(short[:, : 4 * RATE - 640], long[:, : 4 * RATE - 640])


def test_grains_come_from_the_whole_clip():
    ramp = Clip(np.linspace(0, 1, 4 * RATE)[np.newaxis], RATE)
    sound = scattered(ramp, grain_s=0.01, density_hz=5, window="none", length_s=60)
    heard = sound[sound > 0]
    assert heard.min() < 0.05
    assert heard.max() > 0.95
    assert abs(heard.mean() - 0.5) < 0.06


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"grain_s": 2.0, "clip": ONES}, r"a grain of 2.0 s is longer than the clip \(1.000 s\)"),
        ({"grain_s": 0.5, "length_s": 0.2}, r"a grain of 0.5 s is longer than the cloud \(0.2 s\)"),
    ],
)
def test_a_grain_that_does_not_fit_is_refused(parameters, message):
    with pytest.raises(OpError, match=message):
        scattered(**parameters)
