from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.codes import Sampling
from approx_build.families.samplernn import SampleRNN
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.ways.base import Conditioning
from approx_build.ways.extend import Extension
from approx_build.ways.prime import Priming
from tests.families.samplernn.networks import PLAIN, SHAPES, random_weights

WEIGHTS = random_weights(PLAIN)
FRAME = PLAIN.top_frame
SOUND = (np.sin(np.arange(4 * FRAME + 1)) / 2).astype(np.float32)[np.newaxis]


def clip(samples: int) -> Clip:
    """The end of the sound."""
    return Clip(SOUND[:, -samples:], PLAIN.rate)


def take(
    length: int, conditioning: Conditioning | None = None, temperature: float = 1.0
) -> TakeRequest[Sampling]:
    sampling = Sampling(temperature=temperature)
    return TakeRequest(length, stream_key("take"), sampling, conditioning)


def drawn(*takes: TakeRequest[Sampling], network: SampleRNN = PLAIN) -> list[np.ndarray]:
    weights = WEIGHTS if network is PLAIN else random_weights(network)
    return [one.data for one in network.draw(weights, takes)]


def test_a_prime_is_led_by_silence_up_to_whole_frames() -> None:
    """So a prime with that silence before it, of whole frames, is the same prime."""
    short = clip(2 * FRAME + 1)
    silence = np.zeros((1, FRAME - 1), np.float32)
    whole = Clip(np.concatenate([silence, short.data], axis=1), PLAIN.rate)
    a, b = drawn(take(30, Priming(short)), take(30, Priming(whole)))
    np.testing.assert_array_equal(a, b)


def test_every_frame_of_a_prime_counts() -> None:
    [last] = drawn(take(30, Priming(clip(FRAME))))
    [more] = drawn(take(30, Priming(clip(4 * FRAME))))
    assert (last != more).any()


def test_an_extension_begins_with_its_sound_and_continues_as_a_prime_does() -> None:
    sound = clip(2 * FRAME)
    [extended] = drawn(take(50, Extension(sound)))
    [primed] = drawn(take(50 - sound.length, Priming(sound)))
    np.testing.assert_array_equal(extended[:, : sound.length], sound.data)
    np.testing.assert_array_equal(extended[:, sound.length :], primed)


@pytest.mark.parametrize("length", [2 * FRAME, 2 * FRAME - 3])
def test_an_extension_that_leaves_nothing_to_add_is_refused(length: int) -> None:
    with pytest.raises(ModelError, match=f"extension: 12 samples of a take of {length}; it leaves"):
        drawn(take(length, Extension(clip(2 * FRAME))))


def test_takes_drawn_together_have_temperatures_of_their_own() -> None:
    takes = [take(80, temperature=t) for t in (0.4, 1.0, 1.6)]
    together = drawn(*takes)
    for one, alone in zip(together, map(drawn, takes), strict=True):
        np.testing.assert_array_equal(one, alone[0])
    assert len({one.tobytes() for one in together}) == 3


def test_a_device_changes_nothing_for_the_kernels_draw_anyway() -> None:
    [here] = PLAIN.draw(WEIGHTS, [take(20)])
    [there] = PLAIN.draw(WEIGHTS, [take(20)], device="cuda")
    np.testing.assert_array_equal(here.data, there.data)


@pytest.mark.parametrize("name", SHAPES)
def test_every_form_draws_within_full_scale(name: str) -> None:
    network = SHAPES[name]
    [one] = drawn(take(40), network=network)
    assert one.shape == (1, 40)
    assert one.dtype == np.float32
    assert np.abs(one).max() <= 1
