"""What drawing from a DanceDiffusion network is reckoned to take, beside what it takes."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from approx_build.audio.clip import Clip
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.registry import SAMPLERS
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.dance_diffusion.draw import draw
from approx_build.families.dance_diffusion.memory import drawing_bytes
from approx_build.families.dance_diffusion.sampling import Sampling
from approx_build.families.dance_diffusion.unet import memory_bytes
from approx_build.families.take_request import TakeRequest
from approx_build.kernels.compiled import Kernel, choose
from approx_build.ways.between import Interpolation
from approx_build.ways.extend import Extension
from approx_build.ways.inpaint import Inpainting
from approx_build.ways.vary import Variation
from tests.engines.diffusion.networks import noise

LONG = DanceDiffusion(
    sample_rate=8000,
    sound_channels=1,
    window=65536,
    depth=2,
    level_channels=(4, 4),
    attention_levels=0,
)
SLACK = 10 << 20
"""Bytes: blocks are whole huge pages, and the process itself grows."""
MOST = 4
"""Times what a sampler holds: what any of them may hold is reckoned for all."""

WIDE = {"sample_rate": 8000, "window": 4096, "depth": 4, "attention_levels": 2}
WIDE |= {"level_channels": (64, 256, 256, 256)}
MEASURED = """
import sys
import numpy as np
from approx_build.families.take_request import TakeRequest
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.machine import peak_bytes, reset_peak, resident_bytes
def taken(network):
    reset_peak()
    before = resident_bytes()
    shapes = network.tensor_shapes().items()
    weights = {name: np.full(size, 0.001, np.float32) for name, size in shapes}
    take = TakeRequest(network.window, "0" * 32, network.sampling({"steps": 1}))
    network.draw(weights, [take])
    return peak_bytes() - before
taken(DanceDiffusion(window=64, depth=2, level_channels=(4, 4), attention_levels=1))
print(taken(DanceDiffusion.model_validate_json(sys.argv[1])))
"""


def silent(x: Sound, _: float) -> Sound:
    return np.zeros_like(x)


def request(number: int, length: int, sampling: Sampling) -> TakeRequest[Sampling]:
    return TakeRequest(length, f"{number:032x}", sampling)


@pytest.mark.parametrize(
    ("sampler", "count", "windows"),
    [*((name, 1, 1) for name in SAMPLERS), *((name, 2, 2) for name in ("ddim", "iplms", "lms"))],
)
def test_what_sampling_holds_is_reckoned(sampler: str, count: int, windows: int) -> None:
    sampling = Sampling.model_validate({"sampler": sampler, "steps": 4, "resampling_times": 1})
    takes = [request(number, windows * LONG.window, sampling) for number in range(count)]
    tracemalloc.start()
    draw(LONG, {}, takes, velocity=silent)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    items = drawing_bytes(LONG, takes)
    reckoned = items["sampling"] + items["clips"]
    assert held <= reckoned <= MOST * held


@pytest.mark.parametrize("sampler", ["ddim", "iplms"])
@pytest.mark.parametrize("length", [40_000, 150_000])
def test_what_takes_made_of_sound_hold_is_reckoned(sampler: str, length: int) -> None:
    """The sounds themselves are there before."""
    sampling = Sampling.model_validate({"sampler": sampler, "steps": 4, "resampling_times": 1})
    one, two = (Clip(noise(1, 150_000, name=name), 8000) for name in ("one", "two"))
    for made in (
        Variation(one, 0.5),
        Inpainting(one, ((9, 999),)),
        Interpolation(one, two, 0.5),
        Extension(Clip(one.data[:, :20_000], 8000)),
    ):
        take = replace(request(1, length, sampling), conditioning=made)
        tracemalloc.start()
        draw(LONG, {}, [take], velocity=silent)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        items = drawing_bytes(LONG, [take])
        assert held <= items["sampling"] + items["clips"] <= MOST * held


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
@pytest.mark.skipif(choose(None) is Kernel.REFERENCE, reason="of the compiled kernels")
def test_what_is_reckoned_is_what_is_taken() -> None:
    network = DanceDiffusion.model_validate(WIDE)
    command = [sys.executable, "-c", MEASURED, network.model_dump_json()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken = int(done.stdout)
    take = request(0, network.window, Sampling(steps=1))
    reckoned = sum(drawing_bytes(network, [take]).values())
    assert taken - SLACK <= reckoned <= 1.1 * taken


def test_the_published_network_is_reckoned() -> None:
    network = DanceDiffusion()
    items = drawing_bytes(network, [request(0, network.window, Sampling())])
    assert items["weights"] == 4 * 221_389_322
    assert items["packed weights"] + items["layers"] == memory_bytes(network.shape, network.window)
    assert 1.93e9 < sum(items.values()) < 2.0e9


def test_noise_on_the_way_takes_memory() -> None:
    plain, noisy = ([request(0, 64, Sampling(sampler="ddim", eta=eta))] for eta in (0.0, 1.0))
    assert sum(drawing_bytes(LONG, noisy).values()) > sum(drawing_bytes(LONG, plain).values())
