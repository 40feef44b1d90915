"""The program of a generator against its reference, and both against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.specgan.draw import prepare
from approx_build.families.specgan.memory import products
from approx_build.families.specgan.parameters import SpecGANParameters
from approx_build.families.specgan.reference import forward
from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.tensors import Floats
from tests.families.specgan.networks import SIZES, network

COMPILED = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
TOLERANCE = 2e-5


def weights(net: SpecGANParameters, seed: int = 0) -> dict[str, Floats]:
    """Weights large enough for the spectrogram to vary."""
    numbers = np.random.default_rng(seed)
    return {
        name: (numbers.standard_normal(shape) * 0.15).astype(np.float32)
        for name, shape in net.training_shapes().items()
    }


def generator_of(net: SpecGANParameters) -> dict[str, Floats]:
    return {name: w for name, w in weights(net).items() if name in net.tensor_shapes()}


def latents(net: SpecGANParameters, count: int) -> Floats:
    drawn = np.random.default_rng(1).uniform(-1, 1, (count, net.latent))
    return drawn.astype(np.float32)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_program_makes_the_spectrogram_of_the_reference_bit_for_bit(
    name: str, kernel: Kernel, threads: int
) -> None:
    net = network(name)
    tensors = generator_of(net)
    generator = prepare(net, tensors, kernel, threads)
    for latent in latents(net, 2):
        expected = forward(tensors, net, latent)
        assert expected.shape == (net.frames, net.bins)
        np.testing.assert_array_equal(generator(latent).view(np.uint32), expected.view(np.uint32))
        assert 0.05 < np.abs(expected).max() <= 1


@pytest.mark.parametrize("name", SIZES)
def test_the_reference_is_the_network_that_torch_trains(name: str) -> None:
    torch = pytest.importorskip("torch")
    from approx_build.families.specgan.network import SpecGANNetwork

    net = network(name)
    given, tensors = latents(net, 3), weights(net)
    expected = SpecGANNetwork(net).generated(
        {name: torch.from_numpy(w) for name, w in tensors.items()}, torch.from_numpy(given)
    )
    found = np.stack([forward(tensors, net, latent) for latent in given])
    np.testing.assert_allclose(found, expected[:, 0].numpy(), atol=TOLERANCE)


def test_the_work_of_a_clip_is_what_the_layers_multiply() -> None:
    net = SpecGANParameters()
    exact = 100 * 16_384 + 64 * 64 * 25 * 64
    exact += sum(25 * 16 * 4**n * (1024 >> n) * (512 >> n) for n in range(4))
    assert exact == pytest.approx(847.1e6, rel=1e-3)
    # Gaps between rows are multiplied, too, and the last layer has zeros for taps.
    assert exact <= products(net) < 1.15 * exact


def test_a_latent_that_is_not_finite_makes_no_finite_spectrogram() -> None:
    net = network()
    for kernel in compiled.available():
        generator = prepare(net, generator_of(net), kernel)
        broken = latents(net, 1)[0]
        broken[0] = np.nan
        assert np.isnan(generator(broken)).any()
