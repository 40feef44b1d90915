from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.parameterisation import Velocity
from approx_build.errors import ModelError
from approx_build.families.dance_diffusion.draw import draw
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.base import Conditioning
from approx_build.ways.between import Interpolation
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.prime import Priming
from approx_build.ways.vary import Variation
from tests.engines.diffusion.networks import gaussian, noise, one_sound
from tests.families.dance_diffusion.networks import HEADS, TINY, WIDE, some_weights

FAST = Sampling(steps=12)
FIRST = Clip(noise(1, 64, name="first") * np.float32(0.3), 8000)
SECOND = Clip(noise(1, 200, name="second") * np.float32(0.3), 8000)
NORMAL = gaussian(0, 0.3)


def take(
    conditioning: Conditioning, length: int = 64, name: str = "take", sampling: Sampling = FAST
) -> TakeRequest[Sampling]:
    return TakeRequest(length, stream_key(name), sampling, conditioning)


def drawn(
    *made_of: Conditioning,
    length: int = 64,
    velocity: Velocity = NORMAL,
    sampling: Sampling = FAST,
) -> list[Clip]:
    """A clip for each, by a stream each."""
    takes = [take(one, length, f"take {number}", sampling) for number, one in enumerate(made_of)]
    return draw(TINY, {}, takes, velocity=velocity)


def test_variations_are_as_long_as_asked_and_each_its_own() -> None:
    for length in (40, 64, 150):
        varied = drawn(Variation(SECOND, 0.4), Variation(SECOND, 0.4), length=length)
        assert {(clip.length, clip.rate) for clip in varied} == {(length, 8000)}
        assert not np.array_equal(varied[0].data, varied[1].data)


def test_the_lower_the_noise_level_the_nearer_the_sound() -> None:
    away = [
        np.abs(drawn(Variation(SECOND, level), length=150)[0].data - SECOND.data[:, :150]).mean()
        for level in (0.0, 0.2, 0.5, 0.9)
    ]
    assert away[0] == 0
    assert away == sorted(away)


def test_in_betweens_begin_at_one_clip_and_end_at_the_other() -> None:
    longer = Clip(np.tile(FIRST.data, 3), 8000)
    for length in (64, 150):
        pairs = [Interpolation(longer, SECOND, place) for place in (0.0, 0.5, 1.0)]
        found = drawn(*pairs, length=length, sampling=Sampling(steps=100))
        np.testing.assert_allclose(found[0].data, longer.data[:, :length], atol=0.02)
        np.testing.assert_allclose(found[2].data, SECOND.data[:, :length], atol=0.02)
        assert np.abs(found[1].data - found[0].data).mean() > 0.05


@pytest.mark.parametrize("length", [700, 1000, 2500])
def test_no_take_has_what_a_network_makes_at_the_ends_of_windows(length: int) -> None:
    clicks = np.zeros((1, 1024), np.float32)
    clicks[:, [0, 1, 2, 3, -4, -3, -2, -1]] = 1
    silence = Clip(np.zeros((1, 3000), np.float32), 8000)
    made = (
        Variation(silence, 0.5),
        Inpainting(silence, ((0, 300), (length - 50, length))),
        Extension(Clip(silence.data[:, :400], 8000)),
        None,
    )
    for number, one in enumerate(made):
        asked = TakeRequest(length, stream_key("take", number), FAST, one)
        [clip] = draw(WIDE, {}, [asked], velocity=one_sound(clicks))
        assert clip.length == length
        # Windows of longer sound are blended, each fading towards its ends.
        is_blended = length > 1000 and number < 2
        assert np.abs(clip.data).max() < (0.02 if is_blended else 1e-4), one


def test_missing_ranges_are_made_anew_and_the_rest_is_kept() -> None:
    whole = one_sound(FIRST.data)
    known = FIRST.data.copy()
    known[:, 10:20] = 0
    known[:, 60:] = 0
    mended = Inpainting(Clip(known, 8000), ((10, 20), (60, 64)))
    for clip in drawn(mended, mended, velocity=whole):
        np.testing.assert_allclose(clip.data, FIRST.data, atol=1e-4)
        np.testing.assert_array_equal(clip.data[:, 20:60], FIRST.data[:, 20:60])


