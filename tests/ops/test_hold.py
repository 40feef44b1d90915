import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import OpError
from approx_build.numerics.stream import Stream
from approx_build.ops.hold import Hold

RATE = 8000
STREAM = Stream.named("test")


def noise(length, channels=1):
    numbers = Stream.named("noise").uniforms(channels * length) - 0.5
    return Clip(numbers.reshape(channels, length), RATE)


def held(clip, **parameters):
    return Hold(**{"length_s": 1.0, **parameters}).apply([clip], STREAM).data


@pytest.mark.parametrize("window", ["fade", "hann", "none"])
@pytest.mark.parametrize("rate_hz", [3, 7.3, 400])
def test_period_is_exactly_the_rounded_quotient_of_the_rates(window, rate_hz):
    result = held(noise(RATE), window=window, rate_hz=rate_hz, start_s=0.1)[0]
    period = round(RATE / rate_hz)
    middle = slice(period, RATE - 100 - period)
    assert (result[middle] == np.roll(result, -period)[middle]).all()
    for wrong in (period - 1, period + 1):
        assert (result[middle] != np.roll(result, -wrong)[middle]).any()


def test_no_window_repeats_the_grain_as_it_is():
    clip = noise(RATE)
    result = held(clip, window="none", rate_hz=8)
    assert (result == np.tile(clip.data[:, :1000], 8)).all()


def test_a_clip_shorter_than_the_grain_is_held_whole():
    clip = noise(700)
    result = held(clip, window="none", rate_hz=4)
    assert (result == np.tile(clip.data, 12)[:, :RATE]).all()


def test_what_follows_the_grain_overlaps_its_next_beginning():
    ramp = Clip(np.ones((1, RATE)), RATE)
    result = held(ramp, rate_hz=5)[0]
    assert np.abs(result[40:-40] - 1).max() < 1e-6


def test_a_grain_at_the_end_of_the_clip_fades_out_and_in():
    result = held(Clip(np.ones((1, 1000)), RATE), rate_hz=8)[0]
    assert result[999] < 1e-3
    assert result[1000] < 1e-3
    assert result[1500] == 1


def test_a_start_after_the_end_is_refused():
    with pytest.raises(OpError, match=r"start at 2.0 s, after the end of the clip \(1.000 s\)"):
        held(noise(RATE), start_s=2)


@pytest.mark.parametrize("start_s", [(RATE - 1) / RATE])
def test_a_grain_of_one_sample_is_refused(start_s):
    with pytest.raises(OpError, match="a grain of 1 samples is too short"):
        held(noise(RATE), start_s=start_s)
