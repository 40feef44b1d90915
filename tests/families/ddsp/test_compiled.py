"""The compiled kernels equal the reference bit for bit, whatever the sizes."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.ddsp import compiled, reference
from approx_build.kernels.compiled import Kernel, available

COMPILED = [kernel for kernel in available() if kernel is not Kernel.REFERENCE]


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(np.float32)


@pytest.fixture(params=COMPILED)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    found: Kernel = request.param
    return found


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 40), (17, 5), (48, 64), (33, 130)])
@pytest.mark.parametrize("has_norm", [False, True])
def test_layers(kernel: Kernel, inputs: int, outputs: int, has_norm: bool) -> None:
    weight, bias = numbers(inputs, outputs), numbers(outputs)
    norm = (numbers(outputs, seed=1), numbers(outputs, seed=2)) if has_norm else None
    x = 3 * numbers(13, inputs, seed=3)
    expected = reference.ReferenceLayer(weight, bias, norm).run(x)
    found = compiled.LibraryLayer(kernel, weight, bias, norm).run(x)
    np.testing.assert_array_equal(found.view(np.int32), expected.view(np.int32))


@pytest.mark.parametrize("channels", [1, 7, 16, 29, 64])
def test_recurrent_layers_and_their_state(kernel: Kernel, channels: int) -> None:
    inputs = 9
    into = numbers(inputs, 3 * channels), numbers(3 * channels)
    of_state = numbers(channels, 3 * channels, seed=1), numbers(3 * channels, seed=1)
    x = 2 * numbers(20, inputs, seed=4)
    state = np.zeros(channels, np.float32)
    expected, last = reference.ReferenceLayer(*of_state).recur(
        reference.ReferenceLayer(*into).run(x), state
    )
    first, second = (compiled.LibraryLayer(kernel, *pair) for pair in (into, of_state))
    begun, state = second.recur(first.run(x[:8]), state)
    rest, state = second.recur(first.run(x[8:]), state)
    np.testing.assert_array_equal(np.concatenate([begun, rest]), expected)
    np.testing.assert_array_equal(state, last)


@pytest.mark.parametrize("hop", [5, 16, 64, 105])
@pytest.mark.parametrize("count", [1, 40])
def test_harmonics(kernel: Kernel, hop: int, count: int) -> None:
    rng = np.random.default_rng(hop)
    frames = 6
    phase = rng.integers(0, 1 << 32, frames * hop, dtype=np.uint64).astype(np.uint32)
    hz = rng.uniform(50, 2000, frames * hop).astype(np.float32)
    amplitudes = numbers(frames + 1, count)
    limits = np.array([8000 / k for k in range(1, count + 1)], np.float32)
    fall, rise = numbers(hop), numbers(hop, seed=1)
    given = phase, hz, amplitudes, limits, fall, rise
    np.testing.assert_array_equal(
        compiled.harmonics(kernel, *given).view(np.int32),
        reference.harmonics(*given).view(np.int32),
    )


@pytest.mark.parametrize(("hop", "taps"), [(5, 2), (64, 128), (21, 30)])
def test_noise(kernel: Kernel, hop: int, taps: int) -> None:
    noise, filters = numbers(4 * hop), numbers(4, taps)
    sounds = [numbers(4 * hop + taps, seed=1) for _ in range(2)]
    compiled.add_noise(kernel, noise, filters, sounds[0])
    reference.add_noise(noise, filters, sounds[1])
    np.testing.assert_array_equal(sounds[0], sounds[1])
