"""Latents of takes: of sounds at any speed, of two sounds, of walks; and operations on them."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.families.rave.axes import principal_axes
from approx_build.families.rave.codec import Codec
from approx_build.families.rave.latents import latents_of, random_walk
from approx_build.families.rave.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import Stream, stream_key
from approx_build.ways.base import Conditioning
from approx_build.ways.between import Interpolation
from approx_build.ways.prime import Priming
from approx_build.ways.transfer import TransferConditioning
from tests.families.rave.networks import network, noise, weights_of

NET = network()
FRAMES = 40
SECONDS = NET.hop / NET.rate


@pytest.fixture(scope="module")
def codec() -> Codec:
    weights = weights_of(NET)
    spread = np.random.default_rng(2).standard_normal((500, NET.latent_channels))
    weights |= principal_axes(spread * np.arange(5, 0, -1) + 0.3)
    return Codec(NET, weights)


def sound(seed: int = 1) -> Clip:
    return Clip(noise(NET.hop * FRAMES, seed)[np.newaxis], NET.rate)


def latents(
    codec: Codec,
    conditioning: Conditioning | None = None,
    first: int = 0,
    frames: int = FRAMES,
    stream: str = "take",
    **sampling: object,
) -> np.ndarray:
    take = TakeRequest(
        frames * NET.hop, stream_key(stream), Sampling.model_validate(sampling), conditioning
    )
    return latents_of(codec, take, first, frames)


def along(codec: Codec, found: np.ndarray) -> np.ndarray:
    """Places on the axes, in deviations."""
    mean, axes, deviation = codec.space
    return (found - mean) @ axes.T / deviation


def test_the_latents_of_a_transfer_are_those_of_the_encoded_sound(codec: Codec) -> None:
    expected, _ = codec.encode(sound().data[0], -3, FRAMES)
    np.testing.assert_array_equal(latents(codec, TransferConditioning(sound()), -3), expected)


def test_a_stretched_sound_has_interpolated_latents(codec: Codec) -> None:
    plain = latents(codec, TransferConditioning(sound()))
    slow = latents(codec, TransferConditioning(sound(), stretch=2))
    np.testing.assert_array_equal(slow[::2], plain[: FRAMES // 2])
    middle = (plain[: FRAMES // 2 - 1] + plain[1 : FRAMES // 2]) / 2
    np.testing.assert_allclose(slow[1:-1:2], middle, atol=1e-6)
    fast = latents(codec, TransferConditioning(sound(), stretch=0.5), frames=FRAMES // 2)
    np.testing.assert_array_equal(fast, plain[::2])


def test_posterior_noise_depends_on_the_stream_and_the_position(codec: Codec) -> None:
    plain, scale = codec.encode(sound().data[0], 0, FRAMES)
    found = latents(codec, TransferConditioning(sound()), posterior=0.5)
    drawn = (found - plain) / (0.5 * scale)
    assert abs(drawn.std() - 1) < 0.15
    later = latents(codec, TransferConditioning(sound()), 10, 5, posterior=0.5)
    np.testing.assert_array_equal(later, found[10:15])
    other = latents(codec, TransferConditioning(sound()), posterior=0.5, stream="other")
    assert (other != found).any()


def test_latents_between_two_sounds_are_interpolated(codec: Codec) -> None:
    one, other = (latents(codec, TransferConditioning(sound(seed))) for seed in (1, 2))
    pair = Interpolation(sound(1), sound(2), 0.25)
    np.testing.assert_allclose(latents(codec, pair), one + 0.25 * (other - one), atol=1e-6)
    end_s = (FRAMES - 1) * SECONDS
    glide = latents(codec, pair, latent=[{"blend": [[0, 0], [end_s, 1]]}])
    np.testing.assert_allclose(glide[0], one[0], atol=1e-6)
    np.testing.assert_allclose(glide[-1], other[-1], atol=1e-6)


def test_a_random_walk_has_variance_1_and_the_given_step() -> None:
    for step in (0.1, 0.5, 1.0):
        path = random_walk(Stream.named("walk"), step, 0, 20_000, 3).astype(np.float64)
        assert abs(path.std() - 1) < 0.2
        missed = path[1:] - np.sqrt(1 - step**2) * path[:-1]
        assert abs(missed.std() - step) < 0.05 * step
    assert (
        random_walk(Stream.named("walk"), 0, 0, 9, 3)
        == random_walk(Stream.named("walk"), 0, 0, 1, 3)
    ).all()


def test_a_random_walk_does_not_depend_on_its_length_and_is_constant_before_0() -> None:
    whole = random_walk(Stream.named("walk"), 0.3, -4, 30, 3)
    np.testing.assert_array_equal(random_walk(Stream.named("walk"), 0.3, 2, 5, 3), whole[6:11])
    assert (whole[:4] == whole[4]).all()


def test_latents_without_sound_have_the_spread_of_the_corpus(codec: Codec) -> None:
    found = along(codec, latents(codec, frames=3000, walk_step=1.0))
    np.testing.assert_allclose(found.std(axis=0), 1, atol=0.06)
    wide = along(codec, latents(codec, frames=3000, walk_step=1.0, walk_spread=2.0))
    np.testing.assert_allclose(wide, 2 * found, atol=1e-3)


def test_a_prior_continues_its_context_which_precedes_the_take() -> None:
    net = network(prior_channels=4, prior_layers=2)
    codec = Codec(net, weights_of(net))
    given = sound()
    tail = given.data[0][-4 * net.hop :]
    expected, _ = codec.encode(np.concatenate((tail, tail[::-1])), 0, 4)
    found = latents(codec, Priming(given), -4, 20)
    np.testing.assert_array_equal(found[:4], expected)
    np.testing.assert_array_equal(latents(codec, Priming(given), 3, 5), found[7:12])
    alone = latents(codec, first=-4, frames=20)
    assert (alone[:5] == alone[4]).all()
    assert (alone[4:] != found[4:]).any()
    assert (latents(codec, first=-4, frames=20, stream="other")[4:] != alone[4:]).any()


def test_only_the_named_axis_is_moved_and_scaled(codec: Codec) -> None:
    plain = along(codec, latents(codec, TransferConditioning(sound())))
    end_s = (FRAMES - 1) * SECONDS
    curve = [[0, -1.5], [end_s, 1.5]]
    given = [{"axis": 2, "scale": 3, "offset": curve}]
    moved = along(codec, latents(codec, TransferConditioning(sound()), latent=given))
    expected = plain.copy()
    expected[:, 1] = 3 * plain[:, 1] + np.linspace(-1.5, 1.5, FRAMES)
    np.testing.assert_allclose(moved, expected, atol=2e-5)


def test_a_walk_on_an_axis_has_its_own_stream(codec: Codec) -> None:
    plain = along(codec, latents(codec, TransferConditioning(sound())))
    moved = along(
        codec, latents(codec, TransferConditioning(sound()), latent=[{"axis": 3, "walk": 0.5}])
    )
    apart = moved - plain
    stream = Stream(stream_key("take")).child("walk", 3)
    np.testing.assert_allclose(
        apart[:, 2], 0.5 * random_walk(stream, 0.3, 0, FRAMES, 1)[:, 0], atol=2e-5
    )
    np.testing.assert_allclose(np.delete(apart, 2, axis=1), 0, atol=2e-5)


def test_hold_repeats_one_latent_for_a_time(codec: Codec) -> None:
    plain = latents(codec, TransferConditioning(sound()))
    given = [{"hold": {"at_s": 10 * SECONDS, "for_s": 6 * SECONDS}}]
    held = latents(codec, TransferConditioning(sound()), latent=given)
    np.testing.assert_array_equal(held[10:16], np.tile(plain[10], (6, 1)))
    np.testing.assert_array_equal(
        np.delete(held, slice(10, 16), 0), np.delete(plain, slice(10, 16), 0)
    )


def test_smooth_latents_are_means_over_time_including_the_ends(codec: Codec) -> None:
    plain = latents(codec, TransferConditioning(sound()), -5, FRAMES).astype(np.float64)
    given = [{"smooth_s": 4 * SECONDS}]
    smooth = latents(codec, TransferConditioning(sound()), 0, FRAMES - 10, latent=given)
    expected = [plain[row + 3 : row + 8].mean(axis=0) for row in range(FRAMES - 10)]
    np.testing.assert_allclose(smooth, expected, atol=1e-6)


def test_operations_run_in_their_order(codec: Codec) -> None:
    first, second = {"axis": 1, "offset": 1}, {"axis": 1, "scale": 2}
    one, other = (
        along(codec, latents(codec, TransferConditioning(sound()), latent=order))
        for order in ([first, second], [second, first])
    )
    np.testing.assert_allclose(one[:, 0] - other[:, 0], 1, atol=1e-4)