def test_what_is_known_of_a_sound_stays_also_beyond_full_scale_and_a_window() -> None:
    loud = Clip(SECOND.data * np.float32(9), 8000)
    found = drawn(Inpainting(loud, ((70, 90),)), length=170)[0]
    np.testing.assert_array_equal(found.data[:, :70], loud.data[:, :70])
    np.testing.assert_array_equal(found.data[:, 90:], loud.data[:, 90:170])
    assert np.abs(found.data[:, 70:90]).max() <= 1


def test_an_extension_is_the_sound_and_continues_from_its_end() -> None:
    past = np.concatenate([noise(1, 70, name="past"), FIRST.data[:, :32]], axis=1)
    found = drawn(Extension(Clip(past, 8000)), length=134, velocity=one_sound(FIRST.data))[0]
    np.testing.assert_array_equal(found.data[:, :102], past)
    np.testing.assert_allclose(found.data[:, 102:], FIRST.data[:, 32:], atol=1e-4)


def test_a_take_of_sound_does_not_depend_on_those_drawn_with_it() -> None:
    """On the network's own kernels, in stereo."""
    weights = some_weights(HEADS)
    stereo = Clip(noise(2, 120, name="stereo") * np.float32(0.2), 8000)
    other = Clip(noise(2, 60, name="other") * np.float32(0.2), 8000)
    takes = [
        take(Variation(stereo, 0.5), 48, "a"),
        take(Variation(other, 0.5), 40, "b"),
        take(Variation(stereo, 0.5), 100, "c"),
        take(Inpainting(stereo, ((5, 9),)), 48, "d"),
        take(Interpolation(stereo, other, 0.2), 48, "e"),
        take(Interpolation(stereo, other, 0.7), 30, "f"),
        take(Extension(other), 90, "g"),
        TakeRequest(40, stream_key("h"), FAST, Priming(other)),
    ]
    takes = [
        TakeRequest(one.length, one.stream, Sampling(steps=3), one.conditioning) for one in takes
    ]
    together = HEADS.draw(weights, takes)
    for one, clip in zip(takes, together, strict=True):
        assert clip.data.shape == (2, one.length)
        np.testing.assert_array_equal(HEADS.draw(weights, [one])[0].data, clip.data)


def test_progress_reaches_the_end_once() -> None:
    told: list[tuple[int, int]] = []
    takes = [take(Interpolation(FIRST, SECOND, 0.5)), take(Variation(FIRST, 0.5), name="b")]
    draw(TINY, {}, takes, progress=lambda *now: told.append(now), velocity=NORMAL)
    assert told[-1] == (128, 128)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("noise_level", [-0.1, 1.1, float("nan")])
def test_a_noise_level_outside_is_refused(noise_level: float) -> None:
    with pytest.raises(ModelError, match=r"noise level: .*; must be from 0 to 1"):
        drawn(Variation(FIRST, noise_level))


@pytest.mark.parametrize(
    ("made_of", "told"),
    [
        (lambda short: Variation(short, 0.4), "variation: 63 samples; the network needs 64"),
        (lambda short: Inpainting(short, ((0, 9),)), "inpainting: 63 samples; the network"),
        (lambda short: Interpolation(FIRST, short, 0.4), "second sound: 63 samples; the network"),
        (lambda short: Extension(FIRST), "extension: 64 samples of a take of 64; it leaves"),
    ],
)
def test_sound_of_a_length_that_does_not_fit_is_refused(made_of: object, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        drawn(made_of(Clip(FIRST.data[:, :63], 8000)))  # type: ignore[operator]


def test_clips_of_different_rates_or_channels_do_not_meet() -> None:
    with pytest.raises(ModelError, match="second sound: 16000 Hz; the network needs 8000 Hz"):
        drawn(Interpolation(FIRST, Clip(SECOND.data, 16000), 0.5))
    stereo = Clip(np.tile(SECOND.data, (2, 1)), 8000)
    with pytest.raises(ModelError, match="second sound: 2 channels; the network needs 1"):
        drawn(Interpolation(FIRST, stereo, 0.5))


def test_clips_the_network_cannot_hear_are_refused() -> None:
    other = Clip(FIRST.data, 16000)
    with pytest.raises(ModelError, match="first sound: 16000 Hz; the network needs 8000 Hz"):
        drawn(Interpolation(other, other, 0.5))


@pytest.mark.parametrize("missing", [(-1, 5), (5, 5), (60, 65)])
def test_a_range_outside_the_take_is_refused(missing: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="not inside the take of 64 samples"):
        drawn(Inpainting(FIRST, (missing,)))
