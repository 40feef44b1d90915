"""Takes through all scales: free, of a sound, and around one."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.errors import ModelError
from approx_build.families.catch_a_waveform.draw import first_scale
from approx_build.families.catch_a_waveform.family import CatchAWaveform
from approx_build.families.catch_a_waveform.known import KnownSound
from approx_build.families.catch_a_waveform.pyramid import Pyramid
from approx_build.families.take_request import TakeRequest
from approx_build.kernels import compiled
from approx_build.kernels.tensors import Floats
from approx_build.numerics.stream import Stream, stream_key
from approx_build.ways.base import Conditioning
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.vary import Variation
from tests.families.catch_a_waveform.networks import SIZES, network, of_takes

ONE, OTHER = Stream.named("one"), Stream.named("other")


def sine(net: CatchAWaveform, hertz: float, length: int) -> Floats:
    return (np.sin(np.arange(length) * 2 * np.pi * hertz / net.rate) / 2).astype(np.float32)


def quiet(net: CatchAWaveform) -> dict[str, Floats]:
    """Weights by which the finer scales add a little."""
    tensors = of_takes(net)
    for scale in range(net.scales):
        for part in ("gain", "bias"):
            tensors[f"generator.{scale}.out.{part}"] *= np.float32(0.05)
    return tensors


def drawn(
    net: CatchAWaveform, length: int, conditioning: Conditioning | None = None, **sampling: float
) -> Floats:
    key = stream_key("take")
    take = TakeRequest(length, key, net.sampling(sampling), conditioning)
    [clip] = net.draw(quiet(net), [take])
    return clip.data[0]


@pytest.mark.parametrize("name", SIZES)
def test_every_kernel_makes_the_sound_of_the_reference(name: str) -> None:
    net = network(name)
    known = KnownSound(net, sine(net, 120, 300), ((100, 180),))
    found = {}
    for kernel in compiled.available():
        pyramid = Pyramid(net, of_takes(net), kernel)
        sounds = [
            pyramid.sound(300, ONE),
            pyramid.sound(300, ONE, 0.5, known),
            pyramid.variation(known, 1, ONE),
        ]
        found[kernel] = np.stack(sounds)
    for kernel, sounds in found.items():
        np.testing.assert_array_equal(sounds, found[compiled.Kernel.REFERENCE], err_msg=kernel)


def test_a_longer_take_begins_as_a_shorter_one() -> None:
    net = network("uneven rates")
    pyramid = Pyramid(net, of_takes(net))
    long = pyramid.sound(3000, ONE)
    for length in (1, 50, 2999):
        np.testing.assert_array_equal(pyramid.sound(length, ONE), long[:length])


def test_without_noise_all_takes_are_equal() -> None:
    net = network()
    pyramid = Pyramid(net, of_takes(net))
    np.testing.assert_array_equal(pyramid.sound(200, ONE, 0.0), pyramid.sound(200, OTHER, 0.0))
    assert (pyramid.sound(200, ONE) != pyramid.sound(200, OTHER)).any()


def test_the_noise_level_says_how_many_scales_are_new() -> None:
    net = network()
    assert [first_scale(net, level) for level in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)] == [
        *(3, 3, 2, 2, 1, 0, 0)
    ]


def test_a_variation_at_level_0_is_the_sound_and_at_level_1_nothing_of_it() -> None:
    net = network()
    sound = Clip(sine(net, 200, 500)[None], net.rate)
    np.testing.assert_array_equal(drawn(net, 500, Variation(sound, 0.0)), sound.data[0])
    np.testing.assert_array_equal(drawn(net, 500, Variation(sound, 1.0)), drawn(net, 500))


def test_a_variation_of_the_finest_scale_keeps_the_low_band() -> None:
    net = network()
    tensors = quiet(net)
    for part in ("gain", "bias"):
        tensors[f"generator.2.out.{part}"][:] = 0
    sound = sine(net, 200, 2000)
    made = Pyramid(net, tensors).variation(KnownSound(net, sound), 2, ONE)
    error = (made - sound)[200:-200]
    assert 10 * np.log10(np.square(sound).mean() / np.square(error).mean()) > 20


def test_a_kept_low_band_is_that_of_the_given_sound() -> None:
    net = network()
    sound = Clip(sine(net, 100, 4000)[None], net.rate)
    free = drawn(net, 4000, Variation(sound, 1.0))
    kept = drawn(net, 4000, Variation(sound, 1.0), keep_below_hz=800)

    def low(one: Floats) -> Floats:
        spectrum = np.fft.rfft(one)
        spectrum[round(300 * len(one) / net.rate) :] = 0
        return np.fft.irfft(spectrum)[500:-500]

    assert np.abs(low(kept) - low(sound.data[0])).max() < 0.02 < np.abs(low(free - kept)).max()


def test_inpainting_keeps_the_bits_outside_and_fills_each_clip_anew() -> None:
    net = network()
    sound = Clip(sine(net, 150, 1200)[None], net.rate)
    made = drawn(net, 1200, Inpainting(sound, ((300, 600), (900, 1200))))
    outside = np.r_[0:300, 600:900]
    np.testing.assert_array_equal(made[outside], sound.data[0, outside])
    assert (made[300:600] != sound.data[0, 300:600]).any()
    other = drawn(net, 1200, Inpainting(sound, ((300, 600), (900, 1200))), amplitude=2)
    assert (made[300:600] != other[300:600]).any()


def test_an_extension_begins_with_the_sound_and_goes_on_without_a_jump() -> None:
    net = network()
    sound = Clip(sine(net, 150, 700)[None], net.rate)
    made = drawn(net, 1500, Extension(sound))
    np.testing.assert_array_equal(made[:700], sound.data[0])
    assert made[700:].any()
    assert np.abs(np.diff(made[695:705])).max() < 0.2


def test_takes_that_a_sound_does_not_fit_are_refused() -> None:
    net = network()
    sound = Clip(sine(net, 150, 100)[None], net.rate)
    for conditioning, words in (
        (Variation(sound, 0.5), "variation: 100 samples; the network needs 200"),
        (Inpainting(sound, ((10, 20),)), "inpainting: 100 samples; the network needs 200"),
        (Extension(Clip(sine(net, 150, 200)[None], net.rate)), "leave nothing to add to a take"),
    ):
        with pytest.raises(ModelError, match=words):
            drawn(net, 200, conditioning)
    with pytest.raises(ModelError, match="missing samples 50 to 90: not inside the take of 80"):
        drawn(net, 80, Inpainting(sound, ((50, 90),)))


def test_weights_that_make_no_finite_sound_are_refused() -> None:
    net = network()
    tensors = {name: np.full_like(w, 3e38) for name, w in of_takes(net).items()}
    take = TakeRequest(50, stream_key("take"), net.sampling({}))
    with pytest.raises(ModelError, match="so large that its sound is not finite"):
        net.draw(tensors, [take])
