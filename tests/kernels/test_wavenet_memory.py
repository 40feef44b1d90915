"""What WaveNet's sampler is reckoned to take, beside what it takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from approx_build.kernels.compiled import Kernel, choose
from approx_build.kernels.wavenet_memory import batch_bytes, packed_bytes
from approx_build.kernels.wavenet_weights import Shape

WIDE = Shape(tuple(2**power for power in range(10)) * 2, 2, 128, 128, 512)
SLACK = 10 << 20
"""Bytes: blocks are whole huge pages, and the process itself grows."""

MEASURED = """
import sys
import numpy as np
from approx_build.kernels import wavenet
from approx_build.kernels.wavenet_weights import Shape
from approx_build.training.resident import peak_bytes, reset_peak, resident_bytes
def weights(shape):
    return {name: np.full(size, 0.001, np.float32) for name, size in shape.tensors().items()}
def draw(shape, count):
    given = weights(shape)
    reset_peak()
    before = resident_bytes()
    wavenet.sample(given, shape, [wavenet.ClipRequest("0" * 32, 2)] * count)
    return peak_bytes() - before
draw(Shape((1, 2), 2, 4, 4, 4), 1)  # what a first call takes once
wide = Shape(tuple(2**power for power in range(10)) * 2, 2, 128, 128, 512)
print(draw(wide, int(sys.argv[1])))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured as Linux tells it")
@pytest.mark.skipif(choose(None) is Kernel.REFERENCE, reason="of the compiled sampler")
@pytest.mark.parametrize("count", [1, 32])
def test_what_is_reckoned_is_what_is_taken(count: int) -> None:
    command = [sys.executable, "-c", MEASURED, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, reckoned = int(done.stdout), packed_bytes(WIDE) + batch_bytes(WIDE, [2] * count)
    assert taken - SLACK <= reckoned <= 1.1 * taken


def test_a_scalar_network_and_more_clips_are_reckoned() -> None:
    scalar = Shape((1, 2), scalar_input=True)
    assert packed_bytes(scalar) < packed_bytes(Shape((1, 2)))
    assert batch_bytes(scalar, [9, 9]) < batch_bytes(scalar, [9, 9, 9])
