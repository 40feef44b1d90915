from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from approx_build.errors import ModelError, UsageError
from approx_build.families.dance_diffusion import unet
from approx_build.families.dance_diffusion.unet_weights import UNetShape
from approx_build.kernels import compiled
from tests.families.dance_diffusion.unets import (
    PLAIN,
    SHAPES,
    Floats,
    random_sound,
    random_weights,
    torch_unet,
)

KERNELS = [str(kernel) for kernel in compiled.available()]
COMPILED = [kernel for kernel in KERNELS if kernel != "reference"]
TOLERANCE = 1e-4
"""Of the result against PyTorch's."""


def predicted(
    shape: UNetShape, window: int, kernel: str, count: int = 2, threads: int = 1
) -> Floats:
    network = unet.prepare(random_weights(shape), shape, kernel)
    return unet.forward(network, *random_sound(shape, window, count), threads=threads)


def assert_same_bits(a: Floats, b: Floats, about: object = "") -> None:
    np.testing.assert_array_equal(a.view(np.uint32), b.view(np.uint32), err_msg=str(about))


@pytest.mark.parametrize("name", SHAPES)
def test_every_kernel_computes_the_bits_of_the_reference(name: str) -> None:
    expected = predicted(*SHAPES[name], "reference")
    assert np.isfinite(expected).all()
    assert expected.std() > 0.01
    for kernel in COMPILED:
        assert_same_bits(predicted(*SHAPES[name], kernel), expected, kernel)


@pytest.mark.parametrize("name", SHAPES)
def test_a_network_computes_what_pytorch_computes(name: str) -> None:
    shape, window = SHAPES[name]
    weights, sound = random_weights(shape), random_sound(shape, window, 2)
    expected = torch_unet(weights, shape, *sound)
    ours = unet.forward(unet.prepare(weights, shape), *sound)
    np.testing.assert_allclose(ours, expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("kernel", COMPILED)
@pytest.mark.parametrize("name", ["odd channels, many heads", "some chunks of rows"])
def test_threads_do_not_change_bits(kernel: str, name: str) -> None:
    expected = predicted(*SHAPES[name], kernel)
    for threads in (2, 3, 8):
        for _ in range(3):
            assert_same_bits(predicted(*SHAPES[name], kernel, threads=threads), expected, threads)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_sounds_beside_a_sound_do_not_change_it(kernel: str) -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN, kernel)
    sound, times = random_sound(PLAIN, 64, 5)
    whole = unet.forward(network, sound, times)
    for count in range(1, 5):
        assert_same_bits(unet.forward(network, sound[:count], times[:count]), whole[:count], count)
    assert_same_bits(unet.forward(network, sound[3:4], times[3:4]), whole[3:4])


@pytest.mark.parametrize("kernel", COMPILED)
def test_a_network_takes_windows_of_any_length_in_turn(kernel: str) -> None:
    weights = random_weights(PLAIN)
    network = unet.prepare(weights, PLAIN, kernel)
    for window in (64, 12, 200, 64):
        sound = random_sound(PLAIN, window, 1)
        alone = unet.forward(unet.prepare(weights, PLAIN, kernel), *sound)
        assert_same_bits(unet.forward(network, *sound, threads=1 + window % 3), alone, window)


@pytest.mark.parametrize("kernel", COMPILED)
def test_callers_at_the_same_time_do_not_disturb_each_other(kernel: str) -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN, kernel)
    sounds = [random_sound(PLAIN, window, 2) for window in (64, 128) * 8]
    expected = [unet.forward(network, *sound) for sound in sounds]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda sound: unet.forward(network, *sound, threads=2), sounds))
    for a, b in zip(found, expected, strict=True):
        assert_same_bits(a, b)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_spoils_its_own_sound_alone(kernel: str, value: float) -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN, kernel)
    sound, times = random_sound(PLAIN, 64, 3)
    clean = unet.forward(network, sound, times)
    sound[1, 0, 40] = value
    spoilt = unet.forward(network, sound, times)
    assert np.isnan(spoilt[1]).all()
    assert_same_bits(spoilt[::2], clean[::2])
    times = times.copy()
    times[0] = np.nan
    assert np.isnan(unet.forward(network, sound, times)[0]).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_sound_is_answered_at_once(kernel: str) -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN, kernel)
    assert unet.forward(network, *random_sound(PLAIN, 64, 0)).shape == (0, 2, 64)


