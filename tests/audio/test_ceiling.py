import numpy as np
import pytest

from approx_build.audio.ceiling import MARGIN_DB, REACH, fine_filters, loudest
from approx_build.audio.dither import FULL_SCALE
from approx_build.audio.limiter import Limiter
from approx_build.audio.truepeak import around, between
from approx_build.numerics.stream import Stream
from tests.audio.meters import db, ffmpeg_peak, ideal_peak

LENGTH = 30_000
T = np.arange(LENGTH)
RNG = np.random.default_rng(3)

FULL_BAND = {
    "white noise": np.clip(RNG.normal(0, 0.5, (2, LENGTH)), -0.99, 0.99),
    "random signs": np.where(RNG.random((2, LENGTH)) < 0.5, -0.99, 0.99),
    "a high tone": 0.99 * np.sin(2 * np.pi * 0.499 * T + 0.3)[None],
    "half the sample rate that turns over": (
        np.where(T % 1000 < 500, 1, -1)[None] * np.where(T % 2, 0.99, -0.99)[None]
    ),
    "a square": 0.99 * np.sign(np.sin(2 * np.pi * 997 / 44100 * T + 0.1))[None],
    "a beginning": np.where(T < 2, 0.99, 0.0)[None] * np.where(T % 2, 1, -1)[None],
}


def padded(sound):
    length = sound.shape[1]
    return around(lambda a, b: sound[:, a:b], 0, length, length, REACH, REACH)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("name", FULL_BAND)
def test_full_band_sound_stays_below_the_ceiling_by_every_meter(name, rate):
    data = np.rint(FULL_BAND[name] * FULL_SCALE).astype(np.int64)
    limiter = Limiter(lambda a, b: data[:, a:b], LENGTH, rate, 0.0, -1.0, Stream.named("master"))
    sound = np.concatenate(list(limiter.blocks()), axis=1) / FULL_SCALE
    assert ffmpeg_peak(sound, rate) <= -1.0 + MARGIN_DB
    assert ideal_peak(sound) <= -1.0 + MARGIN_DB


def test_the_strictest_reading_is_that_of_the_meters():
    sound = FULL_BAND["white noise"]
    found = db(loudest(padded(sound)).max())
    assert found >= max(ffmpeg_peak(sound, 44_100), ideal_peak(sound)) - MARGIN_DB
    assert found <= max(ffmpeg_peak(sound, 44_100), ideal_peak(sound)) + MARGIN_DB


def test_the_filter_of_libswresample_is_the_same_in_either_domain():
    sound = FULL_BAND["random signs"] * np.hanning(LENGTH)
    near = padded(sound)[:, REACH - 15 : REACH + LENGTH + 16]
    assert (loudest(padded(sound)) >= between(near, fine_filters()) - 1e-12).all()
    assert db(between(near, fine_filters()).max()) == pytest.approx(
        ffmpeg_peak(sound, 48_000, 8 * 48_000), abs=1e-9
    )


def test_what_is_far_below_is_not_looked_at_and_what_is_above_is_seen():
    sound = FULL_BAND["white noise"] * 0.01
    every = loudest(padded(sound))
    seen = loudest(padded(sound), every.max() * 0.9)
    assert seen.max() == every.max()
    assert not loudest(padded(sound), 1.0).any()


def test_silence_has_no_peak():
    assert not loudest(np.zeros((2, 100 + 2 * REACH))).any()
