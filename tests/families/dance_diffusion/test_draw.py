from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.errors import ModelError
from approx_build.families.dance_diffusion.draw import draw, velocity_of
from approx_build.families.dance_diffusion.network import velocity_on
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import Stream, stream_key
from approx_build.ways.prime import Priming
from tests.dispatch import assert_same_bits
from tests.engines.diffusion.networks import noise, one_sound
from tests.families.dance_diffusion.networks import HEADS, TINY, some_weights

WEIGHTS = some_weights(TINY)
FAST = Sampling(steps=4, resampling_times=2)
WHOLE = noise(1, 64, name="whole") * np.float32(0.25)


def take(length: int, name: str = "take", **others: object) -> TakeRequest[Sampling]:
    given = {"sampling": FAST, **others}
    return TakeRequest(length=length, stream=stream_key(name), **given)  # type: ignore[arg-type]


def some_takes() -> list[TakeRequest[Sampling]]:
    prime = Clip(noise(1, 20, name="prime") * np.float32(0.1), 8000)
    return [
        take(64, "a"),
        take(30, "b"),
        take(150, "c"),
        take(40, "d", conditioning=Priming(prime)),
        take(64, "e", sampling=Sampling(sampler="dpmpp-2m-sde", steps=3)),
    ]


def test_takes_are_clips_of_their_length_at_the_network_s_rate() -> None:
    takes = some_takes()
    clips = TINY.draw(WEIGHTS, takes)
    assert [clip.length for clip in clips] == [one.length for one in takes]
    assert {(clip.rate, clip.channels) for clip in clips} == {(8000, 1)}
    stereo = HEADS.draw(some_weights(HEADS), [take(40)])[0]
    assert stereo.channels == 2
    assert not np.array_equal(*stereo.data)


def test_a_take_does_not_depend_on_those_drawn_with_it() -> None:
    together = TINY.draw(WEIGHTS, some_takes())
    for one, clip in zip(some_takes(), together, strict=True):
        np.testing.assert_array_equal(TINY.draw(WEIGHTS, [one])[0].data, clip.data)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_draws(name: str) -> None:
    sampling = Sampling.model_validate({"sampler": name, "steps": 3})
    clip = TINY.draw(WEIGHTS, [take(64, sampling=sampling)])[0]
    assert 0.001 < clip.data.std() < 10


def test_a_shorter_take_is_the_beginning_of_a_longer_one() -> None:
    long = TINY.draw(WEIGHTS, [take(150)])[0]
    for length in (1, 64, 65):
        clip = TINY.draw(WEIGHTS, [take(length)])[0]
        np.testing.assert_array_equal(clip.data, long.data[:, :length])


def test_a_network_that_knows_one_sound_draws_it() -> None:
    clip = draw(TINY, {}, [take(64)], velocity=one_sound(WHOLE))[0]
    np.testing.assert_allclose(clip.data, WHOLE, atol=1e-4)


def test_a_take_continues_from_the_end_of_its_prime() -> None:
    """Of a prime longer than half a window that half is heard; the window's rest is the take."""
    heard = np.concatenate([noise(1, 100, name="past"), WHOLE[:, :32]], axis=1)
    prime = Clip(heard, 8000)
    clip = draw(TINY, {}, [take(32, conditioning=Priming(prime))], velocity=one_sound(WHOLE))[0]
    np.testing.assert_allclose(clip.data, WHOLE[:, 32:], atol=1e-4)


def test_takes_keep_within_full_scale() -> None:
    loud = WHOLE * np.float32(40)
    clip = draw(TINY, {}, [take(64)], velocity=one_sound(loud))[0]
    np.testing.assert_allclose(clip.data, np.clip(loud, -1, 1), atol=1e-3)
    assert np.abs(clip.data).max() == 1


def test_progress_ends_where_all_is_drawn() -> None:
    told: list[tuple[int, int]] = []
    takes = some_takes()
    TINY.draw(WEIGHTS, takes, progress=lambda *now: told.append(now))
    total = sum(one.length for one in takes)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_kernels_compute_what_torch_computes() -> None:
    x = noise(2, 1, 64)
    for time in (0.0, 0.3, 1.0):
        by_torch = velocity_on(TINY, WEIGHTS, "cpu")(x, time)
        by_kernels = velocity_of(TINY, WEIGHTS, "cpu")(x, time)
        np.testing.assert_allclose(by_kernels, by_torch, atol=1e-4)


@pytest.mark.parametrize(
    ("prime", "told"),
    [
        (Clip(WHOLE, 16000), "prime: 16000 Hz; the network needs 8000 Hz"),
        (Clip(np.tile(WHOLE, (2, 1)), 8000), "prime: 2 channels; the network needs 1"),
        (Clip(WHOLE[:, :0], 8000), "prime: 0 samples; the network needs 1"),
        (Clip(WHOLE * np.float32(np.nan), 8000), "prime: some samples are not finite numbers"),
    ],
)
def test_a_prime_that_does_not_fit_the_network_is_refused(prime: Clip, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        TINY.draw(WEIGHTS, [take(64, conditioning=Priming(prime))])


def test_an_empty_take_is_refused() -> None:
    with pytest.raises(ModelError, match="length: 0 samples; must be at least 1"):
        TINY.draw(WEIGHTS, [take(0)])


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ModelError, match=r"expected shape|no such tensor"):
        TINY.draw(some_weights(HEADS), [take(64)])


def test_a_network_gone_wild_is_reported_with_its_step() -> None:
    with pytest.raises(ModelError, match=r"step 1 of 4, at noise level 1\.0000: item 1 of 1"):
        draw(TINY, {}, [take(64)], velocity=lambda x, time: x * np.float32(np.nan))


def test_a_stream_gives_other_noise_than_another() -> None:
    first, second = TINY.draw(WEIGHTS, [take(64, "one"), take(64, "two")])
    assert not np.array_equal(first.data, second.data)
    assert Stream.named("one").key == stream_key("one")


def test_bits_do_not_depend_on_the_instruction_set() -> None:
    assert_same_bits(
        "from hashlib import sha256\n"
        "from approx_build.numerics.stream import Stream\n"
        "from approx_build.families.take_request import TakeRequest\n"
        "from approx_build.families.dance_diffusion.family import DanceDiffusion\n"
        "from tests.engines.diffusion.networks import noise\n"
        "net = DanceDiffusion(window=24, depth=3, level_channels=(4, 8, 8), attention_levels=1)\n"
        "weights = {n: 0.2 * noise(*s, name=n) for n, s in net.tensor_shapes().items()}\n"
        "for name in ('iplms', 'dpmpp-2m-sde'):\n"
        "    sampling = net.sampling({'sampler': name, 'steps': 4})\n"
        "    clip = net.draw(weights, [TakeRequest(50, Stream.named('a').key, sampling)])[0]\n"
        "    print(sha256(clip.data.tobytes()).hexdigest(), clip.data.std())"
    )