def test_what_is_reported_of_a_sound_depends_on_the_time() -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN)
    sound = np.repeat(random_sound(PLAIN, 64, 1)[0], 2, axis=0)
    a, b = unet.forward(network, sound, np.array([0.2, 0.3]))
    assert np.abs(a - b).max() > 0.01


def test_the_sound_is_not_changed_and_may_lie_anyhow() -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN)
    sound, times = random_sound(PLAIN, 64, 2)
    kept = sound.copy()
    whole = unet.forward(network, sound, times)
    assert_same_bits(sound, kept)
    anyhow = sound.transpose(2, 1, 0).copy().transpose(2, 1, 0).astype(np.float64)
    assert_same_bits(unet.forward(network, anyhow, times), whole)


def test_faults_are_named() -> None:
    network = unet.prepare(random_weights(PLAIN), PLAIN)
    sound, times = random_sound(PLAIN, 64, 2)
    with pytest.raises(ModelError, match=r"window: 62 samples; must be a multiple of 4, at least "):
        unet.forward(network, sound[:, :, :62], times)
    with pytest.raises(ModelError, match=r"window: 8 samples; .* at least 12"):
        unet.forward(network, sound[:, :, :8], times)
    with pytest.raises(ModelError, match=r"sound: shape \[2, 1, 64\]; must be \[B, 2, T\]"):
        unet.forward(network, sound[:, :1], times)
    with pytest.raises(ModelError, match=r"times: shape \[1\]; must be \[2\]"):
        unet.forward(network, sound, times[:1])
    with pytest.raises(ModelError, match="threads: 0"):
        unet.forward(network, sound, times, threads=0)
    with pytest.raises(UsageError, match="kernel mmx: no such kernel"):
        unet.prepare(random_weights(PLAIN), PLAIN, "mmx")
    weights = random_weights(PLAIN)
    weights["timestep_embed.weight"] *= np.float32(1e9)
    with pytest.raises(ModelError, match=r"timestep_embed\.weight: an angle is larger than"):
        unet.forward(unet.prepare(weights, PLAIN), sound, times)


SCARCE = """
import resource
import sys
import numpy as np
from approx_build.families.dance_diffusion import unet
from tests.families.dance_diffusion.unets import UNetShape, random_weights
SHAPE, WINDOW = UNetShape(2, (8, 8), 0), 1 << 18
network = unet.prepare(random_weights(SHAPE), SHAPE)
sound = np.ones((1, 2, WINDOW), np.float32)
pages = int(open("/proc/self/statm").read().split()[0])
allowed = float(sys.argv[1]) * unet.memory_bytes(SHAPE, WINDOW) + 30e6
resource.setrlimit(resource.RLIMIT_AS, (int(pages * 4096 + allowed), -1))
try:
    print(np.isfinite(unet.forward(network, sound, np.ones(1))).all())
except MemoryError as error:
    print(error)
"""


def where_memory_is(part: float) -> str:
    """What a forward pass says where a part of the memory that it is said to take is left."""
    if sys.platform != "linux" or not COMPILED:
        pytest.skip("limits the memory of a process on Linux")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-c", SCARCE, str(part)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_memory_that_is_reported_to_be_enough_is_enough() -> None:
    assert where_memory_is(1.0) == "True"


def test_too_little_memory_is_reported_and_nothing_is_lost() -> None:
    assert where_memory_is(0.5).startswith("no memory left for a window of sound (")


def test_memory_grows_with_window_batch_and_threads() -> None:
    small = unet.memory_bytes(PLAIN, 64)
    sizes = [unet.memory_bytes(PLAIN, 128), unet.memory_bytes(PLAIN, 64, batch=2)]
    assert all(size > small for size in (*sizes, unet.memory_bytes(PLAIN, 64, threads=2)))
