"""Sound to latents and back on the kernels: as torch does, in blocks of any length."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from approx_build.families.rave import codec as codec_module
from approx_build.families.rave.codec import Codec
from approx_build.families.rave.network import RAVENetwork
from approx_build.families.rave.noise import uniform_noise
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from approx_build.numerics.stream import Stream
from tests.families.rave.networks import FORMS, network, noise, weights_of


@pytest.mark.parametrize("form", list(FORMS))
def test_every_kernel_encodes_and_decodes_with_the_bits_of_the_reference(form: str) -> None:
    net = network(form)
    weights, sound = weights_of(net), noise(net.hop * 12)
    found = {}
    for kernel in (Kernel.REFERENCE, *compiled.available()):
        codec = Codec(net, weights, kernel)
        mean, scale = codec.encode(sound, -2, 16 + 2 * net.decoder_margin)
        made = codec.decode(mean, Stream.named("noise"))
        found[kernel] = [array.tobytes() for array in (mean, scale, made)]
        assert len(made) == 16 * net.hop
    assert all(one == found[Kernel.REFERENCE] for one in found.values())


@pytest.mark.parametrize("form", list(FORMS))
def test_latents_and_sound_equal_those_of_torch(form: str) -> None:
    """In the middle of a window: at its ends torch has zeros between convolutions."""
    net = network(form)
    weights = weights_of(net)
    margin = net.encoder_margin + net.decoder_margin
    frames = 2 * margin + 6
    sound = noise(net.hop * frames)
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    theirs = RAVENetwork(net)
    codec = Codec(net, weights)
    mean, scale = codec.encode(sound, 0, frames)
    bands = theirs.to_bands(torch.from_numpy(sound)[None])
    expected = theirs.encode(tensors, bands)
    inside = slice(net.encoder_margin, frames - net.encoder_margin)
    for ours, wanted in zip((mean, scale), expected, strict=True):
        np.testing.assert_allclose(ours[inside], wanted[0].T.numpy()[inside], atol=2e-5)
    noise_part = None
    if net.noise_bands:
        given = uniform_noise(
            net,
            Stream.named("noise"),
            -net.decoder_margin * net.hop // net.bands,
            len(sound) // net.bands,
        )
        noise_part = torch.from_numpy(given.T.copy())[None]
    made = theirs.to_sound(
        theirs.decode(tensors, torch.from_numpy(mean.T.copy())[None], noise_part)
    )
    found = codec.decode(mean, Stream.named("noise"))
    kept = made[0].numpy()[net.decoder_margin * net.hop : -net.decoder_margin * net.hop]
    np.testing.assert_allclose(found, kept, atol=2e-5)
    assert np.abs(found).max() > 1e-3


def test_the_length_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    weights, sound = weights_of(net), noise(net.hop * 30)
    found = set()
    for block in (1 << 19, 9 * net.hop):
        monkeypatch.setattr(codec_module, "BLOCK", block)
        codec = Codec(net, weights)
        mean, _ = codec.encode(sound, -1, 40)
        found.add(mean.tobytes() + codec.decode(mean, Stream.named("noise")).tobytes())
    assert len(found) == 1


def test_a_latent_does_not_depend_on_where_encoding_begins() -> None:
    net = network()
    codec, sound = Codec(net, weights_of(net)), noise(net.hop * 20)
    whole, _ = codec.encode(sound, -3, 30)
    part, _ = codec.encode(sound, 5, 4)
    np.testing.assert_array_equal(part, whole[8:12])


def test_a_sound_counts_as_silent_beyond_its_ends() -> None:
    net = network()
    codec = Codec(net, weights_of(net))
    far, _ = codec.encode(noise(net.hop * 4), 30, 3)
    silent, _ = codec.encode(np.zeros(net.hop, np.float32), -90, 3)
    np.testing.assert_array_equal(far, silent)


def test_a_latent_affects_only_sound_within_the_decoder_s_margin() -> None:
    net = network()
    codec, margin = Codec(net, weights_of(net)), net.decoder_margin
    latents = noise(net.latent_channels * (40 + 2 * margin)).reshape(-1, net.latent_channels)
    other = latents.copy()
    other[margin + 30 :] = 0
    one, changed = (codec.decode(z, Stream.named("noise")) for z in (latents, other))
    apart = np.flatnonzero(one != changed)
    assert apart[0] >= (30 - margin) * net.hop
    assert apart[-1] > 39 * net.hop


def test_constant_latents_without_noise_give_a_steady_sound() -> None:
    net = network("v2 with biases, without noise")
    codec, margin = Codec(net, weights_of(net)), net.decoder_margin
    latents = np.tile(noise(net.latent_channels), (20 + 2 * margin, 1))
    sound = codec.decode(latents, Stream.named("noise")).reshape(20, net.hop)
    np.testing.assert_array_equal(sound, np.tile(sound[:1], (20, 1)))
